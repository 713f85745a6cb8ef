# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote pins``: the second secrets, made by the server and handed over by its outbox."""

from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from evote.cli.inputs import read_hosted_uuid
from evote.cli.parser import Group, run_group
from evote.cli.server.opened import server
from evote.database.connection import DatabaseUnavailable
from evote.database.elections import RowDamaged, State
from evote.errors import Refusal, kind_and_place
from evote.keys import KeyUnavailable
from evote.lifecycle.states import locked
from evote.messages import MessageDamaged
from evote.outbox import FileTransport, Kept, KeptBack, TransportFailed, count_waiting, deliver
from evote.pins import make_pins, renew_pin
from evote.roll.electors import NoSuchElector
from tally.french import count

_BEFORE_CLOSING: Final = frozenset({State.SEALED, State.OPEN, State.SUSPENDED})
_WHAT: Final = "on fait des chiffres secrets entre le scellement et la fermeture"


def main(arguments: list[str]) -> int:
    """Run one of the commands on PINs."""
    summary = "Les chiffres secrets : le serveur les fait et les envoie, à part des lettres."
    return run_group("evote pins", summary, (_add_make, _add_renew, _add_deliver), arguments)


def _add_make(commands: Group) -> None:
    parser = commands.add_parser("make", help="en faire pour chaque électeur qui n'en a pas")
    parser.add_argument("uuid", metavar="NUMÉRO", help="numéro de l'élection")
    parser.set_defaults(run=_make)


def _add_renew(commands: Group) -> None:
    parser = commands.add_parser("renew", help="en refaire pour un électeur ; les anciens tombent")
    parser.add_argument("uuid", metavar="NUMÉRO", help="numéro de l'élection")
    parser.add_argument("--elector", type=int, required=True, metavar="N", help="son numéro")
    parser.set_defaults(run=_renew)


def _add_deliver(commands: Group) -> None:
    parser = commands.add_parser("deliver", help="remettre ce qui attend dans la boîte d'envoi")
    parser.set_defaults(run=_deliver)


def _make(options: Namespace) -> int:
    uuid = read_hosted_uuid(options.uuid)
    with server() as here, here.database.write() as connection:
        held = locked(connection, uuid, _BEFORE_CLOSING, _WHAT)
        pins = make_pins(connection, held, here.keys.load(uuid))
    print(f"Nouveaux chiffres secrets, dans la boîte d'envoi : {count(pins.made, 'électeur')}.")
    print("Ensuite : evote pins deliver, ou evote worker, les remet.")
    if pins.left:
        numbers = ", ".join(map(str, pins.left))
        raise Refusal(
            f"pas de chiffres secrets pour ces électeurs, dont la ligne est abîmée : {numbers}",
            "evote doctor dit quoi faire de la liste électorale ; puis recommencez",
        )
    return 0


def _renew(options: Namespace) -> int:
    uuid = read_hosted_uuid(options.uuid)
    try:
        with server() as here, here.database.write() as connection:
            held = locked(connection, uuid, _BEFORE_CLOSING, _WHAT)
            renew_pin(connection, held, here.keys.load(uuid), options.elector)
    except NoSuchElector as cause:
        raise Refusal(
            "aucun électeur n'a ce numéro", "ce sont ceux de la liste électorale scellée"
        ) from cause
    print("De nouveaux chiffres secrets sont dans la boîte d'envoi ; les anciens ne valent plus.")
    return 0


def _deliver(_options: Namespace) -> int:
    with server() as here:
        folder = here.settings.outbox_folder
        if folder is None:
            raise Refusal(
                "PREAU_OUTBOX_FOLDER n'est pas réglé : les messages attendent",
                "donnez un dossier que seuls peuvent lire ceux qui remettent les chiffres",
            )
        try:
            _tell(deliver(here.database, here.keys, FileTransport(folder), here.clock()))
        except KeptBack as some:
            _tell(some.sent)
            raise Refusal(
                f"tout n'est pas remis : {' ; '.join(_causes(some.kept))}", _advice(some.kept)
            ) from some
        with here.database.read() as connection:
            waiting, _ = count_waiting(connection)
        if waiting:
            raise Refusal(
                f"{count(waiting, 'message attend son', 'messages attendent leur')} prochain essai",
                "un essai a échoué il y a moins d'une heure, un autre programme les remet, ou ils "
                "viennent d'arriver : réglez ce que dit evote doctor, puis recommencez",
            )
    return 0


def _advice(kept: Iterable[Kept]) -> str:
    if all(isinstance(each.cause, TransportFailed) for each in kept):
        return (
            "réglez le dossier ; ils partent à leur prochain essai, dans l'heure, si evote serve "
            "ou evote worker tourne ; sinon, relancez evote pins deliver dans une heure"
        )
    return (
        "evote doctor dit quoi faire ; qui attend ses chiffres secrets en vain en reçoit "
        "d'autres : evote pins renew"
    )


def _tell(sent: int) -> None:
    print(f"{count(sent, 'message remis', 'messages remis')}.")


def _causes(kept: Iterable[Kept]) -> Iterator[str]:
    """Say of each election what keeps its messages back."""
    counted = Counter((each.uuid, _cause(each.cause)) for each in kept)
    for (uuid, cause), messages in counted.items():
        several = f" ({messages} fois)" if messages > 1 else ""
        yield f"{uuid}, {cause}{several}"


def _cause(error: Exception) -> str:
    if isinstance(error, MessageDamaged):
        return f"message abîmé dans la base ({error.column})"
    if isinstance(error, RowDamaged):
        return f"sa ligne est abîmée dans la base ({error.column})"
    if isinstance(error, KeyUnavailable):
        return "sa clé manque, ou n'est pas la bonne"
    if isinstance(error, TransportFailed):
        return "une lettre n'a pas pu être écrite dans PREAU_OUTBOX_FOLDER (absent, plein, fermé ?)"
    if isinstance(error, DatabaseUnavailable):
        return "la base ne donne pas, ou n'efface pas, tous ses messages"
    return f"erreur de ce programme ({kind_and_place(error)})"
