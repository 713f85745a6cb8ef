# SPDX-License-Identifier: AGPL-3.0-or-later
"""One key of three trustees, of whom one uses the peer's tool and two ours: docs/protocol.md §7.

Every step is a command, ours or the peer's. The peer holds the election; the count joins a partial
decryption of each tool.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from protocol.board import read_board
from tests.interop.peer import Peer, PeerElection, PeerRefusal
from tests.interop.test_peer_archives import ONE_OF_TWO
from tests.interop.trustee import EVOTE_TALLY, OurTrustee, hold_shared_ceremony
from tests.interop.verdicts import failed_checks, ours_accepts, verdict_of_ours

CHOICES = ([0, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0])
VOTERS = len(CHOICES)


def shared_election(peer: Peer, tmp_path: Path, ours: dict[int, OurTrustee]) -> PeerElection:
    """An election whose key the three made together, ready for its first ballot."""
    folder = tmp_path / "peer"
    folder.mkdir()
    election = PeerElection(peer, folder, peer.generate_token())
    election.make_credentials(VOTERS)
    election.make_mandatory_trustees(0)
    hold_shared_ceremony(election, 2, 3, ours)
    election.seal(ONE_OF_TWO)
    return election


def vote_and_close(election: PeerElection) -> None:
    for voter, choice in zip(election.credentials, CHOICES, strict=True):
        election.vote(voter, [choice])
    election.close()


def combine(election: PeerElection, out: Path) -> list[list[int]]:
    """The result by our own tool, from what stands on the board."""
    command: list[str | Path] = [EVOTE_TALLY, "combine", election.archive, "--out", out]
    subprocess.run(command, check=True, capture_output=True)
    found: list[list[int]] = json.loads(out.read_bytes())["result"]
    return found


@pytest.mark.parametrize("peers_place", [1, 2, 3])
def test_a_count_of_one_decryption_by_each(peer: Peer, tmp_path: Path, peers_place: int) -> None:
    ours = {i: OurTrustee(tmp_path / f"{i}", i) for i in (1, 2, 3) if i != peers_place}
    election = shared_election(peer, tmp_path, ours)
    for trustee in ours.values():
        trustee.check_setup(election.archive)
    vote_and_close(election)
    decrypting = ours[min(ours)]
    election.decrypt(peers_place)
    election.add_event("PartialDecryption", decrypting.decrypt(election.archive, VOTERS))
    result = [[1, 3, 1]]
    assert combine(election, tmp_path / "result.json") == result
    assert election.finish() == result
    peer.verify(election.folder)
    ours_accepts(election.archive, result)
    with election.archive.open("rb") as stream:
        owners = [each.owner for each in read_board(stream).partial_decryptions]
    assert owners == [peers_place, decrypting.index]


def test_our_decryption_with_a_share_of_another_is_refused(peer: Peer, tmp_path: Path) -> None:
    ours = {i: OurTrustee(tmp_path / f"{i}", i) for i in (1, 2)}
    election = shared_election(peer, tmp_path, ours)
    for trustee in ours.values():
        trustee.check_setup(election.archive)
    vote_and_close(election)
    partial, owned = ours[1].decrypt(election.archive, VOTERS).splitlines()
    stranger = json.dumps({**json.loads(owned), "owner": 2}, separators=(",", ":")).encode()
    election.add_event("PartialDecryption", partial + b"\n" + stranger + b"\n")
    election.decrypt(3)
    with pytest.raises(PeerRefusal):
        election.finish()
    assert list(failed_checks(verdict_of_ours(election.archive))) == ["C20"]
