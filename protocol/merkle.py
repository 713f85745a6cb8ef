# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tree over a log's entries, that of RFC 6962: docs/protocol.md §18.1.

Entries are exact bytes: the board's are its events, the journal's are its own. A root says which
entries there are, in which order, and how many.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from protocol.datum import hash_text
from protocol.encoding import MAX_INTEGER, Fields, JsonValue
from protocol.errors import MalformedError

LEAF_PREFIX: Final = b"\x00"
NODE_PREFIX: Final = b"\x01"
HASH_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class LogPosition:
    """How far a log had come: its size, and its root as 64 hexadecimal digits: §18.1."""

    size: int
    root: str

    @classmethod
    def decode(cls, value: JsonValue, *, section: str = "18.1") -> "LogPosition":
        """Read ``{"size":n,"root":hash}``: §11.7, §19.1."""
        fields = Fields(value, where="position of a log", section=section)
        position = cls(fields.integer("size", 0, MAX_INTEGER), hash_text(fields, "root"))
        fields.finish()
        return position

    @classmethod
    def of(cls, entries: Iterable[bytes]) -> "LogPosition":
        """Return the position of a log with these entries and no other: §18.1."""
        hasher = TreeHasher()
        for entry in entries:
            hasher.append(entry)
        return hasher.position()

    @classmethod
    def of_leaves(cls, leaves: Iterable[bytes]) -> "LogPosition":
        """Return the position of a log whose entries have these hashes: §18.1."""
        hasher = TreeHasher()
        for leaf in leaves:
            hasher.append_leaf(leaf)
        return hasher.position()

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §19.1."""
        return {"size": self.size, "root": self.root}


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one entry, 32 bytes: §18.1."""
    return hashlib.sha256(LEAF_PREFIX + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two subtrees, 32 bytes: §18.1."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root, 32 bytes, over entries given as their exact bytes: §18.1."""
    return bytes.fromhex(LogPosition.of(leaves).root)


class TreeHasher:
    """The root of a log that grows, from one hash for each bit of its size: §18.1.

    Args:
        size: of the log so far.
        hashes: what ``hashes`` gave at that size: the roots of its complete subtrees, largest
            first.

    Raises:
        MalformedError: as many hashes as this size does not have.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if size < 0 or len(hashes) != size.bit_count():
            raise MalformedError("so many hashes are not those of this size", section="18.1")
        if any(len(each) != HASH_BYTES for each in hashes):
            raise MalformedError("a hash has not 32 bytes", section="18.1")
        self._size = size
        self._hashes = list(hashes)

    @property
    def size(self) -> int:
        """The number of entries."""
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The roots of the complete subtrees, largest first: all that is needed to go on."""
        return tuple(self._hashes)

    def append(self, data: bytes) -> None:
        """Take in the next entry, by its exact bytes."""
        self.append_leaf(leaf_hash(data))

    def append_leaf(self, leaf: bytes) -> None:
        """Take in the next entry, by its ``leaf_hash``."""
        # One subtree is completed for each 1 at the end of the size: as in a carry.
        size = self._size
        while size & 1:
            leaf = node_hash(self._hashes.pop(), leaf)
            size >>= 1
        self._hashes.append(leaf)
        self._size += 1

    def root(self) -> bytes:
        """Return the root over all entries so far, 32 bytes: §18.1."""
        if not self._hashes:
            return hashlib.sha256(b"").digest()
        total = self._hashes[-1]
        for left in reversed(self._hashes[:-1]):
            total = node_hash(left, total)
        return total

    def position(self) -> LogPosition:
        """Return size and root."""
        return LogPosition(self._size, self.root().hex())
