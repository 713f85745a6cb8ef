# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verifier keys and signed checkpoints, docs/protocol.md §18.2 and §18.3, by their vectors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from protocol.errors import MalformedError, ProofError, ProtocolError
from protocol.merkle import LogPosition, root
from protocol.notes import Checkpoint, LogKey, VerifierKey, sign_checkpoint, verify_checkpoint
from protocol.secret import Secret
from tests.rng import seeded_rng
from tests.vectors.make_log_vectors import HERE, LOG, LOG_KEY, WORKED, vectors

Case = dict[str, Any]
NOTES = json.loads((HERE / "notes.json").read_text(encoding="utf-8"))


def by_name(case: Case) -> str:
    return str(case["name"])


@pytest.mark.parametrize("name", vectors())
def test_the_files_are_those_that_the_code_writes(name: str) -> None:
    assert (HERE / name).read_text(encoding="utf-8") == vectors()[name]


@pytest.mark.parametrize("kind", ["verifier_keys", "checkpoints"])
def test_the_invalid_outnumber_the_valid(kind: str) -> None:
    valid = [case for case in NOTES[kind] if case["expect"] == "valid"]
    assert len(NOTES[kind]) > 2 * len(valid) > 0


@pytest.mark.parametrize("case", NOTES["roots"], ids=by_name)
def test_roots(case: Case) -> None:
    entries = [f"entry {i}".encode() for i in range(case["size"])]
    assert root(entries).hex() == case["root"]


@pytest.mark.parametrize("case", NOTES["verifier_keys"], ids=by_name)
def test_verifier_keys(case: Case) -> None:
    if case["expect"] == "valid":
        key = VerifierKey.decode(case["text"])
        assert (key.encode(), key.public_key.encode()) == (case["text"], case["public_key"])
        return
    with pytest.raises(MalformedError):
        VerifierKey.decode(case["text"])


@pytest.mark.parametrize("case", NOTES["checkpoints"], ids=by_name)
def test_checkpoints(case: Case) -> None:
    key, data = VerifierKey.decode(LOG_KEY), case["text"].encode()
    if case["expect"] == "valid":
        assert verify_checkpoint(data, key).size == case["size"]
        return
    with pytest.raises(MalformedError if case["expect"] == "malformed" else ProofError):
        verify_checkpoint(data, key)


def test_the_worked_example_is_what_we_sign() -> None:
    checkpoint = verify_checkpoint(WORKED.encode(), LOG.verifier_key)
    assert LOG.verifier_key.encode() == LOG_KEY
    lines = WORKED.splitlines(keepends=True)
    assert sign_checkpoint(checkpoint, LOG) == "".join(lines[:-1]).encode()


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    with pytest.raises(MalformedError):
        verify_checkpoint(WORKED.encode() + b"\xff", LOG.verifier_key)


def test_a_key_signs_for_its_own_log_only() -> None:
    with pytest.raises(ProtocolError):
        sign_checkpoint(Checkpoint("another", 0, root([])), LOG)


def test_a_checkpoint_is_of_a_position() -> None:
    position = LogPosition.of([b"a"])
    assert Checkpoint.of("log", position).position == position


def test_a_new_key_has_its_own_seed_and_hides_it() -> None:
    key = LogKey.generate("log", seeded_rng("log"))
    assert key.verifier_key != LogKey.generate("log").verifier_key
    assert VerifierKey.decode(key.verifier_key.encode()) == key.verifier_key
    assert key.seed.reveal().hex() not in repr(key)


@pytest.mark.parametrize(
    ("name", "seed"), [("", bytes(32)), ("a b", bytes(32)), ("log", bytes(31))]
)
def test_a_key_without_name_or_of_another_length_is_refused(name: str, seed: bytes) -> None:
    with pytest.raises(MalformedError):
        LogKey(name, Secret(seed))
