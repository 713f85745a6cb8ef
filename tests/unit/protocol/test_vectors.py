# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vectors are those that the code writes today, and each gives the outcome it names."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from protocol.ballot import Ballot, BallotContext, verify_ballot
from protocol.codes import MistypedCode, credential_from_code, decode_code, sign_in_number
from protocol.credentials import derive_credential, public_credential
from protocol.errors import MalformedError, ProofError
from protocol.group import Element, Q, Scalar
from protocol.opened import CheckedBallot, verify_opened
from protocol.questions import decode_questions
from protocol.transcript import hash_to_scalar, labelled_digest, labelled_scalar
from tests.vectors.make_vectors import HERE, vectors

Case = dict[str, Any]


def by_name(case: Case) -> str:
    return str(case["name"])


GROUP, HASHES, CODES, RANDOMNESS, BALLOTS = (
    json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    for name in ("group", "hashes", "codes", "randomness", "ballots")
)


@pytest.mark.parametrize("name", vectors())
def test_the_files_are_those_that_the_code_writes(name: str) -> None:
    assert (HERE / name).read_text(encoding="utf-8") == vectors()[name]


def test_the_invalid_outnumber_the_valid_where_there_is_something_to_refuse() -> None:
    for cases in (
        GROUP["elements"],
        GROUP["scalars"],
        CODES,
        [{"expect": "valid"}] * 2 + BALLOTS["damage"],
    ):
        valid = [case for case in cases if case["expect"] == "valid"]
        assert len(cases) > 2 * len(valid)


@pytest.mark.parametrize("case", GROUP["elements"], ids=by_name)
def test_elements(case: Case) -> None:
    if case["expect"] == "valid":
        assert Element.decode(case["text"]).encode() == case["text"]
        return
    with pytest.raises(MalformedError):
        Element.decode(case["text"])
    if case["expect"] == "identity":
        assert Element.decode(case["text"], allow_identity=True).is_identity()
    else:
        with pytest.raises(MalformedError):
            Element.decode(case["text"], allow_identity=True)


@pytest.mark.parametrize("case", GROUP["scalars"], ids=by_name)
def test_scalars(case: Case) -> None:
    if case["expect"] == "valid":
        assert Scalar.decode(case["text"]).encode() == case["text"]
    else:
        with pytest.raises(MalformedError):
            Scalar.decode(case["text"])


@pytest.mark.parametrize("case", HASHES, ids=by_name)
def test_hashes(case: Case) -> None:
    if "text" in case:
        assert hash_to_scalar(case["text"]).encode() == case["scalar"]
    else:
        assert labelled_digest(case["label"], case["parts"]) == case["digest"]
        assert labelled_scalar(case["label"], case["parts"]).encode() == case["scalar"]


@pytest.mark.parametrize("case", CODES, ids=by_name)
def test_codes(case: Case) -> None:
    if case["expect"] == "valid":
        code = decode_code(case["typed"])
        credential = credential_from_code(case["uuid"], code)
        assert code.reveal().hex() == case["code"]
        assert credential.reveal() == case["credential"]
        secret = derive_credential(case["uuid"], credential)
        assert public_credential(secret).encode() == case["public_credential"]
        assert sign_in_number(case["uuid"], code) == case["sign_in_number"]
        return
    with pytest.raises(MalformedError) as refusal:
        decode_code(case["typed"])
    assert isinstance(refusal.value, MistypedCode) == (case["expect"] == "mistyped")
    if isinstance(refusal.value, MistypedCode):
        assert list(refusal.value.groups) == case["groups"]


@pytest.mark.parametrize("case", RANDOMNESS, ids=by_name)
def test_randomness_is_the_hash_of_the_document(case: Case) -> None:
    x = int(case["credential"]).to_bytes(32, "big")
    votes = json.dumps(case["votes"], separators=(",", ":"))
    for n, row in enumerate(case["randomness"]):
        assert len(row) == len(case["votes"][n])
        for j, r in enumerate(row):
            place = [case["statement"], votes, str(case["earlier"]), str(n), str(j)]
            texts = [b"evote/v1/randomness", x, *map(str.encode, place)]
            parts = [*texts, bytes.fromhex(case["random"])]
            frame = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
            assert int(r) == int.from_bytes(hashlib.sha512(frame).digest(), "big") % Q


def test_no_randomness_comes_twice_in_them() -> None:
    drawn = [r for case in RANDOMNESS for row in case["randomness"] for r in row]
    assert len(drawn) == len(set(drawn)) == 26


def context() -> BallotContext:
    election = BALLOTS["election"]
    return BallotContext(
        election["uuid"],
        election["fingerprint"],
        Element.decode(election["public_key"]),
        decode_questions(election["questions"]),
    )


def test_the_ballot_and_the_checked_ballot() -> None:
    ballot = Ballot.decode(BALLOTS["ballot"].encode(), context().questions)
    verify_ballot(ballot, context())
    checked = CheckedBallot.decode(BALLOTS["checked_ballot"].encode(), context().questions)
    verify_opened(checked, context())
    assert ballot.tracker() == checked.ballot.tracker() == BALLOTS["tracker"]


@pytest.mark.parametrize("case", BALLOTS["damage"], ids=by_name)
def test_damaged_ballots(case: Case) -> None:
    damaged = BALLOTS["ballot"].replace(case["replace"], case["by"], 1)
    assert damaged != BALLOTS["ballot"]
    if case["expect"] == "malformed":
        with pytest.raises(MalformedError):
            Ballot.decode(damaged.encode(), context().questions)
    else:
        ballot = Ballot.decode(damaged.encode(), context().questions)
        with pytest.raises(ProofError):
            verify_ballot(ballot, context())
