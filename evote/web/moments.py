# SPDX-License-Identifier: AGPL-3.0-or-later
"""Moments in words, with their zone and how far away they are.

« vendredi 9 octobre à 18 h, heure de Paris, dans 3 jours 4 heures »: nobody has to reckon, and noon
is never taken for midnight. docs/protocol.md §8.3 counts seconds since 1970-01-01 UTC.
"""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date

from evote.web.languages import Language, noted

PARIS: Final = "Europe/Paris"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400

# Where French schools are; each is named as people there name it.
_PLACES: Final = {
    PARIS: noted("heure de Paris"),
    "America/Guadeloupe": noted("heure de la Guadeloupe"),
    "America/Martinique": noted("heure de la Martinique"),
    "America/Cayenne": noted("heure de la Guyane"),
    "America/Miquelon": noted("heure de Saint-Pierre-et-Miquelon"),
    "Indian/Reunion": noted("heure de La Réunion"),
    "Indian/Mayotte": noted("heure de Mayotte"),
    "Pacific/Noumea": noted("heure de Nouméa"),
    "Pacific/Tahiti": noted("heure de Tahiti"),
    "Pacific/Wallis": noted("heure de Wallis"),
}


def say_moment(language: Language, seconds: int, now: int, zone: str = PARIS) -> str:
    """Return a moment with its zone, and how far from ``now`` it is."""
    when = say_time(language, seconds, zone, year=_year(seconds, zone) != _year(now, zone))
    return f"{when}, {say_distance(language, seconds - now)}"


def say_time(language: Language, seconds: int, zone: str = PARIS, *, year: bool = True) -> str:
    """Return a moment with its zone: ``vendredi 9 octobre 2026 à 18 h, heure de Paris``."""
    moment = datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone))
    pattern = "EEEE d MMMM y" if year else "EEEE d MMMM"
    day = format_date(moment, pattern, locale=language.locale)
    if language.tag == "fr" and moment.day == 1:
        day = day.replace(" 1 ", " 1er ", 1)
    say, place = language.say, _PLACES.get(zone, zone)
    return say("%(day)s à %(hour)s, %(place)s") % {
        "day": day,
        "hour": _hour(language, moment),
        "place": say(place),
    }


def say_distance(language: Language, seconds: int) -> str:
    """Return how far away a moment is: ``dans 3 jours 4 heures``, ``il y a 2 minutes``."""
    if abs(seconds) < _MINUTE:
        return language.say("maintenant")
    words = say_duration(language, abs(seconds))
    text = language.say("dans %(time)s") if seconds > 0 else language.say("il y a %(time)s")
    return text % {"time": words}


def say_duration(language: Language, seconds: int) -> str:
    """Return a duration in its two largest units, rounded down: ``3 jours 4 heures``."""
    days, hours = divmod(seconds // _HOUR, _DAY // _HOUR)
    minutes = seconds // _MINUTE % _MINUTE
    if days:
        parts = (_days(language, days), _hours(language, hours) if hours else "")
    elif hours:
        parts = (_hours(language, hours), _minutes(language, minutes) if minutes else "")
    else:
        parts = (_minutes(language, minutes), "")
    return " ".join(part for part in parts if part)


def _hour(language: Language, moment: datetime) -> str:
    if moment.minute:
        return language.say("%(h)s\u00a0h\u00a0%(m)s") % {
            "h": moment.hour,
            "m": f"{moment.minute:02d}",
        }
    if moment.hour == 0:
        return language.say("minuit, au début de ce jour")
    if moment.hour == 12:
        return language.say("midi")
    return language.say("%(h)s\u00a0h") % {"h": moment.hour}


def _days(language: Language, number: int) -> str:
    return language.say_many("%(n)s jour", "%(n)s jours", number) % {"n": number}


def _hours(language: Language, number: int) -> str:
    return language.say_many("%(n)s heure", "%(n)s heures", number) % {"n": number}


def _minutes(language: Language, number: int) -> str:
    return language.say_many("%(n)s minute", "%(n)s minutes", number) % {"n": number}


def _year(seconds: int, zone: str) -> int:
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone)).year
