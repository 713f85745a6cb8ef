# SPDX-License-Identifier: AGPL-3.0-or-later
"""The leaves of an election's two logs, stored with their entries, and the trees over them: §18.1.

Leaves and subtree hashes are derived, and nothing is signed on their word alone: what goes on from
the hashes of a published tree goes on from its root, and a step computes the tree from the entries.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, select

from evote.board.published import PublishedDamaged, PublishedLog
from evote.database.board_tables import EventRow
from evote.database.common_tables import JournalRow
from evote.database.elections import HeldElection
from protocol.errors import MalformedError
from protocol.merkle import LogPosition, TreeHasher, leaf_hash
from protocol.server_binding import BOARD

LEAVES_A_TIME = 1000
_LEAF: Final = re.compile("[0-9a-f]{64}", re.ASCII)


def read_leaves(
    connection: Connection, election: HeldElection, log: str, start: int, end: int | None = None
) -> Iterator[bytes]:
    """Give the leaves of the entries from ``start`` to before ``end``, in order.

    Raises:
        PublishedDamaged: one of them is no leaf.
    """
    row, place = (EventRow, EventRow.height) if log == BOARD else (JournalRow, JournalRow.number)
    query = select(row.leaf).where(row.election_id == election.id, place >= start)
    if end is not None:
        query = query.where(place < end)
    # SQLite gives what stands in a damaged row, of whatever type.
    leaves: Iterator[object] = connection.scalars(
        query.order_by(place).execution_options(yield_per=LEAVES_A_TIME)
    )
    for leaf in leaves:
        if not isinstance(leaf, str) or not _LEAF.fullmatch(leaf):
            raise PublishedDamaged(election.uuid, f"a leaf of its {log} is none")
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

    Raises:
        PublishedDamaged: the hashes of ``since`` do not give its root.
    """
    hasher = TreeHasher()
    if since is not None and (size is None or since.size <= size):
        hasher = tree_so_far(election, log, since.position, since.hashes)
    for leaf in read_leaves(connection, election, log, hasher.size, size):
        hasher.append_leaf(leaf)
    return hasher


def tree_so_far(
    election: HeldElection, log: str, position: LogPosition, hashes: Sequence[bytes]
) -> TreeHasher:
    """Return the tree at a published position, from the hashes that are kept of it: §18.1.

    Raises:
        PublishedDamaged: they are not so many, or do not give its root.
    """
    try:
        hasher = TreeHasher(position.size, hashes)
    except MalformedError as cause:
        raise PublishedDamaged(election.uuid, f"the hashes of its {log} are no tree's") from cause
    if hasher.position() != position:
        raise PublishedDamaged(election.uuid, f"the hashes of its {log} do not give its root")
    return hasher


def tree_of_entries(
    connection: Connection,
    election: HeldElection,
    log: str,
    since: PublishedLog | None,
    at_each: Callable[[], None] = lambda: None,
) -> TreeHasher:
    """Return the tree over all entries of a log, from their own bytes: §18.1.

    A twentieth of a second for 10,000 entries. ``since`` is what was published of the log.

    Raises:
        PublishedDamaged: a stored leaf is not that of its entry, or the first entries do not give
            the tree that was published, or its hashes.
    """
    hasher, agrees = TreeHasher(), since is None or since.size == 0
    query = (
        select(EventRow.event, EventRow.leaf)
        .where(EventRow.election_id == election.id)
        .order_by(EventRow.height)
        if log == BOARD
        else select(JournalRow.entry, JournalRow.leaf)
        .where(JournalRow.election_id == election.id)
        .order_by(JournalRow.number)
    )
    with connection.execute(query.execution_options(yield_per=LEAVES_A_TIME)) as rows:
        for entry, stored in rows:
            at_each()
            leaf = leaf_hash(entry)
            if leaf.hex() != stored:
                raise PublishedDamaged(election.uuid, f"entry {hasher.size} of its {log} changed")
            hasher.append_leaf(leaf)
            if since is not None and hasher.size == since.size:
                agrees = (hasher.position(), hasher.hashes) == (since.position, since.hashes)
    if not agrees:
        raise PublishedDamaged(election.uuid, f"the entries of its {log} are not those published")
    return hasher


def log_position(
    connection: Connection, election: HeldElection, log: str, since: PublishedLog | None
) -> LogPosition:
    """Return size and root of a log as this transaction sees it: §18.1."""
    return hasher_from(connection, election, log, since).position()
