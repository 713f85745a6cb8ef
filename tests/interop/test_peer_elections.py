# SPDX-License-Identifier: AGPL-3.0-or-later
"""Our verifier accepts what the peer made, and finds its result: docs/protocol.md §14, plain.

The archives of `tests/vectors/peer`; elections that the peer holds here; and the same as its
servers set them up, with members that the tool alone never writes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.interop.archives import read_members
from tests.interop.peer import Peer, PeerElection
from tests.interop.server import (
    begin_archive,
    certify,
    name_the_organisers,
    name_the_trustees,
    write_credentials,
)
from tests.interop.test_peer_archives import ARCHIVES, ONE_OF_TWO, RESULTS, archive_in
from tests.interop.verdicts import failed_checks, ours_accepts, verdict_of_ours

EVOTE_AUDIT = Path(sys.executable).with_name("evote-audit")


@pytest.mark.parametrize("name", RESULTS)
def test_we_accept_its_archive_with_its_result(name: str) -> None:
    ours_accepts(archive_in(ARCHIVES / name), RESULTS[name])


@pytest.mark.parametrize("name", sorted(set(RESULTS) - {"six-lists-300"}))
def test_we_accept_its_open_archive(name: str) -> None:
    ours_accepts(archive_in(ARCHIVES / name / "open"), None)


def test_the_command_says_so_in_words_and_by_its_status() -> None:
    done = subprocess.run(
        [EVOTE_AUDIT, "verify", archive_in(ARCHIVES / "plain")], capture_output=True, check=False
    )
    assert done.returncode == 0
    assert "Belenios" in done.stdout.decode().splitlines()[0]


def test_a_damaged_archive_makes_the_same_assertion_fail(tmp_path: Path) -> None:
    archive = archive_in(ARCHIVES / "plain")
    content = archive.read_bytes().replace(b'"result":[[3,3,1,2]]', b'"result":[[3,3,2,1]]')
    assert content != archive.read_bytes()
    damaged = tmp_path / archive.name
    damaged.write_bytes(content)
    with pytest.raises(AssertionError):
        ours_accepts(damaged, [[3, 3, 2, 1]])


# ---------------------------------------------------------------- held by the peer, here


def question(answers: int, *, blank: bool = False, low: int, high: int) -> dict[str, Any]:
    value = {"answers": [f"n° {i}" for i in range(answers)], "min": low, "max": high}
    return {**value, **({"blank": True} if blank else {}), "question": "Qui ?"}


def template(*questions: dict[str, Any]) -> dict[str, Any]:
    return {"description": 'Une "élection"', "name": "Été", "questions": list(questions)}


def both_accept(peer: Peer, election: PeerElection, result: list[list[int]]) -> None:
    assert election.result() == result
    peer.verify(election.folder)
    ours_accepts(election.archive, result)


def count(election: PeerElection, *owners: int) -> None:
    election.close()
    for owner in owners:
        election.decrypt(owner)
    election.finish()


def test_weights_and_re_votes(peer: Peer, tmp_path: Path) -> None:
    election = peer.make_election(tmp_path, ONE_OF_TWO, voters=[1, 10, 100, 7])
    first, second, third, _ = election.credentials
    for voter, choice in (
        (first, [0, 1, 0]),
        (third, [0, 1, 0]),
        (second, [0, 0, 1]),
        (third, [0, 0, 1]),
        (first, [0, 0, 1]),
        (third, [1, 0, 0]),
    ):
        election.vote(voter, [choice])
    count(election, 2, 3)
    both_accept(peer, election, [[100, 0, 11]])
    assert verdict_of_ours(election.archive)["ballots"] == 6


def test_an_empty_box(peer: Peer, tmp_path: Path) -> None:
    election = peer.make_election(tmp_path, ONE_OF_TWO, voters=2)
    count(election, 1, 2)
    both_accept(peer, election, [[0, 0, 0]])


def test_single_trustees(peer: Peer, tmp_path: Path) -> None:
    election = peer.make_election(tmp_path, ONE_OF_TWO, threshold=None, mandatory=2)
    election.vote("1", [[0, 1, 0]])
    election.vote("3", [[1, 0, 0]])
    count(election, 2, 1)
    both_accept(peer, election, [[1, 1, 0]])


def test_a_single_trustee_and_a_threshold(peer: Peer, tmp_path: Path) -> None:
    election = peer.make_election(tmp_path, ONE_OF_TWO, threshold=(3, 5), mandatory=1)
    election.vote("2", [[0, 0, 1]])
    count(election, 6, 1, 2, 4)
    both_accept(peer, election, [[0, 0, 1]])


def test_a_surplus_decryption(peer: Peer, tmp_path: Path) -> None:
    election = peer.make_election(tmp_path, ONE_OF_TWO, threshold=(2, 4))
    election.vote("2", [[0, 0, 1]])
    count(election, 4, 2, 3)
    both_accept(peer, election, [[0, 0, 1]])


def test_several_questions(peer: Peer, tmp_path: Path) -> None:
    questions = template(
        question(2, low=1, high=1),
        question(4, low=0, high=4),
        question(3, blank=True, low=0, high=2),
        question(1, low=0, high=0),
    )
    election = peer.make_election(tmp_path, questions)
    election.vote("1", [[0, 1], [1, 1, 1, 1], [1, 0, 0, 0], [0]])
    election.vote("2", [[1, 0], [0, 0, 0, 0], [0, 1, 1, 0], [0]])
    count(election, 1, 3)
    both_accept(peer, election, [[1, 1], [1, 1, 1, 1], [1, 1, 1, 0], [0]])


# ---------------------------------------------------------------- as its servers set them up


def as_server(
    peer: Peer,
    folder: Path,
    edit: Callable[[PeerElection], None] = lambda _: None,
    *,
    certificate: Callable[[PeerElection], bytes] | None = None,
    as_text: bool = True,
    voters: int | list[int] = 3,
) -> PeerElection:
    """Hold an election by the peer whose set-up is changed first; voters 1 and 2 vote."""
    election = PeerElection(peer, folder, peer.generate_token())
    election.make_credentials(voters)
    election.make_mandatory_trustees(1)
    election.make_threshold_trustees(2, 3)
    election.write_election(ONE_OF_TWO)
    edit(election)
    begin_archive(
        election, certificate=certificate(election) if certificate else None, as_text=as_text
    )
    first, second, *_ = election.credentials
    election.vote(first, [[0, 1, 0]])
    election.vote(second, [[1, 0, 0]])
    count(election, 1, 2, 4)
    return election


def listed(election: PeerElection) -> bytes:
    return (election.folder / "public_creds.json").read_bytes().rstrip(b"\n")


def without_usernames(election: PeerElection) -> bytes:
    lines = [",".join(line.split(",")[:2]) for line in json.loads(listed(election))]
    return json.dumps(lines, separators=(",", ":")).encode()


def test_organisers_and_language(peer: Peer, tmp_path: Path) -> None:
    election = as_server(peer, tmp_path, name_the_organisers)
    assert b'"language":["fr","ltr"]' in read_members(election.archive)[1][1]
    both_accept(peer, election, [[1, 1, 0]])


def test_trustees_with_names(peer: Peer, tmp_path: Path) -> None:
    election = as_server(peer, tmp_path, name_the_trustees)
    assert read_members(election.archive)[2][1].count('"name":"Trustee n°'.encode()) == 4
    both_accept(peer, election, [[1, 1, 0]])


def test_a_timestamp_that_is_a_number(peer: Peer, tmp_path: Path) -> None:
    election = as_server(peer, tmp_path, as_text=False)
    assert b'"timestamp":1' in read_members(election.archive)[0][1]
    both_accept(peer, election, [[1, 1, 0]])


@pytest.mark.parametrize(
    "form", ["{key},3", "{key},3,parent-{place}", "{key},,parent-{place}", "{key}"]
)
def test_every_form_of_credential(peer: Peer, tmp_path: Path, form: str) -> None:
    def edit(election: PeerElection) -> None:
        write_credentials(election, lambda key, place: form.format(key=key, place=place))

    election = as_server(peer, tmp_path, edit)
    weight = 3 if ",3" in form else 1
    both_accept(peer, election, [[weight, weight, 0]])


@pytest.mark.parametrize("hashed", [listed, without_usernames])
def test_a_certificate_of_the_credentials(
    peer: Peer, tmp_path: Path, hashed: Callable[[PeerElection], bytes]
) -> None:
    election = as_server(
        peer, tmp_path, certificate=lambda e: certify(e, hashed(e)), voters=[2, 5, 1]
    )
    assert b"public_creds_hash" in read_members(election.archive)[4][1]
    both_accept(peer, election, [[5, 2, 0]])


def test_everything_at_once(peer: Peer, tmp_path: Path) -> None:
    def edit(election: PeerElection) -> None:
        name_the_organisers(election)
        name_the_trustees(election)

    election = as_server(
        peer,
        tmp_path,
        edit,
        certificate=lambda e: certify(e, without_usernames(e)),
        as_text=False,
        voters=[2, 5, 1],
    )
    both_accept(peer, election, [[5, 2, 0]])


def test_a_certificate_of_other_credentials_is_refused(peer: Peer, tmp_path: Path) -> None:
    election = as_server(peer, tmp_path, certificate=lambda e: certify(e, b'["a","b","c"]'))
    assert list(failed_checks(verdict_of_ours(election.archive))) == ["C05"]
