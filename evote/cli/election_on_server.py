# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands of ``evote election`` that work on a server, as they are typed.

What they do is in ``evote/cli/server/``, imported when one is called: the commands on files need
none of the server's packages.
"""

import importlib
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Final

from evote.cli.parser import FrenchParser, Group

_SETTINGS: Final = (
    "Sur le serveur, dont les réglages PREAU_… sont dans l'environnement (docs/operations.md)."
)


def _command(commands: Group, name: str, summary: str, run: str, more: str = "") -> FrenchParser:
    text = f"{summary[:1].upper()}{summary[1:]}."
    epilog = f"{more}\n{_SETTINGS}" if more else _SETTINGS
    parser = commands.add_parser(name, help=f"[serveur] {summary}", description=text, epilog=epilog)
    parser.set_defaults(run=_later(run))
    return parser


def _later(place: str) -> Callable[[Namespace], int]:
    module, _, function = place.partition(":")

    def run(options: Namespace) -> int:
        found = importlib.import_module(f"evote.cli.server.{module}")
        status: int = getattr(found, function)(options)
        return status

    return run


def _uuid(parser: ArgumentParser) -> None:
    parser.add_argument("uuid", metavar="NUMÉRO", help="numéro de l'élection")


def add_beginning(commands: Group) -> None:
    """Add draft, copy, host and start."""
    draft = _command(
        commands, "draft", "préparer une élection et les clés du serveur", "beginning:draft"
    )
    draft.add_argument("config", type=Path, metavar="CONFIG.json", help="ce que l'école a décidé")
    draft.add_argument("--uuid", metavar="NUMÉRO", help="son numéro (sinon tiré au sort)")
    draft.add_argument("--out", required=True, type=Path, metavar="DOSSIER", help="où écrire")
    _add_copy(commands)
    host = _command(commands, "host", "prendre l'élection scellée pour elle", "beginning:host")
    add = host.add_argument
    add("folder", type=Path, metavar="DOSSIER", help="ce que evote election seal a écrit")
    add("--sign-ins", required=True, type=Path, metavar="F", help="sign-in-numbers.json")
    add("--roll", type=Path, metavar="F", help="roll-sealed.json, s'il n'est pas dans le dossier")
    add("--electors", type=Path, metavar="LISTE.csv", help="l'export ONDE, pour les adresses")
    start = _command(
        commands, "start", "ouvrir le vote, avec les signatures du bureau", "beginning:start"
    )
    _uuid(start)
    start.add_argument(
        "signatures", nargs="+", type=Path, metavar="SIGNATURE", help="les setup-signature-*.json"
    )


def _add_copy(commands: Group) -> None:
    copy = _command(
        commands,
        "copy",
        "recommencer une élection annulée",
        "beginning:copy",
        "Mêmes listes, sièges et école ; nouveau numéro, nouvelles clés, nouvelles heures, qui\n"
        "sont demandées si elles manquent. Écrit config.json, et server.json comme draft.",
    )
    _uuid(copy)
    add = copy.add_argument
    add("--opens-at", metavar="DATE", help="nouvelle ouverture, 2026-10-08T08:00:00+02:00")
    add("--closes-at", metavar="DATE", help="nouvelle fermeture")
    add("--new-uuid", metavar="NUMÉRO", help="son nouveau numéro (sinon tiré au sort)")
    add("--out", required=True, type=Path, metavar="DOSSIER", help="où écrire")


def add_voting(commands: Group) -> None:
    """Add suspend, resume, incident and cancel."""
    for name, summary in (
        ("suspend", "suspendre le vote, en public"),
        ("resume", "reprendre le vote, jusqu'à la même heure"),
    ):
        parser = _command(commands, name, summary, f"during:{name}")
        _uuid(parser)
        parser.add_argument("--reason", required=True, metavar="TEXTE", help="chacun la lira")
    incident = _command(commands, "incident", "noter un incident au journal", "during:incident")
    _uuid(incident)
    incident.add_argument("--note", required=True, metavar="TEXTE", help="chacun la lira")
    cancel = _command(
        commands,
        "cancel",
        "annuler l'élection, avant son résultat",
        "during:cancel",
        "Un brouillon est effacé sans autre formalité.",
    )
    _uuid(cancel)
    cancel.add_argument("--reason", default="", metavar="TEXTE", help="chacun la lira")
    cancel.add_argument(
        "--by",
        action="append",
        default=[],
        metavar="PERSONNE",
        help="« Nom, fonction », deux fois : deux personnes en répondent",
    )


def add_desk(commands: Group) -> None:
    """Add reissue and contested."""
    for name, summary, file in (
        ("reissue", "remplacer un code perdu", "reissue-1.json"),
        ("contested", "« quelqu'un a voté à ma place »", "contested.json"),
    ):
        parser = _command(commands, name, summary, f"during:{name}")
        _uuid(parser)
        parser.add_argument("file", type=Path, metavar=file, help="donné par le bureau des codes")


def add_amending(commands: Group) -> None:
    """Add amend."""
    parser = _command(
        commands,
        "amend",
        "changer les heures ou la page de vote, avec le bureau",
        "during:amend",
        "Deux temps : préparer amendment.json, que les membres signent ; puis, avec --signed,\n"
        "le mettre en vigueur. La suspension d'un vote n'en déplace jamais la fermeture.",
    )
    _uuid(parser)
    add = parser.add_argument
    add("--opens-at", metavar="DATE", help="2026-10-08T08:00:00+02:00, avant l'ouverture seulement")
    add("--closes-at", metavar="DATE", help="nouvelle fermeture")
    add("--grace-seconds", type=int, metavar="N", help="délai des bulletins en route")
    add("--booth", action="store_true", help="mettre en vigueur la page de vote de ce serveur")
    add("--reason", default="", metavar="TEXTE", help="chacun la lira")
    add("--out", type=Path, default=Path("amendment.json"), metavar="F", help="amendment.json")
    add("--yes", action="store_true", help="même si les heures sont inhabituelles")
    add("--signed", nargs="+", type=Path, metavar="F", help="les signatures des membres")


def add_ending(commands: Group) -> None:
    """Add finish, decryptions, tally and archive."""
    finish = _command(
        commands,
        "finish",
        "clore le vote, son heure passée",
        "ending:finish",
        "Une répétition peut se clore plus tôt : la commande demande alors de le confirmer.",
    )
    _uuid(finish)
    finish.add_argument("--yes", action="store_true", help="clore une répétition sans demander")
    parts = _command(
        commands,
        "decryptions",
        "prendre les déchiffrements, dire qui manque",
        "ending:decryptions",
        "codes de sortie : 0 au moins un fichier est pris (ou aucun n'est donné), 1 tous sont\n"
        "mis de côté, 2 illisible.",
    )
    _uuid(parts)
    parts.add_argument("files", nargs="*", type=Path, metavar="PART", help="les decryption-*.json")
    tally = _command(
        commands,
        "tally",
        "publier le résultat",
        "ending:tally",
        "Si l'élection nomme des témoins, --out attend, une minute et demie au plus, qu'assez\n"
        "d'entre eux aient cosigné ; sinon elle dit qui manque, et la même commande, plus tard,\n"
        "écrit les fichiers. Le résultat, lui, est publié.",
    )
    _uuid(tally)
    add = tally.add_argument
    add("--born", action="append", default=[], metavar="LISTE=DATE", help="départage à l'âge")
    add("--lot", action="append", default=[], metavar="LISTE", help="liste tirée au sort")
    add("--out", type=Path, metavar="DOSSIER", help="y écrire result.json et minutes.txt")
    _uuid(_command(commands, "archive", "dire que plus rien ne suivra", "during:archive"))


def add_looking(commands: Group) -> None:
    """Add list, state and record."""
    _command(commands, "list", "les élections de ce serveur", "looking:list_all")
    _uuid(_command(commands, "state", "où en est l'élection, et la suite", "looking:state"))
    record = _command(commands, "record", "écrire le dossier public", "ending:record")
    _uuid(record)
    record.add_argument("out", type=Path, metavar="DOSSIER", help="un dossier, ou un nom en .zip")
