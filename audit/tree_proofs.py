# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proofs about trees: that an entry is in one, that one is the beginning of another. §18.5.

The verifier goes by the steps of RFC 9162, the maker by the definitions of RFC 6962, over the
joined hashes of all leaves (``Board.leaves``, ``Journal.leaves``): the two share nothing else.
Making costs a hash for each leaf.
"""

from __future__ import annotations

from collections.abc import Sequence

from audit.tree import EMPTY_ROOT, HASH_BYTES, Tree, node_hash

MAX_HASHES = 63
Leaves = bytes | bytearray


def included_root(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root of a tree of this size that has the leaf at this index, if the proof is true.

    None for a proof that proves nothing: of another length, or of an index that there is not.
    """
    if not 0 <= index < size or len(proof) > MAX_HASHES:
        return None
    f, s, r = index, size - 1, leaf
    for p in proof:
        if s == 0:
            return None
        if f & 1 or f == s:
            r = node_hash(p, r)
            f, s = _odd_or_zero(f, s)
        else:
            r = node_hash(r, p)
        f, s = f >> 1, s >> 1
    return r if s == 0 else None


def consistent_roots(
    first: int, second: int, hashes: Sequence[bytes]
) -> tuple[bytes, bytes] | None:
    """The roots of the first so many leaves, and of all, to which the hashes lead.

    Where ``first`` is a power of two, the hashes begin with its root, as §18.5 has it.
    None for hashes that prove nothing, and unless 0 < first < second.
    """
    if not 0 < first < second or not hashes or len(hashes) > MAX_HASHES + 1:
        return None
    f, s = first - 1, second - 1
    while f & 1:
        f, s = f >> 1, s >> 1
    a = b = hashes[0]
    for p in hashes[1:]:
        if s == 0:
            return None
        if f & 1 or f == s:
            a, b = node_hash(p, a), node_hash(p, b)
            f, s = _odd_or_zero(f, s)
        else:
            b = node_hash(b, p)
        f, s = f >> 1, s >> 1
    return (a, b) if s == 0 else None


def is_consistent(
    first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the proof shows that the second tree begins with the first (§18.5).

    No entry is the beginning of everything, but its root is always the same.
    """
    if not 0 <= first <= second or len(proof) > MAX_HASHES:
        return False
    if first == 0 and first_root != EMPTY_ROOT:
        return False
    if first in (0, second):
        return not proof and (first < second or first_root == second_root)
    begun = [first_root, *proof] if _is_power_of_two(first) else proof
    return consistent_roots(first, second, begun) == (first_root, second_root)


def inclusion_proof(leaves: Leaves, index: int, size: int) -> list[bytes]:
    """The proof that the leaf of this index is in the tree of the first ``size`` leaves.

    Args:
        leaves: hashes of leaves, joined; at least ``size`` of them.
        index: from 0, below ``size``.
        size: of the tree.
    """
    start, end = 0, size
    proof = []
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            proof.append(_root(leaves, middle, end))
            end = middle
        else:
            proof.append(_root(leaves, start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(leaves: Leaves, first: int, second: int) -> list[bytes]:
    """The proof that the tree of the first ``second`` leaves begins with that of ``first``.

    Empty for ``first`` 0 or ``second``, as §18.5 has it.
    """
    if first in (0, second):
        return []
    hashes = begun_consistency_proof(leaves, first, second)
    return hashes[1:] if _is_power_of_two(first) else hashes


def begun_consistency_proof(leaves: Leaves, first: int, second: int) -> list[bytes]:
    """The same, with the root of ``first`` before it where that is a power of two.

    This is what ``consistent_roots`` takes, and a ``fork`` of §21 holds; 0 < first < second.
    """
    start, end = 0, second
    proof = []
    while end > first:
        middle = start + _largest_power_below(end - start)
        if first <= middle:
            proof.append(_root(leaves, middle, end))
            end = middle
        else:
            proof.append(_root(leaves, start, middle))
            start = middle
    return [_root(leaves, start, end), *proof[::-1]]


def _root(leaves: Leaves, start: int, end: int) -> bytes:
    """The root of the leaves from ``start`` to before ``end``."""
    tree = Tree()
    for at in range(HASH_BYTES * start, HASH_BYTES * end, HASH_BYTES):
        tree.append(bytes(leaves[at : at + HASH_BYTES]))
    return tree.root()


def _odd_or_zero(f: int, s: int) -> tuple[int, int]:
    """Both halved until the first is odd or 0 (§18.5)."""
    while f and not f & 1:
        f, s = f >> 1, s >> 1
    return f, s


def _largest_power_below(count: int) -> int:
    """The largest power of two that is smaller than the count, which is at least 2 (§18.1)."""
    return 1 << (count - 1).bit_length() - 1


def _is_power_of_two(number: int) -> bool:
    return number & (number - 1) == 0
