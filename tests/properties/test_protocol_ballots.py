# SPDX-License-Identifier: AGPL-3.0-or-later
"""Laws of ballots: docs/protocol.md §9 and §15. Any permitted vote makes a valid ballot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.ballot import (
    Ballot,
    BallotContext,
    make_unsigned_ballot,
    sign_ballot,
    verify_ballot,
)
from protocol.encoding import sha256_base64
from protocol.errors import ProofError, ProtocolError
from protocol.group import Scalar, generator_power
from protocol.opened import CheckedBallot, export_opened, verify_opened
from protocol.questions import Question
from protocol.secret import Secret
from tests.properties import strategies as our
from tests.rng import seeded_rng

few = settings(
    max_examples=max(8, settings().max_examples // 5), suppress_health_check=[HealthCheck.too_slow]
)


@st.composite
def elections(draw: st.DrawFn) -> tuple[BallotContext, Scalar, tuple[tuple[int, ...], ...], str]:
    context, key = draw(our.contexts())
    votes = tuple(draw(our.votes(question)) for question in context.questions)
    return context, key, votes, draw(our.seeds)


@few
@given(elections())
def test_a_permitted_vote_makes_a_ballot_that_verifies_and_decrypts_to_it(
    election: tuple[BallotContext, Scalar, tuple[tuple[int, ...], ...], str],
) -> None:
    context, key, votes, seed = election
    rng = seeded_rng(seed)
    secret = Secret(Scalar.random(rng))
    unsigned, _ = make_unsigned_ballot(context, secret, votes, rng)
    data = sign_ballot(unsigned, secret, rng).encode()
    ballot = Ballot.decode(data, context.questions)
    verify_ballot(ballot, context)
    assert ballot.encode() == data
    assert ballot.tracker() == unsigned.tracker()
    opened = [
        [choice.beta / choice.alpha**key for choice in answer.choices]
        for answer in ballot.unsigned.answers
    ]
    assert opened == [[generator_power(Scalar.from_int(m)) for m in vote] for vote in votes]


@few
@given(elections())
def test_a_checked_ballot_verifies_for_its_votes_alone(
    election: tuple[BallotContext, Scalar, tuple[tuple[int, ...], ...], str],
) -> None:
    context, _, votes, seed = election
    credential = Secret(Scalar.random(seeded_rng(seed)))
    unsigned, opening = make_unsigned_ballot(context, credential, votes, seeded_rng(seed))
    data = export_opened(unsigned, opening)
    checked = CheckedBallot.decode(data, context.questions)
    verify_opened(checked, context)
    assert checked.encode() == data
    flipped = ((1 - votes[0][0], *votes[0][1:]), *votes[1:])
    lie = replace(checked, opening=replace(checked.opening, votes=flipped))
    with pytest.raises(ProofError):
        verify_opened(lie, context)


@few
@given(elections())
def test_a_ballot_of_another_election_or_key_is_refused(
    election: tuple[BallotContext, Scalar, tuple[tuple[int, ...], ...], str],
) -> None:
    context, _, votes, seed = election
    secret = Secret(Scalar.random(seeded_rng(seed)))
    unsigned, _ = make_unsigned_ballot(context, secret, votes)
    other = replace(context, fingerprint=sha256_base64(b"another election"))
    moved = replace(unsigned, fingerprint=other.fingerprint)
    for ballot, where in (
        (sign_ballot(unsigned, secret), other),
        (sign_ballot(moved, secret), other),
        (sign_ballot(unsigned, secret), replace(context, public_key=context.public_key**_TWO)),
    ):
        with pytest.raises(ProofError):
            verify_ballot(ballot, where)


_TWO = Scalar.from_int(2)


@given(our.questions(), st.lists(st.integers(-1, 2), max_size=5))
def test_a_vote_is_permitted_or_refused_by_the_rule(question: Question, vote: list[int]) -> None:
    blank, chosen = (vote[:1], vote[1:]) if question.blank else ([0], vote)
    binary = len(chosen) == len(question.answers) and all(m in {0, 1} for m in vote)
    permitted = binary and (
        (blank == [1] and sum(chosen) == 0)
        or (blank == [0] and question.minimum <= sum(chosen) <= question.maximum)
    )
    if permitted:
        question.check_vote(vote)
    else:
        with pytest.raises(ProtocolError, match="a vote"):
            question.check_vote(vote)
