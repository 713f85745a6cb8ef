# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said to whoever records or closes outside the announced hours."""

from dataclasses import replace

import pytest

from evote.election.hours import remark_on_closing, remark_on_recording
from tests.simulator import SimulatedElection

OURS = replace(SimulatedElection().bindings, rehearsal=False, grace_seconds=60)
OPENS, LAST = OURS.opens_at, OURS.closes_at + 60


@pytest.mark.parametrize("now", [OPENS, LAST, OPENS + 1])
def test_nothing_is_said_of_a_ballot_within_the_hours(now: int) -> None:
    assert remark_on_recording(OURS, lambda: now) is None


@pytest.mark.parametrize("now", [OPENS - 1, LAST + 1])
def test_a_ballot_outside_the_hours_is_remarked_upon(now: int) -> None:
    assert "hors des heures" in (remark_on_recording(OURS, lambda: now) or "")


def test_closing_early_is_remarked_upon_and_closing_in_time_is_not() -> None:
    assert "avant l'heure" in (remark_on_closing(OURS, lambda: LAST - 1) or "")
    assert remark_on_closing(OURS, lambda: LAST) is None


def test_a_rehearsal_keeps_no_hours() -> None:
    rehearsal = replace(OURS, rehearsal=True)
    assert remark_on_recording(rehearsal, lambda: OPENS - 1) is None
    assert remark_on_closing(rehearsal, lambda: OPENS) is None
