# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote worker``: what a server does without being asked, in a process of its own."""

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Final

from evote.cli.parser import FrenchParser
from evote.cli.server.opened import server
from evote.settings import witnesses_of
from evote.terminal import outlive_terminal
from evote.upkeep import Cosignatures, Fault, Steps, Trouble, Upkeep, going_on
from evote.witnessing.asking import Reason
from evote.witnessing.cosigning import Cosigning

_EPILOG: Final = """\
À chaque minute : remettre les messages (les fichiers de PREAU_OUTBOX_FOLDER), récrire les
émargements toutes les heures, et clore les votes dont l'heure et le délai sont passés (une heure
plus tard, si l'horloge a avancé d'un coup de plus de cinq minutes).
evote serve le fait aussi, sauf avec --no-upkeep (ou PREAU_UPKEEP=false). À chaque seconde, comme
evote serve dans tous les cas : publier ce qui est à publier (PREAU_PUBLISH_SECONDS), puis
demander aux témoins (PREAU_WITNESS_FILE) de le cosigner.

codes de sortie : 0 arrêté normalement, 1 réglage dangereux, ou (--once) quelque chose reste."""
EVERY_SECONDS: Final = 60
_SENTENCES: Final = {
    Trouble.NO_ANSWER: "la base ne répond pas",
    Trouble.UNANSWERED: "la base ne répond pas pour l'élection {uuid} (page abîmée, disque plein, "
    "ou trop d'attente) ; voir evote doctor",
    Trouble.NO_KEY: "la clé d'une élection manque ou est illisible : voir PREAU_KEY_FOLDER",
    Trouble.NOT_CLOSED: "le vote {uuid} ne peut pas être clos : {cause}",
    Trouble.UNREAD: "le vote {uuid}, dont l'heure est passée, n'est pas clos : la base ne répond "
    "pas pour lui ; voir evote doctor",
    Trouble.SILENT: "le témoin {witness} ne répond pas ({cause})",
    Trouble.REFUSING: "le témoin {witness} ne cosigne pas {uuid} ({cause})",
    Trouble.AHEAD: "le témoin {witness} a cosigné plus de {uuid} que ce qui est publié ({cause})",
    Trouble.NO_HEADS: "le fichier heads.sqlite du dossier des clés ne peut pas servir : rien n'est "
    "publié, et aucun bulletin n'est pris",
    Trouble.NO_HEAD: "l'état de l'élection {uuid} dans heads.sqlite ne peut pas être lu ou écrit : "
    "rien n'en est publié, et aucun bulletin n'y est pris ; voir evote doctor",
    Trouble.NO_LOG_KEY: "les clés de signature de l'élection {uuid} manquent ou sont illisibles : "
    "rien n'en est publié, et aucun bulletin n'y est pris ; voir evote doctor",
    Trouble.NO_STEP: "la base ne donne pas, ou n'écrit pas, ce qu'il faut pour publier l'élection "
    "{uuid} : aucun bulletin n'y est pris ; voir evote doctor",
    Trouble.UNFORESEEN: "l'élection {uuid} ne peut pas être publiée ({cause}) : aucun bulletin n'y "
    "est pris ; voir evote doctor",
    Trouble.NOT_FOLLOWING: "la base n'est pas celle d'où l'élection {uuid} a été publiée : aucun "
    "bulletin n'y est pris (docs/operations.md)",
    Trouble.DAMAGED: "la ligne de l'élection {uuid} est abîmée dans la base ({cause}) : rien n'en "
    "est publié, et aucun bulletin n'y est pris ; voir evote doctor",
    Trouble.LETTER_DAMAGED: "l'élection {uuid} a un message abîmé dans la base ({cause}) : il "
    "ne part pas, les autres si ; voir evote doctor",
    Trouble.NO_LETTER_KEY: "la clé de l'élection {uuid} manque, ou n'est pas la bonne : ses "
    "messages attendent ; voir PREAU_KEY_FOLDER",
    Trouble.NO_OUTBOX: "le dossier PREAU_OUTBOX_FOLDER ne prend pas toutes les lettres (absent, "
    "plein ou fermé ?) : elles attendent leur prochain essai",
    Trouble.OTHER_HOURS: "les heures de {uuid} dans la base ne sont pas celles qui sont en vigueur "
    "({cause}) : le vote n'est pas clos, et aucun bulletin n'y est pris ; voir evote doctor",
    Trouble.CLOCK_JUMPED: "l'horloge a avancé d'un coup ({cause}) : le vote {uuid}, dont l'heure "
    "paraît passée, n'est clos qu'une heure plus tard ; réglez l'heure (docs/operations.md)",
    Trouble.UNPROMISED: "l'horloge a été très en avance : les bulletins de {uuid} sont enregistrés "
    "sans promesse signée ; voir evote doctor",
    Trouble.NOT_REWRITTEN: "les émargements ne sont pas encore récrits (docs/operations.md)",
    Trouble.UNDONE: "l'entretien ne va pas jusqu'au bout ({cause}), et sera repris ; voir evote "
    "doctor",
}
_REASONS: Final = {
    Reason.NETWORK: "pas de liaison, {detail}",
    Reason.ENDLESS: "une réponse sans fin",
    Reason.SLOW: "trop lent",
    Reason.STILL_ANSWERING: "il répond encore à la question d'avant",
    Reason.STATUS: "réponse {detail}",
    Reason.NO_SIZE: "réponse 409 sans la taille",
    Reason.SAME_SIZE: "réponse 409 à la taille qu'il a dite lui-même",
    Reason.NO_LINE: "aucune ligne de sa clé",
    Reason.FALSE_LINE: "une ligne qui ne se vérifie pas",
    Reason.CLOCK: "son horloge est à {detail} secondes de celle du serveur : réglez celle des deux "
    "qui est fausse",
    Reason.LARGER: "taille {detail}",
    Reason.NO_KEY: "ce serveur n'a plus la clé de ce journal : voir evote doctor",
    Reason.NOTHING: "rien de publié qui puisse lui être montré",
    Reason.NO_PROOF: "une ligne de la base est abîmée, aucune preuve ne peut lui être montrée : "
    "voir evote doctor",
    Reason.UNREAD: "la base ne donne pas de quoi le lui montrer, ou ne garde pas sa ligne : voir "
    "evote doctor",
    Reason.FAULT: "une erreur de ce serveur, {detail} : voir evote doctor",
}


