# SPDX-License-Identifier: AGPL-3.0-or-later
"""An alarm is said once, and what is another fault, or a far greater one, is said all the same."""

from __future__ import annotations

import pytest

from tests.watching.attacks import ARCHIVE, HOUR
from tests.watching.attacks_on_steps import refusing
from tests.watching.board import STEP, Shown, TestBoard, View, copied, publication
from tests.watching.watched import Watched

DAY = 24 * HOUR


def kinds(watched: Watched) -> list[str]:
    return [alarm.kind for alarm in watched.round()]


def archive_of(body: bytes) -> View:
    """This in place of the archive, for everybody."""
    return lambda _, path, agent: body if path == ARCHIVE else None


def sign_ahead(board: TestBoard, seconds: int) -> None:
    board.published.append(Shown(copied(board.logs), publication(board.logs, board.now + seconds)))


def test_a_clock_a_day_ahead_is_said_after_one_of_minutes(
    board: TestBoard, watched: Watched
) -> None:
    told = []
    for seconds in (301, 310, 599, DAY, DAY - STEP, 2 * DAY, 301):
        board.cast()
        sign_ahead(board, seconds)
        told.append("ahead" in kinds(watched))
        board.published.pop()
    assert told == [True, False, False, True, False, True, False]
    sentences = [alarm.sentence.fr for alarm in watched.alarms if alarm.kind == "ahead"]
    assert ["rien ne dirait" in sentence for sentence in sentences] == [False, True, True]


def test_a_clock_that_is_always_ahead_is_said_few_times(board: TestBoard, watched: Watched) -> None:
    for seconds in range(301, 301 + 300 * 30, 30):
        sign_ahead(board, seconds)
        watched.round()
        board.published.pop()
    assert watched.kinds().count("ahead") == 5  # twice, four, eight and sixteen times as much


def test_an_older_state_is_said_after_one_that_is_a_little_old(
    board: TestBoard, watched: Watched
) -> None:
    states = [board.shown]
    for _ in range(12):
        board.cast()
        board.pass_time()
        assert watched.round() == []
        states.append(board.shown)
    told = []
    for shown in (states[-2], states[-1], states[-2], states[0], states[-1], states[0]):
        board.now += STEP
        board.published.append(shown)
        told.append("old-again" in kinds(watched))
    assert told == [True, False, False, True, False, False]


@pytest.mark.parametrize("places", [(5000, 5000), (5000, 9000)])
def test_bytes_that_are_rewritten_elsewhere_are_said_again(
    places: tuple[int, int], board: TestBoard, watched: Watched
) -> None:
    """What differs is a datum of the set-up: no event's hash shows it."""
    told = []
    for at in places:
        board.pass_time()
        body = bytearray(board.shown.body("board"))
        body[at] ^= 1
        board.view = archive_of(bytes(body))
        told.append("rewritten" in kinds(watched))
        board.view = lambda *_: None
        assert kinds(watched) == []
    assert told == [True, places[0] != places[1]]


def test_a_second_hour_without_what_is_signed_is_said_again(
    board: TestBoard, watched: Watched
) -> None:
    for _ in range(2):
        board.view = refusing
        found = []
        for _ in range(HOUR // STEP + 10):
            board.cast()
            board.pass_time()
            found += kinds(watched)
        assert found == ["withheld"] * 3
        board.view = lambda *_: None
        board.pass_time()
        assert kinds(watched) == []


def test_the_same_old_state_is_said_again_when_far_more_is_gone(
    board: TestBoard, watched: Watched
) -> None:
    first, told = board.shown, []
    for more in (2, 1, 12):
        for _ in range(more):
            board.cast()
            board.pass_time()
            watched.round()
        board.now += STEP
        board.published.append(first)
        told.append("old-again" in kinds(watched))
        board.published.pop()
    assert told == [True, False, True]
