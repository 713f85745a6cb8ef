# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proofs about a log's tree, made and verified: docs/protocol.md §18.5.

*Inclusion*: an entry stands at an index. *Consistency*: a tree begins with all of an earlier one.
They are made from the roots of complete subtrees, whoever keeps them: a server reads a few of its
tiles, a test has every leaf at hand. Verifying needs the hashes alone, as RFC 9162 has it, so the
two sides of this module share no code but the hash of a node.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from protocol.errors import MalformedError, ProofError
from protocol.merkle import HASH_BYTES, LogPosition, TreeHasher, node_hash

MAX_PROOF_HASHES: Final = 63

# (level, number): the root over the 2^level entries from number · 2^level on, all of them there.
Subtree: TypeAlias = Callable[[int, int], bytes]


def subtrees_of(leaves: Sequence[bytes]) -> Subtree:
    """Return the complete subtrees of a log given by all its leaf hashes, each 32 bytes."""

    def subtree(level: int, number: int) -> bytes:
        hasher = TreeHasher()
        for leaf in leaves[number << level : (number + 1) << level]:
            hasher.append_leaf(leaf)
        if hasher.size != 1 << level:
            raise RuntimeError("a subtree that is not complete was asked for")
        return hasher.root()

    return subtree


def prove_inclusion(index: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """Return the proof that the leaf ``index`` is in the tree of the first ``size``: §18.5.

    Args:
        index: from 0, below ``size``.
        size: of the tree; the log may have grown beyond it.
        subtree: gives complete subtrees within the first ``size`` entries, and is asked for at
            most two for each bit of the size.
    """
    if not 0 <= index < size:
        raise RuntimeError("the index is not in the tree")
    hashes = []
    start, end = 0, size
    while end - start > 1:
        (start, end), other = _halves(start, end, index)
        hashes.append(_root(*other, subtree))
    return tuple(reversed(hashes))


def prove_consistency(first: int, second: int, subtree: Subtree) -> tuple[bytes, ...]:
    """Return the proof that the tree of size ``second`` begins with that of ``first``: §18.5.

    Args:
        first: from 0 to ``second``; 0 and ``second`` itself need no hashes.
        second: size of the later tree.
        subtree: as for ``prove_inclusion``.
    """
    if not 0 <= first <= second:
        raise RuntimeError("the first tree is larger than the second")
    if first in (0, second):
        return ()
    hashes = []
    start, end = 0, second
    while first != end:
        (start, end), other = _halves(start, end, first - 1)
        hashes.append(_root(*other, subtree))
    if start > 0:
        # What is left is not the whole first tree, whose root the reader has already.
        hashes.append(_root(start, end, subtree))
    return tuple(reversed(hashes))


def verify_inclusion(proof: Sequence[bytes], leaf: bytes, index: int, tree: LogPosition) -> None:
    """Check that the leaf stands at the index, from 0, of this tree: §18.5.

    Raises:
        MalformedError: more than 63 hashes, or one that is not 32 bytes.
        ProofError: the index is not in the tree, or the proof does not lead from leaf to root.
    """
    _require_hashes([leaf, *proof], MAX_PROOF_HASHES + 1)
    if not 0 <= index < tree.size:
        raise ProofError("the index is not in the tree", section="18.5")
    place, last, root = index, tree.size - 1, leaf
    for each in proof:
        if last == 0:
            raise ProofError("the proof has too many hashes", section="18.5")
        if place & 1 or place == last:
            root = node_hash(each, root)
            place, last = _rise_to_odd(place, last)
        else:
            root = node_hash(root, each)
        place, last = place >> 1, last >> 1
    if last != 0 or root.hex() != tree.root:
        raise ProofError("the proof does not lead to the root", section="18.5")


def verify_consistency(proof: Sequence[bytes], first: LogPosition, second: LogPosition) -> None:
    """Check that the second tree begins with all entries of the first: §18.5.

    Raises:
        MalformedError: more than 63 hashes, or one that is not 32 bytes.
        ProofError: the second is smaller, or the proof does not lead to both roots.
    """
    _require_hashes(proof, MAX_PROOF_HASHES)
    if first.size > second.size:
        raise ProofError("the second tree is smaller than the first", section="18.5")
    if first.size == 0 and first != TreeHasher().position():
        raise ProofError("the first root is not that of no entry", section="18.5")
    if first.size in (0, second.size):
        if proof or (first.size == second.size and first != second):
            raise ProofError("the roots differ, or there is a hash too many", section="18.5")
        return
    roots = _consistent_roots(proof, first, second.size)
    if roots != (first.root, second.root):
        raise ProofError("the proof does not lead to the two roots", section="18.5")


def _consistent_roots(proof: Sequence[bytes], first: LogPosition, size: int) -> tuple[str, str]:
    # The roots of the first tree and of that of this size to which the hashes lead: §18.5.
    hashes = list(proof)
    if first.size.bit_count() == 1:
        hashes.insert(0, bytes.fromhex(first.root))
    if not hashes:
        raise ProofError("the proof has no hash", section="18.5")
    place, last = first.size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = hashes[0]
    for each in hashes[1:]:
        if last == 0:
            raise ProofError("the proof has too many hashes", section="18.5")
        if place & 1 or place == last:
            old, new = node_hash(each, old), node_hash(each, new)
            place, last = _rise_to_odd(place, last)
        else:
            new = node_hash(new, each)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofError("the proof has too few hashes", section="18.5")
    return old.hex(), new.hex()


def _rise_to_odd(place: int, last: int) -> tuple[int, int]:
    # Levels at which the last node has no sibling are passed over.
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _halves(start: int, end: int, index: int) -> tuple[tuple[int, int], tuple[int, int]]:
    # Of the two parts of a tree (§18.1) over [start, end), that with the entry, then the other.
    middle = start + (1 << ((end - start - 1).bit_length() - 1))
    left, right = (start, middle), (middle, end)
    return (left, right) if index < middle else (right, left)


def _root(start: int, end: int, subtree: Subtree) -> bytes:
    # The root over the entries of [start, end), a part of a tree: its complete subtrees, joined.
    parts = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(subtree(level, start >> level))
        start += 1 << level
    total = parts.pop()
    while parts:
        total = node_hash(parts.pop(), total)
    return total


def _require_hashes(hashes: Sequence[bytes], most: int) -> None:
    if len(hashes) > most:
        raise MalformedError(f"a proof has more than {MAX_PROOF_HASHES} hashes", section="18.5")
    if any(len(each) != HASH_BYTES for each in hashes):
        raise MalformedError("a hash of a proof is not 32 bytes", section="18.5")
