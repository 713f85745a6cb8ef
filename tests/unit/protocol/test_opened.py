# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/protocol.md §15: a checked ballot shows what it encrypts, and is never one to cast."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from protocol.ballot import Ballot, BallotContext, make_unsigned_ballot, sign_ballot
from protocol.encoding import sha256_base64
from protocol.errors import MalformedError, ProofError
from protocol.group import ONE, Scalar, generator_power
from protocol.opened import CheckedBallot, export_opened, verify_opened
from protocol.questions import Question
from protocol.secret import Secret
from tests.rng import seeded_rng
from tests.variants import changes

RNG = seeded_rng("opened")
QUESTIONS = (Question(("A", "B"), True, 1, 1, "?"), Question(("C",), False, 0, 1, "?"))
CONTEXT = BallotContext(
    "F3LXxMBpCrX1W9",
    sha256_base64(b"election"),
    generator_power(Scalar.random(RNG)),
    QUESTIONS,
)
VOTER = Secret(Scalar.random(RNG))
UNSIGNED, OPENING = make_unsigned_ballot(CONTEXT, VOTER, [(0, 0, 1), (1,)], RNG)
DATA = export_opened(UNSIGNED, OPENING)
CHECKED = CheckedBallot.decode(DATA, QUESTIONS)


def test_a_checked_ballot_verifies_and_keeps_the_tracker() -> None:
    verify_opened(CHECKED, CONTEXT)
    assert CHECKED.encode() == DATA
    assert CHECKED.ballot.tracker() == UNSIGNED.tracker()


def test_the_file_has_the_members_of_the_document() -> None:
    value = json.loads(DATA)
    assert list(value) == ["evote_checked_ballot", "ballot", "choices", "randomness"]
    assert value["choices"] == [[0, 0, 1], [1]]
    assert [len(row) for row in value["randomness"]] == [3, 1]
    assert list(value["ballot"]) == ["election_uuid", "election_hash", "credential", "answers"]


def test_it_holds_no_secret_of_the_voter_and_is_no_ballot() -> None:
    assert VOTER.reveal().encode().encode() not in DATA
    with pytest.raises(MalformedError):
        Ballot.decode(DATA, QUESTIONS)
    with pytest.raises(MalformedError):
        Ballot.decode(json.dumps(json.loads(DATA)["ballot"]).encode(), QUESTIONS)


@pytest.mark.parametrize(
    ("what", "lie"), [(what, lie) for what, lie in changes(CHECKED) if what.startswith("opening")]
)
def test_any_other_opening_is_refused(what: str, lie: CheckedBallot) -> None:
    with pytest.raises((ProofError, MalformedError), match=r"§15"):
        verify_opened(lie, CONTEXT)


def test_another_permitted_vote_with_the_same_randomness_is_a_lie() -> None:
    opening = replace(CHECKED.opening, votes=((0, 1, 0), (1,)))
    with pytest.raises(ProofError, match="question 1 of a checked ballot encrypts another vote"):
        verify_opened(replace(CHECKED, opening=opening), CONTEXT)


def test_a_ballot_whose_proofs_do_not_hold_is_refused() -> None:
    answer = UNSIGNED.answers[1]
    proof = answer.overall_proof[0]
    broken = replace(
        answer,
        overall_proof=(replace(proof, response=proof.response + ONE), answer.overall_proof[1]),
    )
    ballot = replace(UNSIGNED, answers=(UNSIGNED.answers[0], broken))
    with pytest.raises(ProofError, match=r"§6\.2"):
        verify_opened(replace(CHECKED, ballot=ballot), CONTEXT)


def test_a_checked_ballot_of_another_election_is_refused() -> None:
    with pytest.raises(ProofError, match="another election"):
        verify_opened(CHECKED, replace(CONTEXT, fingerprint=sha256_base64(b"another")))


def test_a_file_that_carries_its_election_verifies_and_any_other_election_is_refused() -> None:
    data = export_opened(UNSIGNED, OPENING, b"election")
    checked = CheckedBallot.decode(data, QUESTIONS)
    assert (checked.encode(), checked.election) == (data, "election")
    assert list(json.loads(data))[-1] == "election"
    verify_opened(checked, CONTEXT)
    with pytest.raises(ProofError, match=r"carries another election.*§15"):
        verify_opened(replace(checked, election="another"), CONTEXT)


Edit = Callable[[dict[str, Any]], object]
MALFORMED: dict[str, Edit] = {
    "a signed ballot": lambda c: c.update(
        ballot=json.loads(sign_ballot(UNSIGNED, VOTER, RNG).encode())
    ),
    "another version": lambda c: c.update(evote_checked_ballot=2),
    "true as version": lambda c: c.update(evote_checked_ballot=True),
    "no version": lambda c: c.pop("evote_checked_ballot"),
    "no randomness": lambda c: c.pop("randomness"),
    "an election that is no text": lambda c: c.update(election=1),
    "no election, said so": lambda c: c.update(election=None),
    "an unknown member": lambda c: c.update(secret="1"),
    "members in another order": lambda c: c.update(ballot=c.pop("ballot")),
    "one question not opened": lambda c: (c["choices"].pop(), c["randomness"].pop()),
    "a vote that is no array": lambda c: c.update(choices=[0, 1]),
    "a vote of texts": lambda c: c["choices"].__setitem__(1, ["1"]),
    "a vote of booleans": lambda c: c["choices"].__setitem__(1, [True]),
    "randomness that is no array": lambda c: c.update(randomness=["1", "2"]),
    "randomness with a leading zero": lambda c: c["randomness"][1].__setitem__(0, "01"),
}


@pytest.mark.parametrize("edit", MALFORMED.values(), ids=MALFORMED.keys())
def test_another_form_is_no_checked_ballot(edit: Edit) -> None:
    value = json.loads(DATA)
    edit(value)
    with pytest.raises(MalformedError):
        CheckedBallot.decode(json.dumps(value, separators=(",", ":")).encode(), QUESTIONS)


def test_the_text_must_be_canonical() -> None:
    with pytest.raises(MalformedError, match="canonical"):
        CheckedBallot.decode(DATA.replace(b":", b": ", 1), QUESTIONS)
