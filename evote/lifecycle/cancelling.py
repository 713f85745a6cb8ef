# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cancelling an election before its result: a reason, and two persons who answer for it: §19.2.

Its codes are void from then on: nothing is cast in an election that is cancelled. Whoever votes
again begins with a new draft, new codes and new keys.
"""

from typing import Final

from evote.clock import Clock
from evote.database.connection import Database
from evote.database.elections import State
from evote.errors import Refusal
from evote.lifecycle.states import locked, require_reason
from evote.lifecycle.story import move, read_story, tell
from protocol.ceremony import Member
from protocol.errors import ProtocolError
from protocol.journal_bodies import Cancelled, EntryKind, decode_body
from tally.errors import cite

BEFORE_RESULT: Final = frozenset({State.SEALED, State.OPEN, State.SUSPENDED, State.CLOSED})


def cancel_election(
    database: Database, uuid: str, reason: str, persons: tuple[Member, ...], clock: Clock
) -> None:
    """Cancel, in public.

    Raises:
        NotNow: its result is published, or it is cancelled already.
        Refusal: not two distinct persons.
    """
    body = Cancelled(require_reason(reason), persons)
    try:
        decode_body(EntryKind.CANCELLED, body.encode())
    except ProtocolError as cause:
        raise Refusal(
            f"il faut deux personnes distinctes, avec leur nom et leur fonction {cite(cause)}",
            'par exemple --by "Aïcha Ben Ali, directrice" --by "Bruno Carré, enseignant"',
        ) from cause
    with database.write() as connection:
        what = "on n'annule qu'avant la publication du résultat"
        held = locked(connection, uuid, BEFORE_RESULT, what)
        story = tell(connection, read_story(connection, held), clock(), body)
        move(connection, story, State.CANCELLED)
