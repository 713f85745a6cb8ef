# SPDX-License-Identifier: AGPL-3.0-or-later
"""A voter may change programs: docs/protocol.md §9, §13.3.

From one of our codes the peer's tool votes in our election; from one of the peer's credentials we
vote in its election. Each ballot is then counted, and both verifiers accept the whole.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from protocol.ballot import Ballot, make_unsigned_ballot, sign_ballot, verify_ballot
from protocol.board import read_board
from protocol.codes import credential_from_code, random_code
from protocol.credentials import decode_credential, derive_credential, public_credential
from protocol.errors import ProtocolError
from protocol.events import EventKind
from protocol.rng import Rng
from protocol.secret import Secret
from tests.interop.peer import Choice, Peer, PeerElection, PeerRefusal
from tests.interop.test_peer_archives import ONE_OF_TWO
from tests.interop.verdicts import ours_accepts, peer_accepts
from tests.simulator import SimulatedElection

UUID = "BaLLotsAcross1"


def codes_of(election: SimulatedElection) -> list[Secret[bytes]]:
    """The codes behind the credentials of a simulated election."""
    rng: Rng = election._rng("codes")
    codes = [random_code(rng) for _ in election.private_credentials]
    keys = [derive_credential(UUID, credential_from_code(UUID, code)) for code in codes]
    assert [public_credential(key) for key in keys] == [
        public_credential(key) for key in election.private_credentials
    ]
    return codes


def write(election: SimulatedElection, until: EventKind, folder: Path) -> Path:
    folder.mkdir()
    path = folder / f"{election.uuid}.bel"
    path.write_bytes(election.archive(until))
    return path


def test_the_peer_derives_our_public_credentials_from_our_codes(peer: Peer) -> None:
    election = SimulatedElection(uuid=UUID)
    for code, key in zip(codes_of(election), election.private_credentials, strict=True):
        text = credential_from_code(UUID, code).reveal()
        assert peer.derive_credential(UUID, text) == public_credential(key).encode()


@pytest.mark.parametrize("choice", [[1, 0, 0, 0], [0, 1, 0, 0]])
def test_a_ballot_by_the_peer_from_our_code_is_counted(
    peer: Peer, tmp_path: Path, choice: list[int]
) -> None:
    before = SimulatedElection(uuid=UUID, votes=(0, 1, None))
    credential = credential_from_code(UUID, codes_of(before)[3]).reveal()
    opened = write(before, EventKind.SETUP, tmp_path / "set-up")
    data = peer.generate_ballot(opened.parent, credential, [choice])
    ballot = Ballot.decode(data, before.election.questions)
    assert ballot.encode() == data
    verify_ballot(ballot, before.election.context)

    election = SimulatedElection(uuid=UUID, votes=(0, 1, None))
    vars(election)["ballots"] = (*before.ballots, ballot)  # the property is computed once
    archive = write(election, EventKind.RESULT, tmp_path / "whole")
    peer_accepts(peer, archive, [each.encode() for each in election.ballots], tmp_path / "cut")
    result = [[1 + choice[0], 1 + choice[1], 1, 0]]
    ours_accepts(archive, result, profile="preau")


def test_a_ballot_by_the_peer_from_a_foreign_credential_is_not_ours(
    peer: Peer, tmp_path: Path
) -> None:
    election = SimulatedElection(uuid=UUID)
    elsewhere = SimulatedElection(uuid=UUID, seed="elsewhere")
    opened = write(elsewhere, EventKind.SETUP, tmp_path / "set-up")
    credential = credential_from_code(UUID, codes_of(elsewhere)[0]).reveal()
    data = peer.generate_ballot(opened.parent, credential, [[0, 1, 0, 0]])
    ballot = Ballot.decode(data, election.election.questions)
    with pytest.raises(ProtocolError):
        verify_ballot(ballot, election.election.context)


def our_ballot(election: PeerElection, voter: str, choice: Choice) -> bytes:
    """A ballot of ours in the peer's election, from what the peer gave its voter."""
    with election.archive.open("rb") as stream:
        context = read_board(stream).election.context
    key = derive_credential(election.uuid, decode_credential(election.credentials[voter]))
    unsigned, _ = make_unsigned_ballot(context, key, choice)
    return sign_ballot(unsigned, key).encode()


def test_our_ballot_from_a_credential_of_the_peer_is_counted(peer: Peer, tmp_path: Path) -> None:
    second_question = {"answers": ["a", "b", "c"], "min": 0, "max": 2, "question": "Up to two?"}
    template = {**ONE_OF_TWO, "questions": [*ONE_OF_TWO["questions"], second_question]}
    election = peer.make_election(tmp_path / "peer", template, voters=[2, 3, 5])
    first, second, third = election.credentials
    ballots = [
        our_ballot(election, first, [[0, 1, 0], [1, 0, 1]]),
        election.peer.generate_ballot(
            election.folder, election.credentials[second], [[0, 0, 1], [0, 0, 0]]
        ),
        our_ballot(election, third, [[0, 1, 0], [1, 1, 0]]),
        our_ballot(election, third, [[1, 0, 0], [0, 1, 0]]),  # a re-vote
    ]
    for ballot in ballots:
        election.add_event("Ballot", ballot)
    election.close()
    election.decrypt(1)
    election.decrypt(2)
    result = [[5, 2, 3], [2, 5, 2]]
    assert election.finish() == result
    peer_accepts(peer, election.archive, ballots, tmp_path / "cut")
    ours_accepts(election.archive, result)


def test_our_ballot_from_another_election_is_refused_by_the_peer(
    peer: Peer, tmp_path: Path
) -> None:
    one = peer.make_election(tmp_path / "one", ONE_OF_TWO)
    other = peer.make_election(tmp_path / "other", ONE_OF_TWO)
    ballot = our_ballot(one, "1", [[0, 1, 0]])
    peer.verify_ballot(one.folder, ballot)
    with pytest.raises(PeerRefusal):
        peer.verify_ballot(other.folder, ballot)
