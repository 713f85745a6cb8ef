# SPDX-License-Identifier: AGPL-3.0-or-later
"""§9: a ballot of the peer holds; each damage to it is the fault of the check that §16 names."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from audit.arithmetic import IDENTITY, Q, element_text
from audit.ballots import MAX_BALLOT, BallotFaults, decode_ballot, verify_ballot
from audit.words import Malformed
from tests.unit.audit import peer
from tests.unit.audit.annex import BAD, wire

PLAIN = peer.election("plain")
BALLOT, OTHER = peer.ballots("plain")[:2]
Change = Callable[[dict[str, Any]], None]


def faults_of(data: bytes) -> BallotFaults:
    try:
        return verify_ballot(decode_ballot(data, PLAIN), PLAIN)
    except Malformed as refusal:
        return BallotFaults(form=[refusal.text])


def damaged(change: Change) -> bytes:
    value = json.loads(BALLOT)
    change(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def speaking(faults: BallotFaults) -> str:
    names = ("form", "signature", "proofs")
    return " ".join(name for name in names if getattr(faults, name))


@pytest.mark.parametrize("name", peer.OPEN)
def test_every_ballot_of_the_peer_holds(name: str) -> None:
    election = peer.election(name)
    for data in peer.ballots(name):
        assert verify_ballot(decode_ballot(data, election), election) == BallotFaults()


@pytest.mark.parametrize("rfc", BAD)
@pytest.mark.parametrize("member", ["alpha", "beta"])
@pytest.mark.parametrize("choice", [0, 3])
def test_a_point_outside_the_group_is_a_fault_of_form(rfc: str, member: str, choice: int) -> None:
    def change(ballot: dict[str, Any]) -> None:
        ballot["answers"][0]["choices"][choice][member] = wire(rfc)

    assert speaking(faults_of(damaged(change))) == "form"


@pytest.mark.parametrize("rfc", BAD)
def test_a_credential_outside_the_group_is_a_fault_of_form(rfc: str) -> None:
    def change(ballot: dict[str, Any]) -> None:
        ballot["credential"] = wire(rfc)

    assert speaking(faults_of(damaged(change))) == "form"


@pytest.mark.parametrize("rfc", BAD)
@pytest.mark.parametrize("member", ["alpha", "beta"])
def test_zero_challenges_do_not_spare_a_point_its_check(rfc: str, member: str) -> None:
    def change(ballot: dict[str, Any]) -> None:
        answer = ballot["answers"][0]
        answer["choices"][1][member] = wire(rfc)
        for proofs in (
            *answer["individual_proofs"],
            answer["overall_proof"],
            answer["blank_proof"],
        ):
            for proof in proofs:
                proof["challenge"] = "0"
        ballot["signature"]["proof"]["challenge"] = "0"

    assert speaking(faults_of(damaged(change))) == "form"


def answer(ballot: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = ballot["answers"][0]
    return found


FORM: dict[str, Change] = {
    "another election's uuid": lambda b: b.update(election_uuid="F3LXxMBpCrX1W8"),
    "another election's fingerprint": lambda b: b.update(election_hash="A" * 43),
    "a member more": lambda b: b.update(remark=""),
    "a member more inside": lambda b: answer(b).update(remark=""),
    "no answer": lambda b: b.update(answers=[]),
    "two answers": lambda b: b["answers"].append(answer(b)),
    "a choice less": lambda b: answer(b)["choices"].pop(),
    "a choice more": lambda b: answer(b)["choices"].append(answer(b)["choices"][0]),
    "an individual proof less": lambda b: answer(b)["individual_proofs"].pop(),
    "a branch less": lambda b: answer(b)["individual_proofs"][0].pop(),
    "a branch more": lambda b: answer(b)["overall_proof"].append(answer(b)["overall_proof"][0]),
    "no overall branch": lambda b: answer(b).update(overall_proof=[]),
    "no blank proof": lambda b: answer(b).pop("blank_proof") and None,
    "an empty blank proof": lambda b: answer(b).update(blank_proof=[]),
    "a blank proof that is null": lambda b: answer(b).update(blank_proof=None),
    "members out of order": lambda b: b.update(election_uuid=b.pop("election_uuid")),
    "a challenge + q": lambda b: answer(b)["blank_proof"][0].update(
        challenge=str(int(answer(b)["blank_proof"][0]["challenge"]) + Q)
    ),
    "a challenge as number": lambda b: answer(b)["blank_proof"][0].update(challenge=5),
    "a response with a sign": lambda b: b["signature"]["proof"].update(response="+5"),
    "a hash with padding": lambda b: b["signature"].update(hash=b["signature"]["hash"] + "="),
    "a hash with spare bits": lambda b: b["signature"].update(hash="A" * 42 + "B"),
    "a hash that breaks out": lambda b: b["signature"].update(hash='A","proof":{}}'),
    "no signature proof": lambda b: b["signature"].pop("proof") and None,
    "a null signature": lambda b: b.update(signature=None),
    "an alpha in capitals": lambda b: answer(b)["choices"][0].update(
        alpha=answer(b)["choices"][0]["alpha"].upper()
    ),
    "an identity credential": lambda b: b.update(credential=element_text(IDENTITY)),
}


@pytest.mark.parametrize("change", FORM.values(), ids=FORM)
def test_another_form_is_a_fault_of_form(change: Change) -> None:
    assert damaged(lambda _ballot: None) == BALLOT
    assert speaking(faults_of(damaged(change))) == "form"


TEXTS = {
    "nothing": b"",
    "no object": b"[]",
    "white space": BALLOT.replace(b'":', b'": ', 1),
    "a line feed": BALLOT + b"\n",
    "a key twice": BALLOT.replace(b'"credential"', b'"credential":"0","credential"', 1),
    "an escape": BALLOT.replace(b"election_uuid", b"\\u0065lection_uuid", 1),
    "UTF-16": BALLOT.decode().encode("utf-16"),
    "100,000 levels": b'{"answers":' + b"[" * 100_000,
    "five thousand digits": b'{"answers":' + b"1" * 5000 + b"}",
    "over 1 MiB": b" " * MAX_BALLOT + BALLOT,
}


@pytest.mark.parametrize("data", TEXTS.values(), ids=TEXTS)
def test_another_writing_is_a_fault_of_form(data: bytes) -> None:
    assert speaking(faults_of(data)) == "form"


def test_an_election_of_too_many_questions_has_no_ballot() -> None:
    demanding = replace(PLAIN, questions=PLAIN.questions * 10**5)
    with pytest.raises(Malformed, match="over 1 MiB"):
        decode_ballot(BALLOT, demanding)


def test_each_election_has_a_form_of_its_own() -> None:
    other = replace(PLAIN, questions=PLAIN.questions * 2)
    decode_ballot(BALLOT, PLAIN)
    with pytest.raises(Malformed):
        decode_ballot(BALLOT, other)
    decode_ballot(BALLOT, PLAIN)


def other_answers(ballot: dict[str, Any]) -> None:
    ballot["answers"] = json.loads(OTHER)["answers"]


UNTRUE: dict[str, tuple[str, Change]] = {
    "no signature": ("signature", lambda b: b.pop("signature") and None),
    "another signature": (
        "signature",
        lambda b: b.update(signature=json.loads(OTHER)["signature"]),
    ),
    "another hash": ("signature", lambda b: b["signature"].update(hash="A" * 43)),
    "a response of zero": ("signature", lambda b: b["signature"]["proof"].update(response="0")),
    "another's answers": ("signature proofs", other_answers),
    "another's credential": (
        "signature proofs",
        lambda b: b.update(credential=json.loads(OTHER)["credential"]),
    ),
    "choices exchanged": ("signature proofs", lambda b: answer(b)["choices"].reverse()),
    "an individual proof": (
        "signature proofs",
        lambda b: answer(b)["individual_proofs"][2][1].update(challenge="1"),
    ),
    "the blank proof": (
        "signature proofs",
        lambda b: answer(b)["blank_proof"].reverse(),
    ),
    "the overall proof": (
        "signature proofs",
        lambda b: answer(b)["overall_proof"].reverse(),
    ),
}


@pytest.mark.parametrize(("speaks", "change"), UNTRUE.values(), ids=UNTRUE)
def test_what_is_well_formed_and_untrue(speaks: str, change: Change) -> None:
    assert speaking(faults_of(damaged(change))) == speaks
