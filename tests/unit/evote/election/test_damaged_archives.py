# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an archive loses to a power cut is set aside and told; nothing else is ever cut: §10.2."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from evote.cli import main
from evote.election.reading import SIGNATURES_NAME
from protocol.board import read_board
from protocol.events import EventKind
from tests.simulator import SimulatedElection

ELECTION = SimulatedElection(votes=(0, 1, None, 0, 0, 0), electors=8, seed="damaged")


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """The archive of an open vote with six acknowledged ballots, and one more ballot to record."""
    path = tmp_path / f"{ELECTION.uuid}.bel"
    path.write_bytes(ELECTION.archive(EventKind.BALLOT))
    (tmp_path / SIGNATURES_NAME).write_bytes(ELECTION.setup_signatures.encode())
    (tmp_path / "ballot.json").write_bytes(ELECTION.cast(7, 0).encode())
    return path


@pytest.fixture(autouse=True)
def within_the_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evote.cli.ballot_record.require_hours_to_record", lambda _evote: None)


def record(box: Path) -> int:
    return main(["ballot", "record", "--archive", str(box), str(box.parent / "ballot.json")])


def ballots(box: Path) -> int:
    with box.open("rb") as stream:
        return read_board(stream).ballot_count


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def in_first_ballot(data: bytes) -> int:
    return data.index(b'"credential":"') + 30


def assert_untouched(box: Path, data: bytes) -> None:
    assert box.read_bytes() == data
    assert {path.name for path in box.parent.iterdir()} == {
        *(box.name, SIGNATURES_NAME, "ballot.json"),
    }


def test_a_damaged_ballot_with_whole_ones_behind_it_is_never_cut_off(
    box: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = box.read_bytes()
    for damaged in (
        flipped(data, in_first_ballot(data)),
        flipped(data, in_first_ballot(data)) + b"\n",  # an editor's newline, a torn addition
    ):
        box.write_bytes(damaged)
        assert record(box) == 1
        assert "abîmée" in capsys.readouterr().err
        assert_untouched(box, damaged)


def test_a_damaged_last_event_is_never_cut_off(
    box: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = flipped(box.read_bytes(), len(box.read_bytes()) - 512 + 5)
    box.write_bytes(damaged)
    assert record(box) == 1
    assert "abîmée" in capsys.readouterr().err
    assert_untouched(box, damaged)


@pytest.mark.parametrize("tail", [b"", b"\n"])
def test_a_finished_archive_is_never_cut_off(
    box: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], tail: bytes
) -> None:
    data = ELECTION.archive()
    damaged = flipped(data, in_first_ballot(data)) + tail
    for command in (
        ["election", "close", str(box)],
        ["election", "publish", str(box), "--out", str(tmp_path / "out")],
        ["ballot", "record", "--archive", str(box), str(tmp_path / "ballot.json")],
    ):
        box.write_bytes(damaged)
        assert main(command) == 1, command
        assert capsys.readouterr().err
        assert_untouched(box, damaged)


def test_recording_says_how_much_was_set_aside_and_where(
    box: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = box.read_bytes()
    assert record(box) == 0
    complete = box.read_bytes()
    box.write_bytes(complete[:-700])
    capsys.readouterr()
    assert record(box) == 0
    kept = box.with_name(f"{box.name}.cut-1")
    told = capsys.readouterr().out.split("\n")[0]
    size = len(complete) - 700 - len(whole)
    assert f"{size} octets" in told
    assert kept.name in told
    assert kept.read_bytes() == complete[len(whole) : -700]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert box.read_bytes() == complete
    assert ballots(box) == 7


def test_closing_and_publishing_mend_nothing(
    box: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torn = box.read_bytes()[:-700]
    box.write_bytes(torn)
    assert main(["election", "close", str(box)]) == 1
    told = capsys.readouterr().err
    assert "ajout interrompu" in told
    assert "evote ballot record" in told
    assert_untouched(box, torn)
    assert main(["election", "publish", str(box), "--out", str(tmp_path / "out")]) == 1
    assert_untouched(box, torn)


def test_the_torn_archive_of_a_closed_vote_is_left_to_a_person(
    box: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Inside the second event of closing, and exactly between the two.
    for torn in (
        ELECTION.archive(EventKind.ENCRYPTED_TALLY)[:-700],
        ELECTION.archive(EventKind.END_BALLOTS),
    ):
        box.write_bytes(torn)
        assert record(box) == 1
        assert capsys.readouterr().err
        assert main(["election", "close", str(box)]) == 1
        assert "la copie faite avant de clore" in capsys.readouterr().err
        assert_untouched(box, torn)


def test_a_vote_that_was_not_opened_is_not_mended(
    box: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torn = box.read_bytes()[:-700]
    box.write_bytes(torn)
    (box.parent / SIGNATURES_NAME).unlink()
    assert record(box) == 1
    assert "n'a pas été ouvert" in capsys.readouterr().err
    assert box.read_bytes() == torn
