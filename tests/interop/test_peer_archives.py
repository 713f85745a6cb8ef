# SPDX-License-Identifier: AGPL-3.0-or-later
"""The peer's tool says what these tests take it to say: its own archives, whole and damaged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.interop.archives import cut_after_setup, read_members, read_result
from tests.interop.peer import Peer, PeerRefusal

ARCHIVES = Path(__file__).parent.parent / "vectors" / "peer"
RESULTS = {
    "plain": [[3, 3, 1, 2]],
    "server": [[3, 3, 1, 2]],
    "t35": [[3, 3, 1, 2]],
    "multi": [[5, 3], [5, 2, 1, 2], [2, 1, 2, 6]],
    "six-lists-300": [[122, 70, 40, 23, 16, 10, 19]],
}
ONE_OF_TWO = {
    "description": "",
    "name": "Two lists",
    "questions": [
        {"answers": ["A", "B"], "blank": True, "min": 1, "max": 1, "question": "Which list?"}
    ],
}


def archive_in(folder: Path) -> Path:
    (archive,) = folder.glob("*.bel")
    return archive


def first_ballot(archive: Path) -> bytes:
    return next(content for _, content in read_members(archive) if b'"election_uuid"' in content)


def test_every_folder_of_vectors_is_listed_here() -> None:
    assert {folder.name for folder in ARCHIVES.iterdir() if folder.is_dir()} == set(RESULTS)


@pytest.mark.parametrize("name", RESULTS)
def test_the_readme_gives_the_same_result(name: str) -> None:
    rows = (ARCHIVES / "README.md").read_text().splitlines()
    (row,) = (row for row in rows if row.startswith(f"| `{name}` |"))
    assert json.loads(row.split("|")[-2]) == RESULTS[name]


@pytest.mark.parametrize("name", RESULTS)
def test_the_peer_accepts_its_archive(peer: Peer, name: str) -> None:
    peer.verify(ARCHIVES / name)
    assert read_result(archive_in(ARCHIVES / name)) == RESULTS[name]


@pytest.mark.parametrize("name", sorted(set(RESULTS) - {"six-lists-300"}))
def test_the_peer_accepts_the_open_archive_and_what_follows(peer: Peer, name: str) -> None:
    peer.verify(ARCHIVES / name / "open")
    peer.verify_diff(ARCHIVES / name / "open", ARCHIVES / name)


def test_a_damaged_archive_is_refused(peer: Peer, tmp_path: Path) -> None:
    source = archive_in(ARCHIVES / "plain")
    content = bytearray(source.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / source.name).write_bytes(content)
    with pytest.raises(PeerRefusal):
        peer.verify(tmp_path)


def test_a_ballot_is_accepted_over_the_archive_cut_after_setup(peer: Peer, tmp_path: Path) -> None:
    source = archive_in(ARCHIVES / "plain")
    cut_after_setup(source, tmp_path)
    peer.verify_ballot(tmp_path, first_ballot(source))


def test_a_damaged_ballot_is_refused(peer: Peer, tmp_path: Path) -> None:
    source = archive_in(ARCHIVES / "plain")
    cut_after_setup(source, tmp_path)
    ballot = json.loads(first_ballot(source))
    proof = ballot["answers"][0]["individual_proofs"][0][0]
    proof["response"] = str(int(proof["response"]) ^ 1)
    damaged = json.dumps(ballot, separators=(",", ":"), ensure_ascii=False).encode()
    with pytest.raises(PeerRefusal):
        peer.verify_ballot(tmp_path, damaged)


def test_an_election_with_weights_and_a_new_vote(peer: Peer, tmp_path: Path) -> None:
    election = peer.make_election(tmp_path, ONE_OF_TWO, voters=[1, 10, 100], threshold=(2, 3))
    first, second, third = election.credentials
    election.vote(first, [[0, 1, 0]])
    election.vote(second, [[0, 0, 1]])
    election.vote(third, [[0, 0, 1]])
    election.vote(third, [[1, 0, 0]])
    election.close()
    election.decrypt(1)
    election.decrypt(3)
    assert election.finish() == [[100, 1, 10]]
    peer.verify(tmp_path)


def test_an_empty_box_with_a_mandatory_key(peer: Peer, tmp_path: Path) -> None:
    election = peer.make_election(tmp_path, ONE_OF_TWO, voters=2, threshold=(2, 3), mandatory=1)
    election.close()
    for trustee_id in (1, 2, 4):
        election.decrypt(trustee_id)
    assert election.finish() == [[0, 0, 0]]
    peer.verify(tmp_path)


def test_single_trustees_alone(peer: Peer, tmp_path: Path) -> None:
    election = peer.make_election(tmp_path, ONE_OF_TWO, voters=1, threshold=None, mandatory=2)
    election.vote("1", [[0, 1, 0]])
    election.close()
    election.decrypt(1)
    election.decrypt(2)
    assert election.finish() == [[0, 1, 0]]


def test_a_voter_credential_derives_to_a_listed_one(peer: Peer, tmp_path: Path) -> None:
    election = peer.make_election(tmp_path, ONE_OF_TWO, voters=2)
    listed = json.loads((tmp_path / "public_creds.json").read_bytes())
    derived = {peer.derive_credential(election.uuid, key) for key in election.credentials.values()}
    assert derived == {line.partition(",")[0] for line in listed}


def test_a_copy_of_the_tool_is_not_needed_in_the_clone(peer: Peer) -> None:
    clone = Path(__file__).parent.parent.parent
    assert not peer.command.is_relative_to(clone)
    assert shutil.which(peer.command)
