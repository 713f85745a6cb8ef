# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a step is due: docs/protocol.md §18.7. Times are seconds since 1970 UTC.

While ballots can come in, at the times that P divides; before and after, with each change.
"""

from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy import func as of_sql
from sqlalchemy.orm import aliased

from evote.database.common_tables import ElectionRow, JournalRow, PublishedRow
from evote.database.elections import WORDS, State
from protocol.server_binding import BOARD, JOURNAL

TAKING_BALLOTS: Final = frozenset({State.OPEN, State.SUSPENDED})
# With P = 0 a step follows each ballot; one without anything new still shows that the clock goes.
IDLE_SECONDS: Final = 60


def step_time(state: State, now: int, seconds: int) -> int:
    """Return the time of a step that is made now."""
    return now - now % seconds if state in TAKING_BALLOTS and seconds else now


def is_due(state: State, stepped_at: int, now: int, seconds: int, *, grown: bool) -> bool:
    """Tell whether a step is due.

    Args:
        state: of the election.
        stepped_at: when the last step was, by the server's own clock.
        now: by the same clock, which may have been set back since.
        seconds: P, 0 for a step after each ballot.
        grown: whether something was recorded since.
    """
    if state not in TAKING_BALLOTS:
        return grown
    if not seconds:
        return grown or abs(now - stepped_at) >= IDLE_SECONDS
    time = step_time(state, now, seconds)
    # A little behind is another machine's clock; far behind, this one's was set back.
    return time > stepped_at or time <= stepped_at - 2 * seconds


def due_elections(
    connection: Connection, now: int, seconds: int, uuid: str | None = None
) -> tuple[str, ...]:
    """Return the number of every election of which a step is due, oldest first.

    Asked every second: one statement, which reads no entry. ``uuid`` asks of one election alone.
    """
    stands = _STANDS if uuid is None else _STANDS.where(ElectionRow.uuid == uuid)
    return tuple(
        row.uuid
        for row in connection.execute(stands)
        if type(row.stepped_at) is not int  # none yet, or damaged, as the step itself says
        or row.state not in WORDS["state"]  # whose step says so, and holds up no other
        or is_due(
            State(row.state),
            row.stepped_at,
            now,
            seconds,
            grown=row.board_grown or row.journal_grown,
        )
    )


_BOARD, _JOURNAL = aliased(PublishedRow), aliased(PublishedRow)
_ENTRIES = select(of_sql.max(JournalRow.number) + 1).where(JournalRow.election_id == ElectionRow.id)
# Made once: a statement is costlier to put together than to run.
_STANDS = (
    select(
        ElectionRow.uuid,
        ElectionRow.state,
        _BOARD.stepped_at,
        (_BOARD.size != ElectionRow.head_height + 1).label("board_grown"),
        (_JOURNAL.size != _ENTRIES.scalar_subquery()).label("journal_grown"),
    )
    .outerjoin(_BOARD, (_BOARD.election_id == ElectionRow.id) & (_BOARD.log == BOARD))
    .outerjoin(_JOURNAL, (_JOURNAL.election_id == ElectionRow.id) & (_JOURNAL.log == JOURNAL))
    .where(ElectionRow.state != State.DRAFT.value)
    .order_by(ElectionRow.id)
)
