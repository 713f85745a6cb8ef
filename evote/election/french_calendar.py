# SPDX-License-Identifier: AGPL-3.0-or-later
"""Moments as a person in France reads them, and the days on which schools are closed.

Needs nothing but Python: the desk where an election is sealed has none of the server's packages.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tally.describe import french_time

_DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_FIXED: Final = {
    (1, 1): "le jour de l'an",
    (5, 1): "le 1er mai",
    (5, 8): "le 8 mai",
    (7, 14): "le 14 juillet",
    (8, 15): "le 15 août",
    (11, 1): "la Toussaint",
    (11, 11): "le 11 novembre",
    (12, 25): "Noël",
}
_AFTER_EASTER: Final = {
    1: "le lundi de Pâques",
    39: "le jeudi de l'Ascension",
    50: "le lundi de Pentecôte",
}
SATURDAY: Final = 5


def in_paris(seconds: int) -> datetime:
    """Return a moment with the date and hour that clocks in Paris show."""
    try:
        zone: tzinfo = ZoneInfo("Europe/Paris")
    except ZoneInfoNotFoundError:  # no table of zones on this computer
        zone = UTC
    return datetime.fromtimestamp(seconds, zone)


def say_with_day(seconds: int, now: int) -> str:
    """Return ``vendredi 9 octobre 2026 à 18 h 00 (heure de Paris), dans 3 jours 4 heures``."""
    day = _DAYS[in_paris(seconds).weekday()]
    return f"{day} {french_time(seconds)}, {say_distance(seconds - now)}"


def say_distance(seconds: int) -> str:
    """Return how far away a moment is, in its two largest units."""
    minutes = abs(seconds) // 60
    if minutes == 0:
        return "maintenant"
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    units = ((days, "jour"), (hours, "heure"), (0 if days else rest, "minute"))
    parts = [f"{number} {unit}{'s' * (number > 1)}" for number, unit in units if number]
    return f"{'dans' if seconds > 0 else 'il y a'} {' '.join(parts)}"


def day_off(day: date) -> str | None:
    """Return why schools are closed on this day: a weekend or a public holiday of France."""
    if day.weekday() >= SATURDAY:
        return f"un {_DAYS[day.weekday()]}"
    return _FIXED.get((day.month, day.day)) or _AFTER_EASTER.get((day - easter(day.year)).days)


def easter(year: int) -> date:
    """Return Easter Sunday of a year of the Gregorian calendar."""
    golden, century = year % 19, year // 100
    # The moon, then the Sunday after it: the reckoning of 1582, as Gauss simplified it.
    moon = (19 * golden + century - century // 4 - (8 * century + 13) // 25 + 15) % 30
    moon -= (moon // 28) * (1 - (29 // (moon + 1)) * ((21 - golden) // 11))
    full = date(year, 3, 21) + timedelta(days=moon)
    return full + timedelta(days=6 - full.weekday() if full.weekday() != 6 else 7)
