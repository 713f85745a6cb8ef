# SPDX-License-Identifier: AGPL-3.0-or-later
"""Moments as a person in France reads them, to the end of the calendar: docs/protocol.md §8.3."""

from __future__ import annotations

import pytest

from protocol.bindings import MAX_TIME
from tally.describe import french_time


def test_a_moment_is_given_at_paris_time() -> None:
    assert french_time(1_791_700_000) == "11 octobre 2026 à 8 h 26 (heure de Paris)"


@pytest.mark.parametrize("seconds", [MAX_TIME, MAX_TIME - 3600, 2**40, 2**62])
def test_no_moment_is_beyond_us(seconds: int) -> None:
    assert str(seconds) in french_time(seconds) or "9999" in french_time(seconds)
