# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far a promise may go is judged by the time that it is now, and by a board that is shown now:
docs/protocol.md §20.1."""

from __future__ import annotations

from tests.watching.attacks import promised
from tests.watching.board import STEP, TestBoard
from tests.watching.watched import Watched

DAY = 86_400


def a_day_later(board: TestBoard, watched: Watched, until: int) -> None:
    """A store of yesterday, of which the watch goes on; the server is silent."""
    board.pass_time()
    assert watched.round() == []
    board.now += DAY
    board.down = True
    promised(board, watched, board.now + until)
    watched.restart()


def test_an_honest_promise_is_not_judged_by_yesterdays_checkpoint(
    board: TestBoard, watched: Watched
) -> None:
    a_day_later(board, watched, 5 * STEP)
    assert watched.round() == []


def test_no_promise_is_too_far_for_a_board_that_is_not_shown(
    board: TestBoard, watched: Watched
) -> None:
    """Its last stamp may be any by now; once it is shown, the promise is judged by it."""
    a_day_later(board, watched, DAY)
    assert watched.round() == []
    board.down = False
    board.publish()
    assert [alarm.kind for alarm in watched.round()] == ["promise-too-far"]
    assert watched.alarms[-1].evidence is not None


def test_a_promise_that_no_clock_allows_is_told_without_a_board(
    board: TestBoard, watched: Watched
) -> None:
    a_day_later(board, watched, 10**10 - 1 - board.now - DAY - STEP)
    assert [alarm.kind for alarm in watched.round()] == ["promise-beyond"]
