# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server that shows somebody a state from before: of the sealing, of a suspension, of an end that
did not come. Its signatures are good and nothing contradicts them; only time and promises tell."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from audit import cli
from audit.evidence import judge_evidence
from audit.watching.clock import AHEAD_SECONDS
from audit.watching.phase import MARGIN_SECONDS
from tests.tamper.forge.journal import CLOSES_AT, OPENS_AT
from tests.tamper.forge.texts import canonical
from tests.watching.attacks import promised
from tests.watching.board import STEP, UUID, TestBoard, first_open
from tests.watching.conftest import Watching
from tests.watching.http_board import serving
from tests.watching.test_command import SCHEMA
from tests.watching.watched import Watched

HOUR = 3600
AMENDED_END = 1791604200  # of the grace: the forged journal puts the closing an hour off


@pytest.fixture
def sealed() -> TestBoard:
    """A server that shows for ever what there was before the opening."""
    return TestBoard(first_open() - 1)


def pass_rounds(watched: Watched, seconds: int) -> list[str]:
    """Nothing changes and the clock goes on: what is alarmed."""
    kinds = []
    for _ in range(seconds // STEP):
        watched.board.now += STEP
        kinds += [alarm.kind for alarm in watched.round()]
    return kinds


def test_a_promise_is_overdue_where_only_the_sealing_is_shown(
    sealed: TestBoard, watching: Watching
) -> None:
    watched = watching(sealed, "store")
    assert watched.round() == []
    promised(sealed, watched, sealed.now + 5 * STEP)
    assert pass_rounds(watched, HOUR + 5 * STEP) == []
    assert pass_rounds(watched, 2 * STEP) == ["promise-overdue"]
    assert pass_rounds(watched, HOUR) == []  # said once
    name = watched.alarms[0].evidence
    assert name is not None
    held = judge_evidence((watched.folder / "evidence" / name).read_bytes()).held
    assert not held.convicts
    assert "plus d'une heure après" in held.sentence.fr


def test_a_promise_that_waits_for_a_server_that_is_away_is_not_overdue(
    sealed: TestBoard, watching: Watching
) -> None:
    watched = watching(sealed, "store")
    assert watched.round() == []
    promised(sealed, watched, sealed.now + 5 * STEP)
    sealed.down = True
    assert pass_rounds(watched, 2 * HOUR) == []
    watched.restart()
    sealed.now += HOUR
    assert watched.round() == []


def test_a_watcher_that_slept_finds_a_kept_promise_kept(board: TestBoard, watched: Watched) -> None:
    promised(board, watched, board.now + 5 * STEP)
    board.logs.cast(canonical({"ballot": "promised"}))
    board.now += 9 * HOUR
    board.publish()
    assert watched.round() == []


def test_an_opening_that_is_not_shown_is_known_when_its_time_is_past(
    sealed: TestBoard, watching: Watching
) -> None:
    sealed.now = OPENS_AT + AHEAD_SECONDS
    sealed.publish()
    watched = watching(sealed, "store")
    said = [watched.watcher.phase.unopened]
    assert watched.round() == []
    said.append(watched.watcher.phase.unopened)
    sealed.now += 1
    said.append(watched.watcher.phase.unopened)
    sealed.logs = TestBoard().logs
    sealed.pass_time()
    assert watched.round() == []
    said.append(watched.watcher.phase.unopened)
    assert said == [None, None, OPENS_AT, None]


def test_an_election_that_is_cancelled_is_watched_until_it_would_have_closed(
    board: TestBoard, watched: Watched
) -> None:
    """Calmly: a server that stands still after its end is in order (§18.7)."""
    board.logs.tell("cancelled", CANCELLED)
    board.pass_time()
    board.stopped = True
    phase = watched.watcher.phase
    until = AMENDED_END + MARGIN_SECONDS
    for now in (board.now, board.now + 9 * HOUR, CLOSES_AT, AMENDED_END, until):
        board.now = now
        assert watched.round() == []
        assert (phase.over, phase.cancelled_until) == (False, until)
        assert not phase.stepping
    board.now += 1
    assert watched.round() == []
    assert phase.over


def test_an_end_that_was_a_lie_is_seen_by_whoever_watched_on(
    board: TestBoard, watched: Watched
) -> None:
    board.logs.tell("cancelled", CANCELLED)
    board.pass_time()
    assert watched.round() == []
    board.logs.lines.pop()
    board.logs.tell("incident", {"note": "Une file d'attente"})
    board.cast()
    board.pass_time()
    assert "fork" in [alarm.kind for alarm in watched.round()]


CANCELLED = {
    "reason": "Une erreur dans les listes",
    "persons": [
        {"name": "Claire Martin", "role": "Directrice"},
        {"name": "Paul Durand", "role": "Enseignant"},
    ],
}


# ------------------------------------------------------------------ what is said of it


@pytest.fixture(autouse=True)
def _after_the_end(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command reads this machine's clock, which is put to after the forged election."""
    if "capsys" in request.fixturenames:
        monkeypatch.setattr("time.time", lambda: float(AMENDED_END + MARGIN_SECONDS + 1))


def events_of(
    board: TestBoard, folder: Path, *more: str, capsys: pytest.CaptureFixture[str]
) -> list[str]:
    """The events of one visit, by the schema."""
    with serving(board) as host:
        url = f"http://{host}/e/{UUID}"
        assert cli.main(["watch", url, "--store", str(folder), "--json", *more]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for line in lines:
        jsonschema.validate(line, json.loads(SCHEMA.read_text("utf-8")))
    return [line["event"] for line in lines if line["event"] != "trouble"]


def test_an_opening_that_is_missing_is_said_once_and_is_no_alarm(
    sealed: TestBoard, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = events_of(sealed, tmp_path / "s", "--once", capsys=capsys)
    assert events == ["started", "elsewhere", "compare", "unopened", "verified", "ended"]
    events = events_of(sealed, tmp_path / "s", "--once", capsys=capsys)
    assert events == ["started", "elsewhere", "verified", "ended"]


def test_a_cancelled_election_whose_time_is_past_ends_the_watch_calmly(
    board: TestBoard, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board.logs.tell("cancelled", CANCELLED)
    board.pass_time()
    events = events_of(board, tmp_path / "s", capsys=capsys)  # and not --once
    assert events == ["started", "elsewhere", "compare", "cancelled", "verified", "ended"]
