# SPDX-License-Identifier: AGPL-3.0-or-later
"""The peer accepts the elections that we make, ballot by ballot, and refuses a damaged one.

docs/protocol.md §14: of both profiles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from protocol.answer import Answer
from protocol.ballot import Ballot, sign_ballot
from protocol.events import EventKind
from protocol.group import ONE
from protocol.proofs.proof import Proof
from protocol.questions import Question
from tests.interop.ours import Plan, hold
from tests.interop.peer import Peer, PeerRefusal
from tests.interop.verdicts import ours_accepts, peer_accepts, peer_accepts_ballots
from tests.rng import seeded_rng
from tests.simulator import SimulatedElection, write_archive

ONE_LIST = Question(("A", "B"), True, 1, 1, "Which list?")
SOME = Question(("é", "ü", "“quoted”", "\\"), False, 0, 2, "Up to two?")
MANY = Question(("x", "y", "z"), True, 1, 3, "Some, or blank?")

PREAU = {
    "a small school": SimulatedElection(),
    "six lists, three of five": SimulatedElection(
        votes=(0, 1, 2, 3, 4, 5, None, 0, 0, 1),
        electors=12,
        lists=6,
        size=5,
        threshold=3,
        decrypting=(1, 3, 5),
        uuid="SixListsPreau1",
    ),
    "an empty box": SimulatedElection(votes=(), uuid="EmptyBoxPreau1"),
    "a surplus decryption": SimulatedElection(decrypting=(3, 1, 2), uuid="SurpLusPreau12"),
    "blank votes only": SimulatedElection(votes=(None, None), uuid="BLankVotesPreau"),
}
PLAIN = {
    "re-votes and weights": Plan(
        (ONE_LIST,),
        (1, 7, 1_000_000, 0),
        (
            (0, ((0, 1, 0),)),
            (1, ((1, 0, 0),)),
            (0, ((0, 0, 1),)),
            (2, ((0, 1, 0),)),
            (3, ((0, 1, 0),)),
        ),
    ),
    "an empty box": Plan((ONE_LIST, SOME), (1, 1), (), decrypting=(2, 3)),
    "several questions": Plan(
        (ONE_LIST, SOME, MANY),
        (1, 1, 1),
        (
            (0, ((0, 1, 0), (0, 0, 0, 0), (1, 0, 0, 0))),
            (1, ((1, 0, 0), (1, 0, 0, 1), (0, 1, 1, 1))),
            (2, ((0, 1, 0), (0, 1, 1, 0), (0, 0, 1, 0))),
        ),
    ),
    "single trustees": Plan(
        (ONE_LIST,), (1,), ((0, ((0, 1, 0),)),), singles=2, threshold=None, decrypting=(2, 1)
    ),
    "single trustees beside a threshold": Plan(
        (ONE_LIST,),
        (1,),
        ((0, ((0, 0, 1),)),),
        singles=1,
        threshold=(3, 4),
        decrypting=(1, 2, 4, 5),
    ),
    "every trustee needed": Plan((ONE_LIST,), (1,), ((0, ((0, 0, 1),)),), threshold=(2, 2)),
}


def write(archive: bytes, uuid: str, folder: Path) -> Path:
    folder.mkdir()
    path = folder / f"{uuid}.bel"
    path.write_bytes(archive)
    return path


def votes_of(election: SimulatedElection) -> list[list[int]]:
    table = [row for choice in election.votes for row in election.vote(choice)]
    return [[sum(row[j] for row in table) for j in range(election.lists + 1)]]


@pytest.mark.parametrize("name", PREAU)
def test_the_peer_accepts_an_election_of_a_school(peer: Peer, tmp_path: Path, name: str) -> None:
    election = PREAU[name]
    archive = write(election.archive(), election.uuid, tmp_path / "whole")
    ballots = [ballot.encode() for ballot in election.ballots]
    peer_accepts(peer, archive, ballots, tmp_path / "cut")
    ours_accepts(archive, votes_of(election), profile="preau")


@pytest.mark.parametrize("name", PREAU)
def test_both_accept_it_at_every_earlier_state(peer: Peer, tmp_path: Path, name: str) -> None:
    election = PREAU[name]
    whole = write(election.archive(), election.uuid, tmp_path / "whole")
    for kind in list(EventKind)[:-1]:
        folder = tmp_path / kind.value
        archive = write(election.archive(kind), election.uuid, folder)
        peer.verify(folder)
        peer.verify_diff(folder, whole.parent)
        ours_accepts(archive, None, profile="preau")


@pytest.mark.parametrize("name", PLAIN)
def test_the_peer_accepts_a_plain_election_of_ours(peer: Peer, tmp_path: Path, name: str) -> None:
    held = hold(PLAIN[name], seeded_rng(f"interop/{name}"))
    archive = held.write(tmp_path / "whole")
    ballots = [ballot.encode() for ballot in held.ballots]
    peer_accepts(peer, archive, ballots, tmp_path / "cut")
    ours_accepts(archive, PLAIN[name].result)


# ---------------------------------------------------------------- the same helpers refuse


def damaged(election: SimulatedElection, what: str) -> Ballot:
    """The second ballot with one thing wrong; whatever its voter can remake is remade."""
    ballot = election.ballots[1]
    if what == "signature":
        proof = replace(ballot.signature, response=ballot.signature.response + ONE)
        return replace(ballot, signature=proof)
    (answer,) = ballot.unsigned.answers
    unsigned = replace(ballot.unsigned, answers=(DAMAGES[what](answer),))
    return sign_ballot(unsigned, election.private_credentials[1], seeded_rng(what))


def other_choice(answer: Answer) -> Answer:
    last = answer.choices[-1]
    return replace(answer, choices=(*answer.choices[:-1], last * last))


def other_individual(answer: Answer) -> Answer:
    first, *others = answer.individual_proofs
    return replace(answer, individual_proofs=(other_responses(first), *others))


def other_overall(answer: Answer) -> Answer:
    return replace(answer, overall_proof=other_responses(answer.overall_proof))


def other_blank(answer: Answer) -> Answer:
    return replace(answer, blank_proof=other_responses(answer.blank_proof or ()))


def other_responses(proofs: tuple[Proof, ...]) -> tuple[Proof, ...]:
    return tuple(replace(proof, response=proof.response + ONE) for proof in proofs)


DAMAGES: dict[str, Callable[[Answer], Answer]] = {
    "choice": other_choice,
    "individual": other_individual,
    "overall": other_overall,
    "blank": other_blank,
}


def opened(election: SimulatedElection, ballots: Sequence[Ballot], folder: Path) -> Path:
    """An archive of the open vote with these ballots on it."""
    entries = [entry for entry in election.entries() if entry[0] is EventKind.SETUP]
    entries += [(EventKind.BALLOT, [each.encode()]) for each in ballots]
    return write(write_archive(entries), election.uuid, folder)


@pytest.mark.parametrize("what", ["signature", *DAMAGES])
def test_a_damaged_ballot_makes_the_same_test_fail(peer: Peer, tmp_path: Path, what: str) -> None:
    election = PREAU["a small school"]
    good, damage = election.ballots, damaged(election, what)
    archive = opened(election, good, tmp_path / "good")
    peer_accepts(peer, archive, [each.encode() for each in good], tmp_path / "good cut")
    ours_accepts(archive, None, profile="preau")

    bad = (good[0], damage, *good[2:])
    archive = opened(election, bad, tmp_path / "bad")
    with pytest.raises(PeerRefusal):
        peer_accepts(peer, archive, [each.encode() for each in bad], tmp_path / "bad cut")
    with pytest.raises(PeerRefusal):
        peer_accepts_ballots(peer, archive, [damage.encode()], tmp_path / "alone")
    with pytest.raises(AssertionError):
        ours_accepts(archive, None, profile="preau")


def test_a_ballot_of_another_election_makes_it_fail(peer: Peer, tmp_path: Path) -> None:
    election, other = PREAU["a small school"], replace(PREAU["a small school"], seed="other")
    archive = write(election.archive(), election.uuid, tmp_path / "whole")
    with pytest.raises(PeerRefusal):
        peer_accepts_ballots(peer, archive, [other.ballots[0].encode()], tmp_path / "cut")
