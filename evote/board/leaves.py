# SPDX-License-Identifier: AGPL-3.0-or-later
"""The leaves of an election's two logs, stored with their entries: docs/protocol.md §18.1."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from evote.board.published import PublishedLog
from evote.database.board_tables import EventRow
from evote.database.common_tables import JournalRow
from evote.database.elections import HeldElection
from protocol.merkle import LogPosition, TreeHasher
from protocol.server_binding import BOARD

LEAVES_A_TIME = 1000


def read_leaves(
    connection: Connection, election: HeldElection, log: str, start: int, end: int | None = None
) -> Iterator[bytes]:
    """Give the leaves of the entries from ``start`` to before ``end``, in order."""
    row, place = (EventRow, EventRow.height) if log == BOARD else (JournalRow, JournalRow.number)
    query = select(row.leaf).where(row.election_id == election.id, place >= start)
    if end is not None:
        query = query.where(place < end)
    for leaf in connection.scalars(
        query.order_by(place).execution_options(yield_per=LEAVES_A_TIME)
    ):
        yield bytes.fromhex(leaf)


def hasher_from(
    connection: Connection,
    election: HeldElection,
    log: str,
    since: PublishedLog | None,
    size: int | None = None,
) -> TreeHasher:
    """Return the tree over the first ``size`` entries, all if it is None: §18.1.

    ``since`` is what was published before, so that its leaves are not read again; it is of no use
    to a tree that is smaller.
    """
    usable = since is not None and (size is None or since.size <= size)
    hasher = TreeHasher(since.size, since.hashes) if usable and since is not None else TreeHasher()
    for leaf in read_leaves(connection, election, log, hasher.size, size):
        hasher.append_leaf(leaf)
    return hasher


def log_position(
    connection: Connection, election: HeldElection, log: str, since: PublishedLog | None
) -> LogPosition:
    """Return size and root of a log as this transaction sees it: §18.1."""
    return hasher_from(connection, election, log, since).position()
