# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots that come when the vote was to be over: told by a watcher, as the verifier cannot."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from audit import cli
from audit.promises import LONGEST
from tests.watching.board import STEP, UUID, TestBoard, states
from tests.watching.conftest import Watching
from tests.watching.http_board import serving
from tests.watching.test_command import SCHEMA
from tests.watching.test_old_states import AMENDED_END
from tests.watching.watched import Watched

LAST = AMENDED_END + LONGEST  # when a ballot of the last moment was to be published


def told(board: TestBoard, watched: Watched, now: int, *, cast: bool) -> int | None:
    board.now = now
    if cast:
        board.cast()
    board.publish()
    assert watched.round() == []
    return watched.watcher.phase.unclosed


def test_ballots_after_the_end_are_known_by_the_stamps(board: TestBoard, watched: Watched) -> None:
    """Also where this machine's clock is another, and over a restart."""
    watched.ahead = 600
    said = [
        told(board, watched, AMENDED_END, cast=True),
        told(board, watched, LAST, cast=True),
        told(board, watched, LAST + STEP, cast=True),  # published before anything was after it
        told(board, watched, LAST + 2 * STEP, cast=False),
        told(board, watched, LAST + 3 * STEP, cast=True),
    ]
    assert said == [None, None, None, None, AMENDED_END]
    watched.restart()
    assert told(board, watched, LAST + 4 * STEP, cast=False) == AMENDED_END


def test_a_server_that_was_away_at_the_end_publishes_what_it_had(
    board: TestBoard, watched: Watched
) -> None:
    board.cast()
    board.down = True
    board.now = LAST + 60 * STEP
    watched.round()
    board.down = False
    assert watched.round() == []  # the old state, which is stamped before
    assert told(board, watched, board.now + STEP, cast=False) is None
    assert told(board, watched, board.now + STEP, cast=False) is None


def test_an_honest_end_has_none(watching: Watching) -> None:
    board = TestBoard(len(states()) - 1)
    board.booth = {}
    board.now = LAST + 60 * STEP
    board.publish()
    watched = watching(board, "store")
    assert watched.round() == []
    assert watched.watcher.phase.unclosed is None


def test_it_is_said_once_and_is_no_alarm(
    board: TestBoard,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """That these ballots are of no voter is another thing, which the verifier sees."""
    monkeypatch.setattr("time.time", lambda: float(board.now))
    board.now, events = LAST + STEP, []
    with serving(board) as host:
        command = ["watch", f"http://{host}/e/{UUID}", "--store", str(tmp_path / "s"), "--once"]
        for _ in range(3):
            board.now += STEP
            board.cast()
            board.publish()
            assert cli.main([*command, "--json"]) == 1
            events += [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for event in events:
        jsonschema.validate(event, json.loads(SCHEMA.read_text("utf-8")))
    assert [event["event"] for event in events].count("unclosed") == 1
    assert {event["kind"] for event in events if event["event"] == "alarm"} == {"invalid"}
