# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sign-ins of ballots that came back are marked, from what the desk says: §17.4, ADR 16.

The server learns a set of numbers, as many as there are ballots, and no pair.
"""

from collections.abc import Iterable

from sqlalchemy import Connection

from evote.board.leaves import hasher_from
from evote.board.reading import count_ballots
from evote.database.elections import HeldElection
from evote.election.desk_messages import SignedInMessage
from evote.errors import Refusal
from evote.keys import ElectionKeys
from evote.pins import renew_pin
from evote.roll.sign_ins import (
    count_signed_in,
    electors_signed_in,
    find_sign_in,
    mark_signed_in,
    replace_sign_in,
)
from protocol.server_binding import BOARD
from tally.french import count

_ASK_DESK = "redemandez-le au bureau des codes, avec le dossier public d'aujourd'hui"


def mark_sign_ins(
    connection: Connection,
    held: HeldElection,
    keys: ElectionKeys,
    message: SignedInMessage,
    now: int,
) -> int:
    """Mark every sign-in that the desk names, and return how many were not marked before.

    A code that was replaced since the backup gets its number, and a new PIN if it has not voted.

    Raises:
        Refusal: of another election or board, a number that the roll has not, or another number of
            ballots; the caller lets the transaction fail.
    """
    _require_same_board(connection, held, message)
    replaced = {
        replace_sign_in(connection, held, before, after)
        for before, after in _in_order(connection, held, message.replaced)
    }
    marked = 0
    for number in message.sign_ins:
        found = find_sign_in(connection, held, number)
        if found is None:
            raise Refusal("un numéro d'émargement n'est pas de cette liste électorale", _ASK_DESK)
        if not found.is_used:
            mark_signed_in(connection, held, number, now)
            marked += 1
    if count_signed_in(connection, held) != len(message.sign_ins):
        raise Refusal(
            "des personnes ont émargé, et le bureau des codes ne trouve pas leur bulletin",
            "gardez tout en l'état, et faites vérifier le dossier public et ce serveur",
        )
    for elector in sorted(replaced - set(electors_signed_in(connection, held))):
        renew_pin(connection, held, keys, elector)
    return marked


def missing_sign_ins(connection: Connection, held: HeldElection) -> int:
    """Return how many ballots there are for which nobody has signed in."""
    return count_ballots(connection, held) - count_signed_in(connection, held)


def _require_same_board(
    connection: Connection, held: HeldElection, message: SignedInMessage
) -> None:
    ballots = count_ballots(connection, held)
    if message.uuid != held.uuid or len(message.sign_ins) != ballots:
        raise Refusal(
            f"ce fichier a {count(len(message.sign_ins), 'émargement')} pour l'élection "
            f"{message.uuid}, et l'urne de {held.uuid} a {count(ballots, 'bulletin')}",
            _ASK_DESK,
        )
    size = message.board.size
    here = 0 if held.head is None else held.head.height + 1
    if size > here or (
        hasher_from(connection, held, BOARD, None, size).position() != message.board
    ):
        raise Refusal("ce fichier a été fait pour une autre urne que celle-ci", _ASK_DESK)


def _in_order(
    connection: Connection, held: HeldElection, replaced: Iterable[tuple[str, str]]
) -> Iterable[tuple[str, str]]:
    """Give those replacements that this roll does not know yet, each after those before it."""
    after_of = dict(replaced)
    starts = [before for before in after_of if find_sign_in(connection, held, before) is not None]
    for start in starts:
        before = start
        while before in after_of:
            yield before, after_of[before]
            before = after_of[before]
