# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every ballot fits into what is sent, and fills it up: docs/protocol.md §9.6."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocol.ballot import BallotContext
from protocol.errors import MalformedError
from protocol.group import Q
from protocol.questions import Question
from protocol.sending import characters_sent, longest_ballot, padding_for, require_length
from tests.simulator import SimulatedElection

ELECTION = SimulatedElection(electors=4, lists=3)
CONTEXT = ELECTION.election.context
PIN = "123456"


def test_the_longest_ballot_is_a_ballot_of_this_election_with_the_longest_scalars() -> None:
    ballot = ELECTION.cast(0, 0)
    scalars = [
        scalar
        for answer in ballot.unsigned.answers
        for proofs in (*answer.individual_proofs, answer.overall_proof, answer.blank_proof or ())
        for proof in proofs
        for scalar in (proof.challenge, proof.response)
    ]
    scalars += [ballot.signature.challenge, ballot.signature.response]
    missing = sum(len(str(Q - 1)) - len(scalar.encode()) for scalar in scalars)
    assert longest_ballot(CONTEXT) == len(ballot.encode()) + missing


@pytest.mark.parametrize("choice", [None, 0, 1, 2])
def test_every_choice_is_sent_in_one_length(choice: int | None) -> None:
    ballot = ELECTION.cast(0, choice).encode().decode()
    padding = padding_for(CONTEXT, PIN, ballot)
    assert set(padding) == {"0"}
    assert len(PIN + ballot + padding) == characters_sent(CONTEXT) == 32 + longest_ballot(CONTEXT)
    require_length(characters_sent(CONTEXT), PIN, ballot, padding)
    for other in (padding + "0", padding[1:], ""):
        with pytest.raises(MalformedError) as refused:
            require_length(characters_sent(CONTEXT), PIN, ballot, other)
        assert refused.value.section == "9.6"


def test_a_longer_election_has_a_longer_ballot() -> None:
    def context(question: Question, number: int) -> BallotContext:
        return replace(CONTEXT, questions=(question,) * number)

    (question,) = CONTEXT.questions
    more = replace(question, answers=(*question.answers, "more"))
    plain = replace(question, blank=False)
    lengths = [longest_ballot(context(q, n)) for q, n in ((plain, 1), (question, 1), (more, 1))]
    assert lengths == sorted(set(lengths))
    assert longest_ballot(context(question, 2)) > longest_ballot(CONTEXT)
