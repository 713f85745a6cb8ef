# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes proofs.json beside it from protocol/, the same bytes at every run: see README.md.

python -m tests.vectors.make_proof_vectors
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from protocol.merkle import TreeHasher, leaf_hash, node_hash
from protocol.merkle_proofs import MAX_PROOF_HASHES, prove_consistency, prove_inclusion, subtrees_of
from tests.vectors.make_log_vectors import case

HERE = Path(__file__).parent

Case = dict[str, object]
Proof = tuple[bytes, ...]

ENTRIES = [f"entry {i}".encode() for i in range(300)]
LEAVES = [leaf_hash(each) for each in ENTRIES]
SUBTREE = subtrees_of(LEAVES)
OTHER = leaf_hash(b"another")
IN_TREES = [(0, 1), (1, 2), (2, 3), (5, 8), (6, 13), (12, 13), (256, 257), (123, 300)]
OF_TREES = [(0, 0), (0, 5), (1, 1), (1, 2), (3, 7), (4, 8), (6, 8), (7, 13), (13, 13), (255, 257)]


def _hex(proof: Proof) -> list[str]:
    return [each.hex() for each in proof]


def _tree(size: int, leaves: Sequence[bytes] = LEAVES) -> Case:
    hasher = TreeHasher()
    for leaf in leaves[:size]:
        hasher.append_leaf(leaf)
    return _of(size, hasher.root())


def _of(size: int, root: bytes) -> Case:
    return {"size": size, "root": root.hex()}


def _flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def _damages(proof: Proof) -> Iterator[tuple[str, str, Proof]]:
    # What is wrong, the class of outcome, and the proof.
    for place, each in enumerate(proof):
        yield (
            f"hash {place} flipped",
            "untrue",
            (*proof[:place], _flipped(each), *proof[place + 1 :]),
        )
    yield "a hash too many, first", "untrue", (OTHER, *proof)
    yield "a hash too many, last", "untrue", (*proof, OTHER)
    if proof:
        yield "without the first hash", "untrue", proof[1:]
        yield "without the last hash", "untrue", proof[:-1]
        yield "a hash one byte short", "malformed", (proof[0][:-1], *proof[1:])
        yield "a hash one byte long", "malformed", (proof[0] + b"\0", *proof[1:])
    if len(proof) > 1:
        yield "in the opposite order", "untrue", proof[::-1]
    yield "64 hashes", "malformed", (OTHER,) * (MAX_PROOF_HASHES + 1)


def _inclusion(name: str, expect: str, index: int, leaf: bytes, tree: Case, proof: Proof) -> Case:
    return case(name, expect, index=index, leaf=leaf.hex(), tree=tree, proof=_hex(proof))


def inclusions() -> Iterator[Case]:
    """Yield proofs that a leaf is in a tree, and damage to them: §18.5."""
    for index, size in IN_TREES:
        what, leaf, tree = f"{index} in {size}", LEAVES[index], _tree(size)
        proof = prove_inclusion(index, size, SUBTREE)
        yield _inclusion(what, "valid", index, leaf, tree, proof)
        for damage, expect, bad in _damages(proof):
            yield _inclusion(f"{what}, {damage}", expect, index, leaf, tree, bad)
        yield _inclusion(f"{what}, another leaf", "untrue", index, OTHER, tree, proof)
        yield _inclusion(f"{what}, at the size", "untrue", size, leaf, tree, proof)
        other = {**tree, "root": OTHER.hex()}
        yield _inclusion(f"{what}, another root", "untrue", index, leaf, other, proof)
        if size > 1:
            place = index - 1 if index else 1
            yield _inclusion(f"{what}, at index {place}", "untrue", place, leaf, tree, proof)
    yield _inclusion("nothing is in the tree of none", "untrue", 0, OTHER, _tree(0), ())
    yield _inclusion("nor with the leaf as root", "untrue", 0, OTHER, _of(0, OTHER), ())
    too_many = _of(1, node_hash(OTHER, LEAVES[0]))
    yield _inclusion("a hash too many leads to it", "untrue", 0, LEAVES[0], too_many, (OTHER,))
    yield _inclusion("the root is the leaf", "untrue", 0, LEAVES[0], _of(2, LEAVES[0]), ())


def _consistency(name: str, expect: str, first: Case, second: Case, proof: Proof) -> Case:
    return case(name, expect, first=first, second=second, proof=_hex(proof))


def consistencies() -> Iterator[Case]:
    """Yield proofs that a tree begins with an earlier one, and damage to them: §18.5."""
    for m, n in OF_TREES:
        what, first, second = f"{m} to {n}", _tree(m), _tree(n)
        proof = prove_consistency(m, n, SUBTREE)
        yield _consistency(what, "valid", first, second, proof)
        for damage, expect, bad in _damages(proof):
            yield _consistency(f"{what}, {damage}", expect, first, second, bad)
        changed = {"root": OTHER.hex()}
        yield _consistency(f"{what}, another first", "untrue", {**first, **changed}, second, proof)
        if m > 0 or n == 0:
            other = {**second, **changed}
            yield _consistency(f"{what}, another second", "untrue", first, other, proof)
        if m < n:
            yield _consistency(f"{what}, exchanged", "untrue", second, first, proof)
    rewritten = [OTHER, *LEAVES[1:]]
    later = prove_consistency(7, 13, subtrees_of(rewritten))
    yield _consistency("another history", "untrue", _tree(7), _tree(13, rewritten), later)
    yield from _roots_to_fit()


def _roots_to_fit() -> Iterator[Case]:
    # The hashes lead to the roots, which are made for it; only their number is wrong.
    one, two, both = LEAVES[0], LEAVES[1], node_hash(LEAVES[0], LEAVES[1])
    yield _consistency("no hash", "untrue", _of(3, one), _of(7, one), ())
    yield _consistency("no hash for a power of two", "untrue", _of(4, one), _of(8, one), ())
    yield _consistency("too few", "untrue", _of(3, both), _of(7, both), (two, one))
    above = node_hash(OTHER, one), node_hash(OTHER, both)
    yield _consistency("enough", "valid", _of(3, above[0]), _of(4, above[1]), (one, two, OTHER))
    higher = _of(3, node_hash(OTHER, above[0])), _of(4, node_hash(OTHER, above[1]))
    yield _consistency("too many", "untrue", higher[0], higher[1], (one, two, OTHER, OTHER))
    yield _consistency("back", "untrue", _of(7, above[0]), _of(3, above[1]), (one, two, OTHER))


def vectors() -> dict[str, str]:
    """Return the text of every file of vectors, by its name."""
    content = {
        "entries": "entry i is the ASCII text 'entry i', i in decimal from 0",
        "inclusion": list(inclusions()),
        "consistency": list(consistencies()),
    }
    return {"proofs.json": json.dumps(content, indent=1, ensure_ascii=False) + "\n"}


if __name__ == "__main__":
    for file_name, text in vectors().items():
        (HERE / file_name).write_text(text, encoding="utf-8")
