# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a ballot that is recorded now can be promised: docs/protocol.md §20.1."""

from typing import Final

from sqlalchemy import Connection

from evote.board.listing import setup_bytes
from evote.board.published import Published
from evote.database.elections import HeldElection, State
from protocol.election import Election
from protocol.errors import ProtocolError
from protocol.promises import LAST_AFTER_CLOSING, promised_until

# A stamp so far ahead of the clock is of a clock that was wrong.
AHEAD: Final = 60
_BEFORE_CLOSING: Final = (State.SEALED, State.OPEN, State.SUSPENDED)


def is_unpromised(
    connection: Connection, held: HeldElection, published: Published, now: int, seconds: int
) -> bool:
    """Tell whether ballots get no promise: the clock was far ahead, and stamps never go back.

    Args:
        connection: to the server's database.
        held: sealed, or later.
        published: what is published of it.
        now: the server's time.
        seconds: P of §18.7.
    """
    stamp = published.board.stamp
    if held.state not in _BEFORE_CLOSING or stamp <= now + AHEAD:
        return False
    try:
        evote = Election.decode(setup_bytes(connection, held)[0]).evote
    except ProtocolError:
        return False  # which evote doctor says, and what is damaged takes no ballot
    if evote is None:
        return False
    return promised_until(stamp, seconds) > evote.closes_at + LAST_AFTER_CLOSING
