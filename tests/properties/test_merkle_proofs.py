# SPDX-License-Identifier: AGPL-3.0-or-later
"""Laws of the proofs of §18.5: those of the definition verify, and nothing beside them does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import ProofError, ProtocolError
from protocol.merkle import LogPosition, leaf_hash, node_hash
from protocol.merkle_proofs import (
    prove_consistency,
    prove_inclusion,
    subtrees_of,
    verify_consistency,
    verify_inclusion,
)

LARGEST = 100
ENTRIES = [b"entry %d" % i for i in range(LARGEST)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
TREES = [LogPosition.of(ENTRIES[:size]) for size in range(LARGEST + 1)]
SUBTREE = subtrees_of(LEAVES)
OTHER = leaf_hash(b"another")

hashes = st.lists(st.binary(min_size=32, max_size=32), max_size=8)


def half(leaves: Sequence[bytes]) -> int:
    """The largest power of two smaller than their number, as §18.1 says it."""
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return k


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """The definition of §18.1."""
    if len(leaves) == 1:
        return leaves[0]
    k = half(leaves)
    return node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


def naive_path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962 §2.1.1."""
    if len(leaves) == 1:
        return []
    k = half(leaves)
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of RFC 6962 §2.1.2."""
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = half(leaves)
    if m <= k:
        return [*naive_subproof(m, leaves[:k], whole=whole), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], whole=False), naive_root(leaves[:k])]


def damaged(proof: tuple[bytes, ...]) -> Iterator[tuple[bytes, ...]]:
    """The same with each hash flipped in turn, one hash missing, one more at either end."""
    for place, each in enumerate(proof):
        flipped = each[:-1] + bytes([each[-1] ^ 1])
        yield (*proof[:place], flipped, *proof[place + 1 :])
    if proof:
        yield proof[1:]
        yield proof[:-1]
        yield proof[::-1] if len(set(proof)) > 1 else (OTHER,)
    yield (OTHER, *proof)
    yield (*proof, OTHER)


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_every_leaf_of_every_tree_is_proved(size: int) -> None:
    for index in range(size):
        proof = prove_inclusion(index, size, SUBTREE)
        assert list(proof) == naive_path(index, LEAVES[:size])
        verify_inclusion(proof, LEAVES[index], index, TREES[size])


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_no_damaged_proof_of_inclusion_verifies(size: int) -> None:
    for index in range(size):
        proof = prove_inclusion(index, size, SUBTREE)
        for bad in damaged(proof):
            with pytest.raises(ProofError):
                verify_inclusion(bad, LEAVES[index], index, TREES[size])
        for leaf, place, tree in (
            (OTHER, index, TREES[size]),
            (LEAVES[index], size, TREES[size]),
            (LEAVES[index], -1, TREES[size]),
            (LEAVES[index], index, LogPosition(size, OTHER.hex())),
        ):
            with pytest.raises(ProofError):
                verify_inclusion(proof, leaf, place, tree)


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_a_leaf_is_proved_at_no_other_index(size: int) -> None:
    index = size // 2
    proof = prove_inclusion(index, size, SUBTREE)
    for other in set(range(size)) - {index}:
        with pytest.raises(ProofError):
            verify_inclusion(proof, LEAVES[index], other, TREES[size])


@pytest.mark.parametrize("second", range(LARGEST + 1))
def test_every_tree_begins_with_every_smaller_one(second: int) -> None:
    for first in range(second + 1):
        proof = prove_consistency(first, second, SUBTREE)
        if first:
            assert list(proof) == naive_subproof(first, LEAVES[:second], whole=True)
        verify_consistency(proof, TREES[first], TREES[second])


@pytest.mark.parametrize("second", range(LARGEST + 1))
def test_no_damaged_proof_of_consistency_verifies(second: int) -> None:
    for first in range(second + 1):
        proof = prove_consistency(first, second, SUBTREE)
        for bad in damaged(proof):
            with pytest.raises(ProofError):
                verify_consistency(bad, TREES[first], TREES[second])
        for old, new in (
            (LogPosition(first, OTHER.hex()), TREES[second]),
            (TREES[first], LogPosition(second, OTHER.hex())),
        ):
            if old == TREES[0] and second > 0:
                verify_consistency(proof, old, new)  # every tree begins with that of no entry
                continue
            with pytest.raises(ProofError):
                verify_consistency(proof, old, new)


def test_a_smaller_tree_never_follows() -> None:
    for first in range(1, 20):
        for second in range(first):
            proof = prove_consistency(second, first, SUBTREE)
            with pytest.raises(ProofError):
                verify_consistency(proof, TREES[first], TREES[second])


def test_another_history_is_not_consistent() -> None:
    rewritten = [leaf_hash(b"rewritten"), *LEAVES[1:]]
    for second in range(2, 40):
        tree = LogPosition(second, naive_root(rewritten[:second]).hex())
        for first in range(1, second):
            for subtree in (SUBTREE, subtrees_of(rewritten)):
                with pytest.raises(ProofError):
                    verify_consistency(
                        prove_consistency(first, second, subtree), TREES[first], tree
                    )


@given(hashes, st.integers(0, 40), st.integers(0, 40))
def test_no_other_hashes_prove_anything(proof: list[bytes], index: int, size: int) -> None:
    with pytest.raises(ProtocolError):
        verify_inclusion([OTHER, *proof], LEAVES[index], index, TREES[size])
    with pytest.raises(ProtocolError):
        verify_consistency([OTHER, *proof], TREES[index], TREES[size])


@given(st.integers(1, LARGEST), st.data())
def test_few_complete_subtrees_are_asked_for(size: int, data: st.DataObject) -> None:
    asked: list[tuple[int, int]] = []

    def counted(level: int, number: int) -> bytes:
        asked.append((level, number))
        assert (number + 1) << level <= size
        return SUBTREE(level, number)

    for prove in (prove_inclusion, prove_consistency):
        asked.clear()
        prove(data.draw(st.integers(0, size - 1)), size, counted)
        assert len(asked) <= 2 * size.bit_length()
