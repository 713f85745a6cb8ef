# SPDX-License-Identifier: AGPL-3.0-or-later
"""Times in words. Always universal time, and said so: no machine is asked where it is."""

from __future__ import annotations

from datetime import UTC, datetime

from audit.binding import YEAR_10000
from audit.words import Text

_MONTHS = (
    ("janvier", "January"),
    ("février", "February"),
    ("mars", "March"),
    ("avril", "April"),
    ("mai", "May"),
    ("juin", "June"),
    ("juillet", "July"),
    ("août", "August"),
    ("septembre", "September"),
    ("octobre", "October"),
    ("novembre", "November"),
    ("décembre", "December"),
)


def moment(seconds: int) -> Text:
    """``le 8 octobre 2026 à 18 h 03 UTC``; a number, for a time that no calendar has."""
    if not 0 <= seconds < YEAR_10000:
        return Text(f"à la seconde {seconds}", f"at second {seconds}")
    at = datetime.fromtimestamp(seconds, UTC)
    french, english = _MONTHS[at.month - 1]
    day = "1er" if at.day == 1 else str(at.day)
    return Text(
        f"le {day} {french} {at.year} à {at.hour} h {at.minute:02} UTC",
        f"on {at.day} {english} {at.year} at {at:%H:%M} UTC",
    )
