# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a broken rule is about, in a few French words, by its section of docs/protocol.md."""

from typing import Final

from protocol.errors import ProtocolError

# The longest number that begins the section's decides.
_SUBJECTS: Final = {
    "2": "un texte ou un nombre n'est pas écrit comme il le doit",
    "4": "un nombre n'est pas de ceux de ce calcul",
    "6": "une preuve ne tient pas",
    "6.2": "la preuve d'un bulletin ne tient pas",
    "6.3": "la preuve d'un bulletin ne tient pas",
    "6.4": "la preuve d'un bulletin ne tient pas",
    "6.5": "une part du comptage n'est pas prouvée",
    "6.6": "une part du comptage n'est pas prouvée pour cette urne",
    "7": "les clés du bureau ne sont pas en ordre",
    "7.13": "il n'y a pas assez de signatures d'ouverture, ou l'une est fausse",
    "8": "l'élection ou ses listes ne sont pas en ordre",
    "8.4": "la liste des codes publics n'est pas en ordre",
    "9": "un bulletin n'est pas en ordre",
    "10": "les événements de l'urne ne se suivent pas comme ils le doivent",
    "11": "le comptage n'est pas en ordre",
    "11.1": "un bulletin est en double ou ne devait pas compter",
    "11.2": "le total chiffré n'est pas celui des bulletins",
    "11.3": "une part du comptage n'est pas en ordre",
    "11.4": "il n'y a pas assez de parts du comptage",
    "11.6": "le résultat n'est pas celui du comptage",
    "11.7": "les émargements ou les sièges ne sont pas ceux du résultat",
    "12": "les sièges ne suivent pas du résultat",
    "13": "un code de réserve a voté, ou les codes ne sont pas en ordre",
    "14": "l'élection n'a pas la forme demandée",
    "18": "la signature du serveur ne vaut pas pour ce dossier",
    "19": "le journal de l'élection n'est pas en ordre",
    "19.4": "il n'y a pas assez de signatures du bureau dans le journal, ou l'une est fausse",
    "19.5": "un code a été remplacé, ou une réserve a servi, sans respecter la règle",
}


def subject(cause: ProtocolError) -> str:
    """Return in French what the rule that ``cause`` broke is about."""
    parts = cause.section.split(".")
    numbers = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((_SUBJECTS[n] for n in numbers if n in _SUBJECTS), "une règle est enfreinte")
