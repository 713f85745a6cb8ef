# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proofs about a log's tree, docs/protocol.md §18.5, by their vectors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from protocol.errors import MalformedError, ProofError
from protocol.merkle import LogPosition, TreeHasher, leaf_hash, node_hash
from protocol.merkle_proofs import (
    MAX_PROOF_HASHES,
    prove_consistency,
    prove_inclusion,
    subtrees_of,
    verify_consistency,
    verify_inclusion,
)
from tests.vectors.make_proof_vectors import HERE, vectors

Case = dict[str, Any]
PROOFS = json.loads((HERE / "proofs.json").read_text(encoding="utf-8"))
REFUSALS = {"malformed": MalformedError, "untrue": ProofError}


def by_name(case: Case) -> str:
    return str(case["name"])


def position(value: Case) -> LogPosition:
    return LogPosition(value["size"], value["root"])


@pytest.mark.parametrize("name", vectors())
def test_the_files_are_those_that_the_code_writes(name: str) -> None:
    assert (HERE / name).read_text(encoding="utf-8") == vectors()[name]


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_the_invalid_outnumber_the_valid(kind: str) -> None:
    valid = [case for case in PROOFS[kind] if case["expect"] == "valid"]
    assert len(PROOFS[kind]) > 2 * len(valid) > 0


@pytest.mark.parametrize("case", PROOFS["inclusion"], ids=by_name)
def test_inclusion(case: Case) -> None:
    proof, leaf = [bytes.fromhex(each) for each in case["proof"]], bytes.fromhex(case["leaf"])
    if case["expect"] == "valid":
        verify_inclusion(proof, leaf, case["index"], position(case["tree"]))
        return
    with pytest.raises(REFUSALS[case["expect"]]):
        verify_inclusion(proof, leaf, case["index"], position(case["tree"]))


@pytest.mark.parametrize("case", PROOFS["consistency"], ids=by_name)
def test_consistency(case: Case) -> None:
    proof = [bytes.fromhex(each) for each in case["proof"]]
    if case["expect"] == "valid":
        verify_consistency(proof, position(case["first"]), position(case["second"]))
        return
    with pytest.raises(REFUSALS[case["expect"]]):
        verify_consistency(proof, position(case["first"]), position(case["second"]))


def test_the_largest_tree_is_climbed_in_53_steps() -> None:
    # Every entry is the same, so one hash a level is every complete subtree of it.
    levels = [leaf_hash(b"x")]
    for _ in range(53):
        levels.append(node_hash(levels[-1], levels[-1]))
    half, size = 2**52, 2**53 - 1
    first = LogPosition(half, levels[52].hex())
    tree = TreeHasher(size, levels[52::-1]).position()
    proof = prove_inclusion(0, size, lambda level, _: levels[level])
    assert len(proof) == 53 <= MAX_PROOF_HASHES
    verify_inclusion(proof, levels[0], 0, tree)
    later = prove_consistency(half, size, lambda level, _: levels[level])
    assert len(later) == 1
    verify_consistency(later, first, tree)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3)])
def test_no_leaf_outside_the_tree_is_proved(index: int, size: int) -> None:
    with pytest.raises(RuntimeError):
        prove_inclusion(index, size, subtrees_of([leaf_hash(b"x")] * 4))


@pytest.mark.parametrize(("first", "second"), [(2, 1), (-1, 3)])
def test_no_larger_tree_is_proved(first: int, second: int) -> None:
    with pytest.raises(RuntimeError):
        prove_consistency(first, second, subtrees_of([leaf_hash(b"x")] * 4))


def test_a_subtree_that_is_not_complete_is_never_given() -> None:
    with pytest.raises(RuntimeError):
        subtrees_of([leaf_hash(b"x")] * 3)(2, 0)
