# SPDX-License-Identifier: AGPL-3.0-or-later
"""A clock that jumps ahead is not believed for an hour; one that goes in step always is."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evote.clock import HOUR, steady_clock
from evote.clock_watch import HOLD_OFF_SECONDS, JUMP_SECONDS, ClockWatch

NOON = 1_790_000_000
MINUTE = 60


@dataclass
class Machine:
    """A clock that is set, and one that is not."""

    clock: float = NOON
    steady: float = 1000.0

    def watch(self) -> ClockWatch:
        return ClockWatch(lambda: int(self.clock), lambda: self.steady)

    def goes_on(self, seconds: float) -> None:
        self.clock += seconds
        self.steady += seconds


def run(machine: Machine, watch: ClockWatch, seconds: int) -> int:
    """Look every minute, as the upkeep does; return how often it was not sure."""
    unsure = 0
    for _ in range(seconds // MINUTE):
        machine.goes_on(MINUTE)
        unsure += watch.look().ahead > 0
    return unsure


def test_one_that_goes_in_step_is_believed() -> None:
    machine = Machine()
    watch = machine.watch()
    assert run(machine, watch, 30 * HOUR) == 0
    assert watch.look().said == watch.look().sure == int(machine.clock)
    machine.goes_on(10 * HOUR)  # a laptop that slept: the steady clock has counted on
    assert watch.look().ahead == 0


@pytest.mark.parametrize(("seconds", "sure"), [(JUMP_SECONDS, True), (JUMP_SECONDS + 2, False)])
def test_five_minutes_are_set_right_in_peace(seconds: int, *, sure: bool) -> None:
    machine = Machine()
    watch = machine.watch()
    machine.clock += seconds
    assert (watch.look().ahead == 0) is sure


def test_a_jump_is_believed_after_an_hour_and_said_until_then() -> None:
    machine = Machine()
    watch = machine.watch()
    machine.clock += 25 * HOUR
    before = watch.look()
    assert before.ahead == 25 * HOUR
    assert before.sure == NOON
    assert run(machine, watch, HOLD_OFF_SECONDS - MINUTE) == HOLD_OFF_SECONDS // MINUTE - 1
    assert run(machine, watch, MINUTE) == 0
    assert run(machine, watch, 5 * HOUR) == 0


def test_one_that_was_set_right_again_cancels_it() -> None:
    machine = Machine()
    watch = machine.watch()
    machine.clock += 25 * HOUR
    run(machine, watch, HOLD_OFF_SECONDS - MINUTE)
    machine.clock -= 25 * HOUR
    assert run(machine, watch, 2 * MINUTE) == 0
    machine.clock += 25 * HOUR  # and jumps again: a whole hour again
    assert run(machine, watch, HOLD_OFF_SECONDS - MINUTE) == HOLD_OFF_SECONDS // MINUTE - 1


def test_a_second_jump_begins_a_second_hour() -> None:
    machine = Machine()
    watch = machine.watch()
    machine.clock += 10 * MINUTE
    run(machine, watch, HOLD_OFF_SECONDS - MINUTE)
    machine.clock += 25 * HOUR
    assert run(machine, watch, 2 * MINUTE) == 2


def test_several_small_steps_are_one_jump() -> None:
    machine = Machine()
    watch = machine.watch()
    for _ in range(3):
        machine.clock += 4 * MINUTE
        run(machine, watch, MINUTE)
    assert watch.look().ahead > JUMP_SECONDS


def test_one_that_is_slewed_for_weeks_is_believed() -> None:
    machine = Machine()
    watch = machine.watch()
    for _ in range(30 * 24):
        machine.goes_on(HOUR)
        machine.clock += HOUR * 0.0005
        assert watch.look().ahead == 0


@given(st.lists(st.tuples(st.integers(0, 7200), st.integers(-90_000, 90_000)), max_size=12))
@example([(0, 301), (3600, 6), (0, 300)])  # ahead little by little, of a jump that is believed
def test_what_is_sure_is_never_far_ahead_of_all_that_was_said_an_hour_ago(
    steps: list[tuple[int, int]],
) -> None:
    """Whatever the clock does, its time counts only if it said so, in step, an hour before."""
    machine = Machine()
    watch = machine.watch()
    offsets = [(machine.steady, machine.clock - machine.steady)]
    for seconds, jump in steps:
        machine.goes_on(seconds)
        machine.clock += jump
        moment = watch.look()
        assert moment.sure <= moment.said
        old = [at for seen, at in offsets if machine.steady - seen >= HOLD_OFF_SECONDS]
        slewed = (machine.steady - 1000.0) * 0.001
        highest = max([offsets[0][1], *old]) + JUMP_SECONDS + slewed + 2
        assert moment.sure - machine.steady <= highest
        offsets.append((machine.steady, machine.clock - machine.steady))


def test_the_steady_one_of_this_machine_goes_forward() -> None:
    first = steady_clock()
    time.sleep(0.02)
    assert first + 0.01 < steady_clock() < first + 5
