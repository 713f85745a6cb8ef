# SPDX-License-Identifier: AGPL-3.0-or-later
"""No minutes without a verified archive, whichever way they are asked for: §11, §12."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evote.cli import main
from evote.election.publishing import publish_result
from evote.errors import Refusal
from evote.minutes import read_outcome
from protocol.encoding import decode_json, encode_json
from protocol.events import EventKind
from tests.simulator import SimulatedElection, write_archive

ELECTION = SimulatedElection(votes=(0, 0, 0, 0, 2, 0, 1, 2), electors=10, seed="publishing")
FIRST, SECOND, _ = ELECTION.candidate_lists
Forgery = Callable[[dict[str, Any]], None]


def other_votes(result: dict[str, Any]) -> None:
    """Every vote to the second list, seats and names following."""
    result["result"] = [[0, 0, 8, 0]]
    first, second, third = result["evote"]["seats"]["lists"]
    for none in (first, third):
        none.update(votes=0, seats=0, titulaires=[], suppleants=[])
    names = list(SECOND.candidates)
    second.update(votes=8, seats=2, titulaires=names[:2], suppleants=names[2:])


def other_names(result: dict[str, Any]) -> None:
    """The true votes and seats, and the first list's candidates in another order."""
    first = result["evote"]["seats"]["lists"][0]
    first.update(titulaires=first["suppleants"], suppleants=first["titulaires"])


def other_seats(result: dict[str, Any]) -> None:
    """The true votes, and the seat of the third list to the first."""
    first, _, third = result["evote"]["seats"]["lists"]
    names = list(FIRST.candidates)
    first.update(seats=2, titulaires=names[:2], suppleants=names[2:])
    third.update(seats=0, titulaires=[], suppleants=[])


def other_sign_ins(result: dict[str, Any]) -> None:
    result["evote"]["sign_ins"] = 10


def finished(folder: Path, forge: Forgery = lambda _: None) -> Path:
    entries = ELECTION.entries()
    result: Any = decode_json(entries[-1][1][0])
    forge(result)
    path = folder / f"{ELECTION.uuid}.bel"
    path.write_bytes(write_archive([*entries[:-1], (EventKind.RESULT, [encode_json(result)])]))
    return path


def test_the_minutes_of_a_sound_archive_are_written(tmp_path: Path) -> None:
    archive = finished(tmp_path)
    assert main(["election", "publish", str(archive), "--out", str(tmp_path / "out")]) == 0
    minutes = (tmp_path / "out" / "minutes.txt").read_text("utf-8").replace("\u00a0", " ")
    assert FIRST.candidates[0] in minutes
    assert (tmp_path / "out" / "result.json").exists()


@pytest.mark.parametrize("forge", [other_votes, other_names, other_seats, other_sign_ins])
def test_a_forged_archive_gives_no_minutes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], forge: Forgery
) -> None:
    archive = finished(tmp_path, forge)
    assert archive.read_bytes() != ELECTION.archive()
    assert main(["election", "publish", str(archive), "--out", str(tmp_path / "out")]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "n'est pas valable" in captured.err
    assert not (tmp_path / "out").exists()
    with pytest.raises(Refusal, match="n'est pas valable"):
        read_outcome(archive)


def test_a_forged_box_gives_no_result(tmp_path: Path) -> None:
    entries = ELECTION.entries(EventKind.ENCRYPTED_TALLY)
    without_a_ballot = [*entries[:2], *entries[3:]]
    archive = tmp_path / f"{ELECTION.uuid}.bel"
    archive.write_bytes(write_archive(without_a_ballot))
    before = archive.read_bytes()
    with pytest.raises(Refusal, match="n'est pas valable"):
        publish_result(archive, {})
    assert archive.read_bytes() == before


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        (EventKind.RESULT, "le résultat est déjà publié"),
        (EventKind.BALLOT, "le vote n'est pas clos"),
        (EventKind.END_BALLOTS, "le vote n'est pas clos"),
    ],
)
def test_a_result_is_published_once_after_closing(
    tmp_path: Path, until: EventKind, sentence: str
) -> None:
    archive = tmp_path / f"{ELECTION.uuid}.bel"
    archive.write_bytes(ELECTION.archive(until))
    before = archive.read_bytes()
    with pytest.raises(Refusal, match=sentence):
        publish_result(archive, {})
    assert archive.read_bytes() == before
