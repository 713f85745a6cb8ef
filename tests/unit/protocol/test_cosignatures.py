# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stamps and co-signatures, docs/protocol.md §18.6, by their vectors."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from protocol.cosignatures import (
    CosignerKey,
    CosignerVerifierKey,
    append_line,
    cosign,
    cosigned_at,
    sign_stamped,
    stamp,
    verify_seen,
)
from protocol.errors import MalformedError, ProofError, ProtocolError
from protocol.note_format import MAX_SIGNATURES, Note, SignatureLine, decode_signature_lines
from protocol.notes import Checkpoint, VerifierKey, sign_checkpoint
from tests.rng import seeded_rng
from tests.vectors.make_cosigned_vectors import AT, CHECKPOINT, FIRST, HERE, SECOND, vectors
from tests.vectors.make_log_vectors import LOG, LOG_KEY, WITNESS_KEY, WORKED

Case = dict[str, Any]
COSIGNED = json.loads((HERE / "cosigned.json").read_text(encoding="utf-8"))
REFUSALS = {"malformed": MalformedError, "untrue": ProofError}


def by_name(case: Case) -> str:
    return str(case["name"])


@pytest.mark.parametrize("name", vectors())
def test_the_files_are_those_that_the_code_writes(name: str) -> None:
    assert (HERE / name).read_text(encoding="utf-8") == vectors()[name]


@pytest.mark.parametrize("kind", ["witness_keys", "checkpoints"])
def test_the_invalid_outnumber_the_valid(kind: str) -> None:
    valid = [case for case in COSIGNED[kind] if case["expect"] == "valid"]
    assert len(COSIGNED[kind]) > 2 * len(valid) > 0


@pytest.mark.parametrize("case", COSIGNED["witness_keys"], ids=by_name)
def test_keys_of_witnesses(case: Case) -> None:
    if case["expect"] == "valid":
        key = CosignerVerifierKey.decode(case["text"])
        assert (key.encode(), key.public_key.encode()) == (case["text"], case["public_key"])
        return
    with pytest.raises(REFUSALS[case["expect"]]):
        CosignerVerifierKey.decode(case["text"])


@pytest.mark.parametrize("case", COSIGNED["checkpoints"], ids=by_name)
def test_checkpoints(case: Case) -> None:
    log = VerifierKey.decode(COSIGNED["log_key"])
    witnesses = [CosignerVerifierKey.decode(each) for each in COSIGNED["witnesses"]]
    if case["expect"] == "valid":
        seen = verify_seen(case["text"].encode(), log, witnesses)
        assert (seen.stamped_at, seen.witnessed_at) == (case["stamped_at"], case["witnessed_at"])
        assert Note.decode(case["text"].encode()).encode().decode() == case["text"]
        return
    with pytest.raises(REFUSALS[case["expect"]]):
        verify_seen(case["text"].encode(), log, witnesses)


def test_the_worked_example_is_what_we_sign() -> None:
    assert (LOG.verifier_key.encode(), FIRST.verifier_key.encode()) == (LOG_KEY, WITNESS_KEY)
    signed = sign_checkpoint(CHECKPOINT, LOG)
    assert append_line(signed, cosign(CHECKPOINT, AT, FIRST)).decode() == WORKED
    text = CHECKPOINT.encode().encode()
    assert (len(text), hashlib.sha256(text).hexdigest()) == (
        79,
        "4c36686d0fd6a1d779be6a32acc6ac6859866fbf48160a8caee08294b6b5750a",
    )
    message = f"cosignature/v1\ntime {AT}\n".encode() + text
    assert (len(message), hashlib.sha256(message).hexdigest()) == (
        110,
        "8bdfbb0e22729275012d92a5b93fc7a2258075885936138d1637631f0ac9f141",
    )
    assert cosign(CHECKPOINT, AT, FIRST).rest[8:] == FIRST.sign(message)


def test_a_witness_answers_with_its_line_alone() -> None:
    answer = cosign(CHECKPOINT, AT, SECOND).encode() + cosign(CHECKPOINT, 7, FIRST).encode()
    lines = decode_signature_lines(answer.encode())
    assert cosigned_at(CHECKPOINT, lines, FIRST.verifier_key) == 7
    assert cosigned_at(CHECKPOINT, lines, CosignerKey("x", FIRST.seed).verifier_key) is None
    with pytest.raises(ProofError):
        cosigned_at(Checkpoint(LOG.name, 1, CHECKPOINT.root), lines, FIRST.verifier_key)


@pytest.mark.parametrize("answer", [b"", b"\n", b"409\n", WITNESS_KEY.encode(), WORKED.encode()])
def test_another_answer_is_no_line(answer: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_signature_lines(answer)


def test_a_line_of_the_same_key_is_not_added_twice() -> None:
    note = sign_stamped(CHECKPOINT, AT, LOG)
    with pytest.raises(ProtocolError):
        append_line(note, stamp(CHECKPOINT, AT + 60, LOG))
    assert append_line(note, cosign(CHECKPOINT, AT, FIRST)).startswith(note)


def test_a_note_has_room_for_32_lines_within_64_kib() -> None:
    note = sign_checkpoint(CHECKPOINT, LOG)
    for number in range(MAX_SIGNATURES - 1):
        note = append_line(note, SignatureLine(f"w{number}", b"1234", bytes(72)))
    assert verify_seen(note, LOG.verifier_key).checkpoint == CHECKPOINT
    with pytest.raises(ProtocolError):
        append_line(note, SignatureLine("another", b"1234", bytes(72)))
    with pytest.raises(ProtocolError):
        append_line(sign_checkpoint(CHECKPOINT, LOG), SignatureLine("w", b"1234", bytes(2**16)))


def test_a_log_stamps_its_own_checkpoints_only() -> None:
    with pytest.raises(ProtocolError):
        stamp(Checkpoint("another", 1, CHECKPOINT.root), AT, LOG)


@pytest.mark.parametrize("at", [-1, 2**53])
def test_a_time_out_of_range_is_not_signed(at: int) -> None:
    with pytest.raises(ProtocolError):
        cosign(CHECKPOINT, at, FIRST)


def test_a_new_key_has_its_own_seed_and_hides_it() -> None:
    key = CosignerKey.generate("witness", seeded_rng("witness"))
    assert key.verifier_key != CosignerKey.generate("witness").verifier_key
    assert CosignerVerifierKey.decode(key.verifier_key.encode()) == key.verifier_key
    assert key.seed.reveal().hex() not in repr(key)


def test_a_key_has_another_id_where_it_stamps() -> None:
    stamps = CosignerVerifierKey.of_stamps(LOG.verifier_key)
    assert (stamps.name, stamps.public_key) == (LOG.name, LOG.public_key)
    assert stamps.key_id != LOG.verifier_key.key_id
