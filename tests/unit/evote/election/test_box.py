# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ballot box: what enters, what does not, and that a failure leaves it as it was: §11.1."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import evote.election.box as box_module
from evote.election.box import (
    BallotBox,
    Outcome,
    read_proper_ballot,
    record_ballot,
    set_aside_interrupted,
)
from evote.election.closing import close_election
from evote.election.reading import SIGNATURES_NAME
from evote.errors import Refusal, Unreadable
from protocol.ballot import Ballot, make_unsigned_ballot, sign_ballot
from protocol.board import read_board
from protocol.board_checks import verify_board
from protocol.events import BoardState, Head
from protocol.group import Scalar
from protocol.secret import Secret
from tally.archive_file import NewEntry, append_entries
from tests.simulator import SimulatedElection


def put(archive: Path, ballot: Ballot) -> Outcome:
    return record_ballot(archive, ballot.encode())[0]


def put_after_mending(archive: Path, ballot: Ballot) -> Outcome:
    set_aside_interrupted(archive)
    return put(archive, ballot)


def ballots_of(archive: Path) -> list[bytes]:
    with archive.open("rb") as stream:
        board = read_board(stream)
        verify_board(board)
        return [recorded.data for recorded in board.ballots()]


def test_a_proper_ballot_enters_and_the_board_holds(
    archive: Path, election: SimulatedElection
) -> None:
    first, second = election.ballots
    assert put(archive, first) is Outcome.RECORDED
    assert put(archive, second) is Outcome.RECORDED
    assert ballots_of(archive) == [first.encode(), second.encode()]


def test_what_was_there_before_is_never_touched(archive: Path, election: SimulatedElection) -> None:
    before = archive.read_bytes()
    put(archive, election.ballots[0])
    assert archive.read_bytes()[: len(before)] == before


def test_the_same_ballot_again_is_told_so_and_changes_nothing(
    archive: Path, election: SimulatedElection
) -> None:
    put(archive, election.ballots[0])
    before = archive.read_bytes()
    assert put(archive, election.ballots[0]) is Outcome.ALREADY_RECORDED
    assert archive.read_bytes() == before


def test_the_same_ballot_is_still_told_so_after_closing(
    archive: Path, election: SimulatedElection
) -> None:
    put(archive, election.ballots[0])
    close_election(archive)
    assert put(archive, election.ballots[0]) is Outcome.ALREADY_RECORDED


def refused(archive: Path, ballot: Ballot) -> Outcome:
    before = archive.read_bytes()
    outcome = put(archive, ballot)
    assert archive.read_bytes() == before
    return outcome


def test_a_second_ballot_of_the_same_credential_is_refused(
    archive: Path, election: SimulatedElection
) -> None:
    put(archive, election.ballots[0])
    assert refused(archive, election.cast(0, 1, "another")) is Outcome.CREDENTIAL_USED


def test_a_reserve_credential_is_refused(archive: Path, election: SimulatedElection) -> None:
    assert refused(archive, election.cast(election.electors, 1)) is Outcome.RESERVE


def test_an_unknown_credential_is_refused(archive: Path, election: SimulatedElection) -> None:
    stranger = SimulatedElection(electors=5, seed="box").private_credentials[-1]
    known = {key.reveal().encode() for key in election.private_credentials}
    assert stranger.reveal().encode() not in known
    ballot = _cast_with(election, stranger)
    assert refused(archive, ballot) is Outcome.UNKNOWN_CREDENTIAL


def test_a_ballot_after_closing_is_refused(archive: Path, election: SimulatedElection) -> None:
    put(archive, election.ballots[0])
    close_election(archive)
    assert refused(archive, election.ballots[1]) is Outcome.CLOSED


def test_a_ballot_with_another_ones_ciphertext_is_refused(
    archive: Path, election: SimulatedElection
) -> None:
    first = election.ballots[0]
    box = BallotBox(archive)
    box.record([read_proper_ballot(first.encode(), box.context)])
    second = read_proper_ballot(election.ballots[1].encode(), box.context)
    copied = type(second)(
        second.data, second.credential, (first.unsigned.answers[0].choices[0].alpha,), "tracker"
    )
    assert box.outcome(copied) is Outcome.COPIED


def test_a_batch_takes_what_may_enter_and_refuses_a_repeat_within_it(
    archive: Path, election: SimulatedElection
) -> None:
    box = BallotBox(archive)
    ballots = [election.ballots[0], election.cast(0, 1, "another"), election.ballots[1]]
    outcomes = box.record([read_proper_ballot(each.encode(), box.context) for each in ballots])
    assert outcomes == [Outcome.RECORDED, Outcome.CREDENTIAL_USED, Outcome.RECORDED]
    assert ballots_of(archive) == [each.encode() for each in election.ballots]


@pytest.mark.parametrize("place", [0.01, 0.2, 0.5, 0.8, 0.99])
def test_a_damaged_ballot_is_refused(
    archive: Path, election: SimulatedElection, place: float
) -> None:
    data = election.ballots[0].encode()
    index = int(place * len(data))
    damaged = data[:index] + bytes([data[index] ^ 1]) + data[index + 1 :]
    before = archive.read_bytes()
    with pytest.raises(Refusal, match="ce bulletin est refusé"):
        record_ballot(archive, damaged)
    assert archive.read_bytes() == before