def main(arguments: list[str]) -> int:
    """Work until a signal asks to stop; with ``--once`` a single time."""
    parser = FrenchParser("evote worker", "Faire ce que personne ne demande.", _EPILOG)
    parser.add_argument("--once", action="store_true", help="une seule fois, puis s'arrêter")
    options = parser.parse_args(arguments)
    with server() as here:
        outbox, publisher = here.settings.outbox_folder, here.publisher
        work = Upkeep(here.database, here.keys, outbox, here.clock, publisher)
        steps = Steps(publisher)
        asking = [
            Cosignatures(Cosigning(here.database, publisher, witness))
            for witness in witnesses_of(here.settings)
        ]
        if options.once:
            said = [_take(work.step), _take(steps.step), *(_take(each.step) for each in asking)]
            return int(any(said))
        stop = threading.Event()
        outlive_terminal()
        signal.signal(signal.SIGTERM, lambda _signal, _frame: stop.set())
        for witness in asking:
            threading.Thread(target=_again_and_again, args=(witness, stop), daemon=True).start()
        while not stop.is_set():
            _take(work.step)
            for _ in range(EVERY_SECONDS):
                _take(steps.step)
                if stop.wait(1):
                    break
    return 0


def _again_and_again(witness: Cosignatures, stop: threading.Event) -> None:
    # One that takes its time holds up neither the others nor the steps.
    while not stop.is_set():
        _take(witness.step)
        stop.wait(1)


def _take(step: Callable[[], Iterator[Fault]]) -> bool:
    """Take a step, and say what it could not do: whatever fails, the next one is taken."""
    said = list(going_on(step))
    for fault in said:
        with contextlib.suppress(OSError):  # the terminal is closed: nobody hears it
            print(f"evote worker : {_sentence(fault)}", file=sys.stderr, flush=True)
    return bool(said)


def _sentence(fault: Fault) -> str:
    sentence, missed = _SENTENCES[fault.trouble], fault.missed
    if missed is None:
        return sentence.format(uuid=fault.uuid, cause=fault.cause)
    cause = _REASONS[missed.cause.reason].format(detail=missed.cause.detail)
    return sentence.format(uuid=fault.uuid, witness=missed.witness, cause=cause)
