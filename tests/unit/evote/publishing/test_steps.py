# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a step is due, and of which time it is: docs/protocol.md §18.7."""

from __future__ import annotations

import pytest

from evote.database.elections import State
from evote.publishing.steps import is_due, step_time

BEFORE_AND_AFTER = [State.SEALED, State.CLOSED, State.TALLIED, State.ARCHIVED, State.CANCELLED]


@pytest.mark.parametrize("state", [State.OPEN, State.SUSPENDED])
def test_while_ballots_can_come_in_steps_are_on_the_clock(state: State) -> None:
    assert [step_time(state, now, 60) for now in (0, 59, 60, 119, 120)] == [0, 0, 60, 60, 120]
    assert step_time(state, 119, 0) == 119
    due = [now for now in range(60, 400) if is_due(state, 60, now, 60, grown=True)]
    assert due == list(range(120, 400))
    assert is_due(state, 60, 120, 60, grown=False)
    assert not is_due(state, 97, 119, 60, grown=True)  # published at once at the opening
    assert is_due(state, 97, 120, 60, grown=True)


@pytest.mark.parametrize("state", BEFORE_AND_AFTER)
@pytest.mark.parametrize("seconds", [0, 60, 600])
def test_otherwise_each_change_is_published_at_once(state: State, seconds: int) -> None:
    assert step_time(state, 119, seconds) == 119
    for now in (0, 60, 61, 10**9):
        assert is_due(state, 60, now, seconds, grown=True)
        assert not is_due(state, 60, now, seconds, grown=False)


def test_without_a_clock_a_step_follows_each_ballot_and_each_idle_minute() -> None:
    assert is_due(State.OPEN, 60, 60, 0, grown=True)
    assert not is_due(State.OPEN, 60, 119, 0, grown=False)
    assert is_due(State.OPEN, 60, 120, 0, grown=False)
    assert is_due(State.OPEN, 120, 60, 0, grown=False)


def test_a_clock_that_was_set_back_stops_no_steps() -> None:
    """Another machine's that is a little behind makes none either."""
    assert not is_due(State.OPEN, 600, 599, 60, grown=True)
    assert not is_due(State.OPEN, 600, 540, 60, grown=True)
    assert is_due(State.OPEN, 600, 480, 60, grown=True)
    assert is_due(State.OPEN, 600 + 86_400, 600, 60, grown=True)
