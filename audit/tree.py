# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Merkle tree of RFC 6962 over exact bytes: docs/protocol.md §18.1.

A tree in the making holds one hash for each bit of its size, so it costs nothing to keep; the
verifier notes the 32 bytes of every leaf, so that it can ask later for any earlier root.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """leaf(d) = SHA-256(00 ‖ d) (§18.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """node(l, r) = SHA-256(01 ‖ l ‖ r) (§18.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows by one leaf at a time; ``peaks`` are its complete parts, largest first."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add the hash of one more leaf."""
        carried, rest = leaf, self.size
        while rest & 1:  # two complete parts of one size make one
            carried, rest = node_hash(self.peaks.pop(), carried), rest >> 1
        self.peaks.append(carried)
        self.size += 1

    def root(self) -> bytes:
        """The root of the leaves so far."""
        if not self.peaks:
            return EMPTY_ROOT
        *larger, total = self.peaks
        for peak in reversed(larger):
            total = node_hash(peak, total)
        return total


def earlier_roots(leaves: bytes | bytearray, sizes: Iterable[int]) -> dict[int, bytes]:
    """The root of the first so many leaves, for each size that there is, in one pass.

    Args:
        leaves: their hashes, joined.
        sizes: from 0 to the number of leaves; others are left out.
    """
    tree, roots = Tree(), {}
    for size in sorted(set(sizes)):
        if not 0 <= size <= len(leaves) // HASH_BYTES:
            continue
        for start in range(HASH_BYTES * tree.size, HASH_BYTES * size, HASH_BYTES):
            tree.append(bytes(leaves[start : start + HASH_BYTES]))
        roots[size] = tree.root()
    return roots
