# SPDX-License-Identifier: AGPL-3.0-or-later
"""§18.5: proofs are true for what is so, and for nothing else, in every tree up to 40 leaves."""

from __future__ import annotations

import pytest

from audit.tree import EMPTY_ROOT, HASH_BYTES, earlier_roots, leaf_hash
from audit.tree_proofs import (
    begun_consistency_proof,
    consistency_proof,
    consistent_roots,
    included_root,
    inclusion_proof,
    is_consistent,
)
from tests.tamper.forge.logs import consistency, inclusion, root
from tests.unit.audit.test_tree import ENTRIES, leaves

# Of the first implementations of RFC 6962, over the eight entries of test_tree.py.
KNOWN_INCLUSION = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
MOST = 40
MANY = [str(n).encode() for n in range(MOST)]
LEAVES = leaves(MANY)
ROOTS = earlier_roots(LEAVES, range(MOST + 1))


def leaf(index: int) -> bytes:
    return LEAVES[HASH_BYTES * index : HASH_BYTES * (index + 1)]


def test_a_known_proof_is_made_and_holds() -> None:
    proof = inclusion_proof(leaves(ENTRIES), 0, 8)
    assert [p.hex() for p in proof] == list(KNOWN_INCLUSION)
    assert included_root(leaf_hash(ENTRIES[0]), 0, 8, proof) == root(ENTRIES)


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_every_entry_is_included_where_it_is_and_nowhere_else(size: int) -> None:
    for index in range(size):
        proof = inclusion_proof(LEAVES, index, size)
        assert included_root(leaf(index), index, size, proof) == ROOTS[size] == root(MANY[:size])
        for other in range(size):
            if other != index:
                assert included_root(leaf(other), index, size, proof) != ROOTS[size]
                assert included_root(leaf(index), other, size, proof) != ROOTS[size]


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_what_is_made_is_what_the_definition_gives(size: int) -> None:
    for index in range(size):
        assert inclusion_proof(LEAVES, index, size) == inclusion(MANY[:size], index)
        assert consistency_proof(LEAVES, index + 1, size) == consistency(MANY[:size], index + 1)


@pytest.mark.parametrize("size", [2, 3, 5, 8, 13, 32])
def test_an_inclusion_proof_that_is_changed_leads_elsewhere(size: int) -> None:
    for index in range(size):
        proof = inclusion_proof(LEAVES, index, size)
        for changed in damaged(proof):
            assert included_root(leaf(index), index, size, changed) != ROOTS[size], (index, changed)
        assert included_root(leaf(index), index, size * 2, proof) != ROOTS[size]


def test_no_index_outside_the_tree_has_a_proof() -> None:
    for index, size in ((-1, 1), (0, 0), (1, 1), (8, 8), (2**60, 8)):
        assert included_root(leaf(0), index, size, []) is None
    assert included_root(leaf(0), 0, 2**63, [leaf(0)] * 63) is not None
    assert included_root(leaf(0), 0, 2**64, [leaf(0)] * 64) is None


@pytest.mark.parametrize("second", range(MOST + 1))
def test_every_tree_begins_with_the_smaller_ones_and_no_other(second: int) -> None:
    for first in range(second + 1):
        proof = consistency_proof(LEAVES, first, second)
        assert is_consistent(first, ROOTS[first], second, ROOTS[second], proof)
        assert not is_consistent(first, leaf(3), second, ROOTS[second], proof)
        for other in range(second + 1):
            if other != first:
                found = is_consistent(other, ROOTS[other], second, ROOTS[second], proof)
                assert found == (not proof and other in (0, second)), (first, other)
        if first > 0:
            assert not is_consistent(first, ROOTS[first], second, leaf(3), proof)


@pytest.mark.parametrize("second", [2, 3, 6, 8, 13, 33])
def test_a_consistency_proof_that_is_changed_shows_nothing(second: int) -> None:
    for first in range(1, second):
        proof = consistency_proof(LEAVES, first, second)
        for changed in damaged(proof):
            assert not is_consistent(first, ROOTS[first], second, ROOTS[second], changed)


def damaged(proof: list[bytes]) -> list[list[bytes]]:
    """Longer, shorter, in another order, one bit changed; never the same."""
    found = [[*proof, leaf(1)], [leaf(1), *proof], [*proof, leaf(1), leaf(1)]]
    for at, p in enumerate(proof):
        found.append(proof[:at] + proof[at + 1 :])
        found.append([*proof[:at], bytes([p[0] ^ 1]) + p[1:], *proof[at + 1 :]])
        found.append([*proof[:at], p, *proof[at:]])
    if len(proof) > 1:
        found.append(proof[::-1])
    return [changed for changed in found if changed != proof]


def test_a_larger_tree_is_not_the_beginning_of_a_smaller() -> None:
    for proof in ([], consistency_proof(LEAVES, 3, 7)):
        assert not is_consistent(7, ROOTS[7], 3, ROOTS[3], proof)
        assert not is_consistent(-1, ROOTS[1], 3, ROOTS[3], proof)


def test_nothing_is_the_beginning_of_everything_but_has_one_root() -> None:
    assert is_consistent(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    assert is_consistent(0, EMPTY_ROOT, 5, ROOTS[5], [])
    assert not is_consistent(0, ROOTS[1], 5, ROOTS[5], [])
    assert not is_consistent(0, ROOTS[1], 0, ROOTS[1], [])
    assert not is_consistent(0, EMPTY_ROOT, 0, ROOTS[1], [])
    assert not is_consistent(0, EMPTY_ROOT, 5, ROOTS[5], [leaf(0)])


def test_a_proof_has_at_most_63_hashes() -> None:
    assert not is_consistent(1, ROOTS[1], 2**64, ROOTS[2], [leaf(0)] * 64)
    assert consistent_roots(1, 2**63, [leaf(0)] * 64) is not None
    assert consistent_roots(1, 2**64, [leaf(0)] * 65) is None


def test_the_hashes_give_both_roots_whatever_the_first_was_said_to_be() -> None:
    """What a fork shows (§21): a tree that begins otherwise than with the one signed before."""
    for second in range(2, MOST + 1):
        for first in range(1, second):
            hashes = begun_consistency_proof(LEAVES, first, second)
            assert consistent_roots(first, second, hashes) == (ROOTS[first], ROOTS[second])
    for first, second in ((0, 3), (3, 3), (4, 3)):
        assert consistent_roots(first, second, [leaf(0)] * 3) is None
    assert consistent_roots(1, 2, []) is None
