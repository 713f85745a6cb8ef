# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turnout moves by whole hours and by ten at least, and is whole after closing."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from evote.clock import HOUR
from evote.roll.turnout import FEWEST_NEW, TurnoutStep, turnout_steps

MORNING = 500_000 * HOUR


def hours(*counts: int) -> list[tuple[int, int]]:
    return [(MORNING + i * HOUR, count) for i, count in enumerate(counts)]


def test_nothing_is_shown_of_an_hour_that_has_not_ended() -> None:
    assert turnout_steps(hours(25), MORNING + HOUR - 1) == ()
    assert turnout_steps(hours(25), MORNING + HOUR) == (TurnoutStep(MORNING + HOUR, 25),)


def test_fewer_than_ten_wait_for_others() -> None:
    late = MORNING + 9 * HOUR
    assert turnout_steps(hours(9), late) == ()
    assert turnout_steps(hours(9, 1, 9), late) == (TurnoutStep(MORNING + 2 * HOUR, 10),)


def test_after_closing_the_number_is_whole() -> None:
    closing = MORNING + HOUR + 60
    assert turnout_steps(hours(12, 3), closing + 1, closing) == (
        TurnoutStep(MORNING + HOUR, 12),
        TurnoutStep(closing, 15),
    )
    assert turnout_steps(hours(), closing, closing) == ()


@given(st.lists(st.integers(0, 40), max_size=30), st.integers(0, 30 * HOUR))
def test_no_step_says_who_came_in_a_small_crowd(counts: list[int], elapsed: int) -> None:
    steps = turnout_steps(hours(*counts), MORNING + elapsed)
    shown = [0, *(step.signed_in for step in steps)]
    assert all(b - a >= FEWEST_NEW for a, b in pairwise(shown))
    assert all(step.at <= MORNING + elapsed and step.at % HOUR == 0 for step in steps)