def test_a_ballot_of_another_election_is_refused(archive: Path) -> None:
    other = SimulatedElection(votes=(0,), electors=4, seed="another")
    with pytest.raises(Refusal, match="ce bulletin est refusé"):
        record_ballot(archive, other.ballots[0].encode())


def test_nobody_votes_before_the_trustees_have_signed(
    archive: Path, election: SimulatedElection
) -> None:
    (archive.parent / SIGNATURES_NAME).unlink()
    with pytest.raises(Refusal, match="n'a pas été ouvert"):
        put(archive, election.ballots[0])


def test_signatures_of_another_election_open_nothing(
    archive: Path, election: SimulatedElection
) -> None:
    other = SimulatedElection(votes=(0,), electors=4, seed="another")
    (archive.parent / SIGNATURES_NAME).write_bytes(other.setup_signatures.encode())
    with pytest.raises(Unreadable, match="signatures d'ouverture"):
        put(archive, election.ballots[0])


def test_too_few_or_changed_signatures_open_nothing(
    archive: Path, election: SimulatedElection
) -> None:
    signed = election.setup_signatures
    first, second = signed.signatures
    exchanged = replace(first, signature=second.signature)
    for signatures in ((first,), (first, first), (second, first), (exchanged, second)):
        (archive.parent / SIGNATURES_NAME).write_bytes(
            replace(signed, signatures=signatures).encode()
        )
        with pytest.raises(Unreadable, match="signatures d'ouverture"):
            put(archive, election.ballots[0])


def test_what_an_interrupted_append_left_is_cut_off(
    archive: Path, election: SimulatedElection
) -> None:
    put(archive, election.ballots[0])
    whole = archive.read_bytes()
    put(archive, election.ballots[1])
    complete = archive.read_bytes()
    for length in range(len(whole) + 1, len(complete), 997):
        archive.write_bytes(complete[:length])
        assert put_after_mending(archive, election.ballots[1]) is Outcome.RECORDED
        assert archive.read_bytes() == complete


def test_a_full_disk_leaves_the_box_as_it_was(archive: Path, election: SimulatedElection) -> None:
    put(archive, election.ballots[0])
    before = archive.read_bytes()
    size = len(before)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        for room in (0, 1, 511, 512, 3000):
            resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, hard))
            with pytest.raises(Unreadable, match="rien n'a été ajouté"):
                put(archive, election.ballots[1])
            assert archive.read_bytes() == before
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert put(archive, election.ballots[1]) is Outcome.RECORDED


def test_a_box_whose_file_moved_meanwhile_writes_nothing(
    archive: Path, election: SimulatedElection
) -> None:
    box = BallotBox(archive)
    ballot = read_proper_ballot(election.cast(0, 1, "another").encode(), box.context)
    put(archive, election.ballots[0])
    before = archive.read_bytes()
    with pytest.raises(Refusal, match="a changé entre-temps"):
        box.record([ballot])
    assert archive.read_bytes() == before


def test_a_ballot_is_tried_again_when_another_came_first(
    archive: Path, election: SimulatedElection, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = election.ballots
    append = append_entries

    def overtaken(path: Path, entries: Sequence[NewEntry], *, expected: Head | None) -> Head:
        monkeypatch.setattr(box_module, "append_entries", append)
        put(archive, other)
        return append(path, entries, expected=expected)

    monkeypatch.setattr(box_module, "append_entries", overtaken)
    assert put(archive, mine) is Outcome.RECORDED
    assert ballots_of(archive) == [other.encode(), mine.encode()]


def test_two_processes_at_once_record_a_credential_once(
    archive: Path, election: SimulatedElection, tmp_path: Path
) -> None:
    program = (
        "import sys; from pathlib import Path; from evote.election.box import record_ballot;"
        "print(record_ballot(Path(sys.argv[1]), Path(sys.argv[2]).read_bytes())[0].name)"
    )
    running = []
    for number in range(3):
        path = tmp_path / f"ballot-{number}.json"
        path.write_bytes(election.cast(0, number, f"try {number}").encode())
        command = [sys.executable, "-c", program, str(archive), str(path)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        running.append(
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        )
    outcomes = sorted(process.communicate()[0].strip() for process in running)
    assert outcomes == ["CREDENTIAL_USED", "CREDENTIAL_USED", "RECORDED"]
    assert len(ballots_of(archive)) == 1


def test_the_vote_stays_open_while_ballots_and_sign_ins_differ(
    archive: Path, election: SimulatedElection
) -> None:
    put(archive, election.ballots[0])
    with pytest.raises(Refusal, match="1 bulletin dans l'urne et 2 émargements"):
        close_election(archive, sign_ins=2)
    with archive.open("rb") as stream:
        assert read_board(stream).state is BoardState.OPEN
    assert close_election(archive, sign_ins=1).ballots == 1


def test_an_election_is_closed_once(archive: Path, election: SimulatedElection) -> None:
    close_election(archive)
    before = archive.read_bytes()
    with pytest.raises(Refusal, match="déjà clos"):
        close_election(archive)
    assert archive.read_bytes() == before


def test_an_empty_box_closes_too(archive: Path, election: SimulatedElection) -> None:
    assert close_election(archive).ballots == 0
    with archive.open("rb") as stream:
        board = read_board(stream)
        verify_board(board)
        assert board.require_tally().sized.num_tallied == 0


def _cast_with(election: SimulatedElection, credential: Secret[Scalar]) -> Ballot:
    unsigned, _ = make_unsigned_ballot(election.election.context, credential, election.vote(0))
    return sign_ballot(unsigned, credential)
