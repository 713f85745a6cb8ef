# SPDX-License-Identifier: AGPL-3.0-or-later
"""A promised ballot that comes late is told in the round in which it comes; a server that was away
across the time, or whose machine slept, is not accused, nor is one by a machine of another hour."""

from __future__ import annotations

import json

import pytest

from audit.evidence import judge_evidence
from audit.evidence_parts import LATE_SECONDS
from tests.tamper.forge.texts import canonical
from tests.tamper.test_witnesses import A, B
from tests.watching import board as boards
from tests.watching.attacks import promised
from tests.watching.board import KEYS, STEP, TestBoard
from tests.watching.conftest import Watching
from tests.watching.test_ends import cosign, witnessed
from tests.watching.watched import Watched

HOUR = 3600


def pass_rounds(watched: Watched, seconds: int, *, restarted: bool = False) -> list[str]:
    kinds = []
    for _ in range(seconds // STEP):
        watched.board.pass_time()
        if restarted:
            watched.restart()
        kinds += [alarm.kind for alarm in watched.round()]
    return kinds


def publish_promised(board: TestBoard) -> None:
    board.stopped = False
    board.logs.cast(canonical({"ballot": "promised"}))


@pytest.mark.parametrize("ahead", [0, -HOUR // 2, 5 * HOUR])
@pytest.mark.parametrize("restarted", [False, True])
def test_a_late_ballot_is_told_when_it_comes_whatever_the_hour_here(
    ahead: int,
    restarted: bool,  # noqa: FBT001
    board: TestBoard,
    watched: Watched,
) -> None:
    watched.ahead = ahead
    assert set(pass_rounds(watched, 2 * STEP)) <= {"ahead"}
    promised(board, watched, board.now + 5 * STEP)
    board.stopped = True
    pass_rounds(watched, 40 * STEP, restarted=restarted)
    assert "promise-late" not in watched.kinds()
    publish_promised(board)
    assert pass_rounds(watched, STEP, restarted=restarted) == ["promise-late"]
    name = watched.alarms[-1].evidence
    assert name is not None
    held = judge_evidence((watched.folder / "evidence" / name).read_bytes()).held
    assert not held.convicts
    assert pass_rounds(watched, 5 * STEP, restarted=restarted) == []  # said once


@pytest.mark.parametrize("minutes", range(1, 5 + LATE_SECONDS // 60))
def test_what_is_a_little_late_is_no_alarm(
    minutes: int, board: TestBoard, watched: Watched
) -> None:
    """A step that is slow under load: the promise has minutes to spare, and this has more."""
    promised(board, watched, board.now + 5 * STEP)
    board.stopped = True
    assert pass_rounds(watched, minutes * STEP) == []
    publish_promised(board)
    assert pass_rounds(watched, 3 * STEP) == []


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("away", [8, 15, 30, 50])
def test_a_server_that_was_away_across_the_time_is_not_accused(
    away: int,
    restarted: bool,  # noqa: FBT001
    board: TestBoard,
    watched: Watched,
) -> None:
    """When it is back it shows the old state for a moment, and steps."""
    assert pass_rounds(watched, 3 * STEP) == []
    promised(board, watched, board.now + 6 * STEP)
    board.stopped, board.down = True, True
    assert pass_rounds(watched, away * STEP, restarted=restarted) == []
    board.down = False
    board.now += 2
    if restarted:
        watched.restart()
    assert watched.round() == []
    publish_promised(board)
    board.now += 2
    board.publish()
    if restarted:
        watched.restart()
    assert watched.round() == []
    assert pass_rounds(watched, 3 * STEP, restarted=restarted) == []


def test_a_watcher_that_slept_across_the_time_accuses_nobody(
    board: TestBoard, watched: Watched
) -> None:
    """The ballot came in time, in a step that nobody here saw."""
    assert pass_rounds(watched, 3 * STEP) == []
    promised(board, watched, board.now + 6 * STEP)
    board.now += 2 * HOUR
    publish_promised(board)
    board.publish()
    assert watched.round() == []
    assert pass_rounds(watched, 3 * STEP) == []


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("standing", [10, 120])
def test_a_server_whose_clock_is_set_forward_is_not_accused(
    standing: int,
    restarted: bool,  # noqa: FBT001
    board: TestBoard,
    watched: Watched,
) -> None:
    """Nothing was to be published for long; the ballot came in time, by the clock as it was."""
    board.stopped = True
    pass_rounds(watched, standing * STEP, restarted=restarted)
    watched.alarms.clear()
    promised(board, watched, board.now + 15 * STEP)
    board.now += HOUR // 2
    watched.ahead -= HOUR // 2
    publish_promised(board)
    assert set(pass_rounds(watched, 3 * STEP, restarted=restarted)) <= {"ahead"}


def test_a_promise_that_was_broken_before_it_was_entrusted_convicts(
    board: TestBoard, watched: Watched
) -> None:
    """What was signed after its time without the ballot is in the diary, though it came later."""
    until = board.now + 2 * STEP
    assert pass_rounds(watched, 5 * STEP) == []
    at = board.now
    promised(board, watched, until)
    publish_promised(board)
    assert pass_rounds(watched, STEP) == ["promise-broken"]
    assert board.now == at + STEP


def test_evidence_of_a_late_ballot_rests_on_the_logs_own_lines_alone(
    monkeypatch: pytest.MonkeyPatch, watching: Watching
) -> None:
    monkeypatch.setattr(boards, "whole", witnessed)
    board = TestBoard()
    cosign(board, A, B)
    watched = watching(board, "store")
    assert pass_rounds(watched, STEP) == []
    cosign(board, A, B)
    promised(board, watched, board.now + 5 * STEP)
    board.stopped = True
    pass_rounds(watched, 40 * STEP)
    publish_promised(board)
    assert pass_rounds(watched, STEP) == ["promise-late"]
    (path,) = (watched.folder / "evidence").iterdir()
    evidence = json.loads(path.read_bytes())
    own = f"\n\u2014 {KEYS['board'].name} "
    for member in ("before", "checkpoint"):
        text = evidence[member]
        assert text.count("\n\u2014 ") == text.count(own) == 2
