# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a database still follows what was published from it: docs/adr/0015.

A restored one does not know that it is old; the head file does. Nothing is signed, no ballot is
taken and no step is gone in a database that does not follow.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import BindParameter, Connection, bindparam, func, select

from evote.board.leaves import hasher_from, tree_so_far
from evote.board.published import (
    DoesNotFollow,
    PublishedLog,
    find_published,
    require_of_type,
    split_hashes,
)
from evote.database.common_tables import JournalRow, PublishedRow
from evote.database.elections import HeldElection
from evote.heads import Heads
from evote.log_keys import LogKeys
from protocol.merkle import LogPosition
from protocol.server_binding import BOARD, JOURNAL

# Asked at every cast, so made once, and of both logs at once: the board's row, then the journal's.
_OF: Final[BindParameter[int]] = bindparam("of")
_LAST = select(func.max(JournalRow.number)).where(JournalRow.election_id == _OF)
_STANDS = (
    select(
        PublishedRow.size,
        PublishedRow.root,
        PublishedRow.hashes,
        PublishedRow.stamp,
        _LAST.scalar_subquery().label("last"),
    )
    .where(PublishedRow.election_id == _OF)
    .order_by(PublishedRow.log)
)


class WentBack(DoesNotFollow):
    """More, or something else, was published than this database has: it was put back in time."""


class HeadLost(DoesNotFollow):
    """Something was published, but the head file does not say how far: it was lost or replaced."""


@dataclass(frozen=True, slots=True)
class LogSize:
    """How many entries a log of this database has, and what of it is published."""

    size: int
    published: PublishedLog | None


def log_sizes(connection: Connection, election: HeldElection) -> dict[str, LogSize]:
    """Return, of the board and of the journal, how far they are."""
    published = find_published(connection, election)
    head = election.head
    last = connection.scalar(
        select(func.max(JournalRow.number)).where(JournalRow.election_id == election.id)
    )
    return {
        BOARD: LogSize(
            0 if head is None else head.height + 1, published.board if published else None
        ),
        JOURNAL: LogSize(0 if last is None else last + 1, published.journal if published else None),
    }


def require_following(
    connection: Connection, election: HeldElection, heads: Heads, keys: LogKeys
) -> int:
    """Let go on who works on the very database that was published from; return the last stamp.

    The stamp is 0 before the first step.

    Raises:
        DoesNotFollow: it was put back in time, or the head file was lost, or what it keeps of a
            published tree is damaged.
        HeadsUnavailable: the head file cannot be read.
    """
    signed, stamp = heads.read_stamped(keys.board.name, keys.journal.name)
    stands = connection.execute(_STANDS, {"of": election.id}).all()
    for row in stands:
        require_of_type(election.uuid, row)
    if [LogPosition(row.size, row.root) for row in stands] == [*signed]:
        for log, row in zip((BOARD, JOURNAL), stands, strict=True):
            tree_so_far(election, log, LogPosition(row.size, row.root), split_hashes(row.hashes))
        here = (0 if election.head is None else election.head.height + 1, stands[0].last + 1)
        if all(size >= row.size for size, row in zip(here, stands, strict=True)):
            return max(stamp, *(int(row.stamp) for row in stands))
    sizes = log_sizes(connection, election)
    for log, head in zip((BOARD, JOURNAL), signed, strict=True):
        verify_follows(connection, election, log, sizes[log], head)
    return max(stamp, *(each.published.stamp if each.published else 0 for each in sizes.values()))


def verify_follows(
    connection: Connection,
    election: HeldElection,
    log: str,
    here: LogSize,
    head: LogPosition | None,
) -> None:
    """Check that the first entries of a log are those of its head.

    Raises:
        WentBack: there are fewer, or others.
        HeadLost: there is no head, though something was published.
        PublishedDamaged: what the database keeps of the published tree gives another root.
    """
    published = here.published
    if head is None:
        if published is not None:
            raise HeadLost(election.uuid, f"the head of its {log} is lost")
        return
    if published is not None and published.position == head and here.size >= head.size:
        return
    if here.size < max(head.size, published.size if published else 0):
        raise WentBack(
            election.uuid, f"its {log} has {here.size} entries, and {head.size} were published"
        )
    if hasher_from(connection, election, log, published, head.size).position() != head:
        raise WentBack(
            election.uuid, f"its {log} has other entries than the {head.size} that were published"
        )
