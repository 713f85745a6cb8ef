# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random elections, each held by one program and judged by both: `make soak`.

docs/protocol.md §14. A failure shows its seed; `make soak SOAK=tests/interop SOAK_SEED=…` holds
the same elections of ours again.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random
from secrets import token_hex
from typing import Any

import pytest

from protocol.questions import Question
from protocol.result import Result
from tally.errors import Refusal
from tests.interop.ours import Plan, Vote, hold
from tests.interop.peer import Peer
from tests.interop.verdicts import ours_accepts, peer_accepts
from tests.rng import seeded_rng
from tests.simulator import SimulatedElection

EACH = 10
LETTERS = 'aÉœ𝔸"\\/\b\f\n\r\t\x01\x7f\u2028 é<&'

pytestmark = pytest.mark.soak


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> str:
    found = os.environ.get("SOAK_SEED") or token_hex(8)
    print(f"SOAK_SEED={found}")
    return f"{found}/{request.node.name}"


def random_text(random: Random) -> str:
    return "".join(random.choices(LETTERS, k=random.randrange(1, 12)))


def random_question(random: Random) -> Question:
    answers = tuple(random_text(random) for _ in range(random.randint(1, 5)))
    low = random.randint(0, len(answers))
    high = random.randint(low, len(answers))
    return Question(answers, random.random() < 0.5, low, high, random_text(random))


def random_vote(random: Random, question: Question) -> tuple[int, ...]:
    answers = len(question.answers)
    if question.blank and random.random() < 0.3:
        return (1, *[0] * answers)
    chosen = random.sample(range(answers), random.randint(question.minimum, question.maximum))
    row = tuple(int(place in chosen) for place in range(answers))
    return (0, *row) if question.blank else row


def random_plan(random: Random, *, all_needed: bool) -> Plan:
    """Any election of the plain profile; `all_needed` lets t be n, which the peer never makes."""
    questions = tuple(random_question(random) for _ in range(random.randint(1, 3)))
    weights = tuple(random.choice((1, 1, 1, 2, 7, 12_345)) for _ in range(random.randint(1, 6)))
    voters = random.choices(range(len(weights)), k=random.randint(0, 8))
    votes: tuple[tuple[int, Vote], ...] = tuple(
        (voter, tuple(random_vote(random, question) for question in questions)) for voter in voters
    )
    singles = random.randint(0, 2)
    threshold = None
    owners = list(range(1, singles + 1))
    if singles == 0 or random.random() < 0.7:
        size = random.randint(2, 5)
        threshold = (random.randint(1, size if all_needed else size - 1), size)
        present = random.randint(threshold[0], size)
        owners += random.sample(range(singles + 1, singles + size + 1), present)
    random.shuffle(owners)
    return Plan(questions, weights, votes, singles, threshold, tuple(owners))


@pytest.mark.parametrize("batch", range(20))
def test_plain_elections_of_ours(peer: Peer, tmp_path: Path, seed: str, batch: int) -> None:
    random = Random(seed)
    for number in range(EACH):
        plan = random_plan(random, all_needed=True)
        held = hold(plan, seeded_rng(f"{seed}/{number}"))
        archive = held.write(tmp_path / f"{number}")
        ballots = [ballot.encode() for ballot in held.ballots]
        peer_accepts(peer, archive, ballots, tmp_path / f"{number} cut")
        ours_accepts(archive, plan.result)


@pytest.mark.parametrize("batch", range(4))
def test_elections_of_schools(peer: Peer, tmp_path: Path, seed: str, batch: int) -> None:
    random = Random(seed)
    for number in range(EACH):
        election = random_school(random, f"{seed}/{number}")
        folder = tmp_path / f"{number}"
        folder.mkdir()
        archive = folder / f"{election.uuid}.bel"
        archive.write_bytes(election.archive())
        ballots = [ballot.encode() for ballot in election.ballots]
        peer_accepts(peer, archive, ballots, tmp_path / f"{number} cut")
        votes = Result.decode(election.result, election.election.questions).votes
        assert sum(votes[0]) == len(election.votes)
        ours_accepts(archive, [list(row) for row in votes], profile="preau")


def random_school(random: Random, seed: str) -> SimulatedElection:
    """An election of ours in which no tie is to be settled by ages."""
    while True:
        size, lists = random.randint(3, 5), random.randint(1, 6)
        threshold = random.randint(2, size)
        choices = [None, *range(lists)]
        election = SimulatedElection(
            votes=tuple(random.choices(choices, k=random.randint(0, 8))),
            electors=random.randint(8, 12),
            lists=lists,
            size=size,
            threshold=threshold,
            seats=random.randint(2, 5),
            decrypting=tuple(random.sample(range(1, size + 1), random.randint(threshold, size))),
            seed=seed,
        )
        try:
            _ = election.result
        except Refusal:
            continue
        return election


def template(plan: Plan) -> dict[str, Any]:
    questions = [question.encode() for question in plan.questions]
    return {"description": "", "name": "Essai", "questions": questions}


@pytest.mark.parametrize("batch", range(4))
def test_elections_of_the_peer(peer: Peer, tmp_path: Path, seed: str, batch: int) -> None:
    random = Random(seed)
    for number in range(EACH):
        plan = random_plan(random, all_needed=False)
        election = peer.make_election(
            tmp_path / f"{number}",
            template(plan),
            voters=plan.weights,
            threshold=plan.threshold,
            mandatory=plan.singles,
        )
        voters = list(election.credentials)
        for voter, vote in plan.votes:
            election.vote(voters[voter], [list(row) for row in vote])
        election.close()
        for owner in plan.decrypting:
            election.decrypt(owner)
        assert election.finish() == plan.result
        peer.verify(election.folder)
        ours_accepts(election.archive, plan.result)
