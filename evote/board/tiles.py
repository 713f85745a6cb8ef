# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tiles of an election's logs, those of C2SP tlog-tiles: docs/protocol.md §18.8.

A tile has 256 hashes of its level, or the first few of them; that of the entries has the entries
themselves. Once it is published a tile never changes.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from evote.board.leaves import read_leaves
from evote.board.published import PublishedDamaged
from evote.database.board_tables import EventRow
from evote.database.common_tables import JournalRow
from evote.database.elections import HeldElection
from protocol.merkle import TreeHasher
from protocol.server_binding import BOARD

WIDTH: Final = 256
HEIGHT: Final = 8
LENGTH_BYTES: Final = 2
# With more levels than this a tile would have more entries below it than any log has.
MAX_LEVEL: Final = 5
_PLACE: Final = re.compile(r"((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile by its number in its level, with ``width`` hashes or entries, 1 to 256."""

    number: int
    width: int

    @classmethod
    def decode(cls, text: str) -> "Tile | None":
        """Read ``N`` or ``N.p/W`` of an address, None if it is none: §18.8."""
        match = _PLACE.fullmatch(text)
        if match is None:
            return None
        higher, lowest, part = match.groups()
        if higher.startswith("x000/"):
            return None  # a number has one form only
        number = int(higher.replace("x", "").replace("/", "") + lowest)
        width = WIDTH if part is None else int(part)
        return cls(number, width) if part is None or width < WIDTH else None

    @property
    def end(self) -> int:
        """The place, in its level, after its last hash or entry."""
        return self.number * WIDTH + self.width


def tile_of_hashes(
    connection: Connection, election: HeldElection, log: str, size: int, level: int, tile: Tile
) -> bytes | None:
    """Return the hashes of a tile of the first ``size`` entries, None if it is not there: §18.8."""
    if level > MAX_LEVEL or tile.end > size >> (HEIGHT * level):
        return None
    below = 1 << (HEIGHT * level)
    start, end = tile.number * WIDTH * below, tile.end * below
    leaves = read_leaves(connection, election, log, start, end)
    return b"".join(_roots(leaves, below))


def tile_of_entries(
    connection: Connection, election: HeldElection, log: str, size: int, tile: Tile
) -> bytes | None:
    """Return the entries of a tile, each after its length, None if it is not there: §18.8."""
    if tile.end > size:
        return None
    entries = _entries(connection, election, log, tile.number * WIDTH, tile.end)
    return b"".join(len(each).to_bytes(LENGTH_BYTES, "big") + each for each in entries)


def subtrees_of_log(
    connection: Connection, election: HeldElection, log: str
) -> Callable[[int, int], bytes]:
    """Return what proofs are made from: the roots of the complete subtrees of a log: §18.5.

    It raises ``PublishedDamaged`` where entries are absent, or a leaf is none.
    """

    def subtree(level: int, number: int) -> bytes:
        start, end = number << level, (number + 1) << level
        roots = [*_roots(read_leaves(connection, election, log, start, end), 1 << level)]
        if not roots:
            raise PublishedDamaged(election.uuid, f"entries of its {log} are absent")
        return roots[0]

    return subtree


def _roots(leaves: Iterator[bytes], each: int) -> Iterator[bytes]:
    hasher = TreeHasher()
    for leaf in leaves:
        hasher.append_leaf(leaf)
        if hasher.size == each:
            yield hasher.root()
            hasher = TreeHasher()


def _entries(
    connection: Connection, election: HeldElection, log: str, start: int, end: int
) -> Iterator[bytes]:
    if log == BOARD:
        query = select(EventRow.event).where(EventRow.election_id == election.id)
        query = query.where(EventRow.height.between(start, end - 1)).order_by(EventRow.height)
    else:
        query = select(JournalRow.entry).where(JournalRow.election_id == election.id)
        query = query.where(JournalRow.number.between(start, end - 1)).order_by(JournalRow.number)
    yield from connection.scalars(query)
