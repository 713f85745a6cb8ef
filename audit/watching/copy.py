# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the copies of both logs have in common: entries as they come in, hashes, faults."""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from zlib import crc32

from audit.archive import MAX_FAULTS
from audit.tree import HASH_BYTES, Tree, leaf_hash
from audit.words import Text


class Copy(ABC):
    """What both logs have in common.

    Attributes:
        leaves: 32 bytes an entry (§18.1).
        ends: where each entry ends, in bytes from the start.
        sums: the check sum of all bytes up to there, as they came in.
        fresh: the bytes of entries by index, until ``forget``.
        faults: index of the entry at fault, and what is wrong with it.
        lost_at: the entry that cannot be read, from which on nothing is read; None if all can.
    """

    def __init__(self) -> None:
        self.leaves = bytearray()
        self.ends = array("Q")
        self.sums = array("L")
        self.fresh: dict[int, bytes] = {}
        self.faults: list[tuple[int, Text]] = []
        self.lost_at: int | None = None
        self._buffer = bytearray()
        self._offset = 0
        self._sum = 0
        self._tree = Tree()
        self._roots: list[bytes] = []

    @property
    @abstractmethod
    def most_bytes(self) -> int:
        """More than all entries can have together."""

    @property
    def lost(self) -> bool:
        """Whether nothing that follows is read."""
        return self.lost_at is not None

    def lose(self, index: int) -> None:
        """Read nothing after this entry: what somebody garbled has no end."""
        self.lost_at = index

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self.ends)

    @property
    def received(self) -> int:
        """How many bytes came in."""
        return self._offset + len(self._buffer)

    def root(self, size: int) -> bytes:
        """The root of the first so many entries, which there are."""
        if size == 0:
            return Tree().root()
        return self._roots[size - 1]

    def leaf(self, index: int) -> bytes:
        """The leaf of an entry that there is."""
        return bytes(self.leaves[HASH_BYTES * index : HASH_BYTES * (index + 1)])

    def length(self, size: int) -> int:
        """How many bytes the first so many entries are."""
        return self.ends[size - 1] if size else 0

    def sum(self, size: int) -> int:
        """The check sum of the bytes of the first so many entries; no disk had a hand in it."""
        return self.sums[size - 1] if size else 0

    def feed(self, data: bytes, most: int) -> None:
        """The next bytes, cut anywhere; what follows so many entries is not looked at, nor kept."""
        self._buffer += data
        while not self.lost and self.size < most and (length := self._next()):
            self._sum = crc32(self._buffer[:length], self._sum)
            if len(self.sums) < self.size:
                self.sums.append(self._sum)
            del self._buffer[:length]
            self._offset += length
        if self.lost or self.size >= most:
            self._buffer.clear()

    def forget(self) -> None:
        """The bytes of entries are no longer needed; the hashes are."""
        self.fresh.clear()

    @abstractmethod
    def _next(self) -> int:
        """Take the next whole piece; how many bytes it is, 0 if it is not whole."""

    def _entry(self, data: bytes, length: int) -> None:
        leaf = leaf_hash(data)
        self.fresh[self.size] = data
        self.ends.append(self._offset + length)
        self.leaves += leaf
        self._tree.append(leaf)
        self._roots.append(self._tree.root())

    def fault(self, index: int, text: Text) -> None:
        """Note what is wrong with an entry."""
        if len(self.faults) < MAX_FAULTS:
            self.faults.append((index, text))
