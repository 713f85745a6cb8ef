# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which hours are questioned before sealing, and which are not."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from evote.election.french_calendar import day_off, easter, say_distance, say_with_day
from evote.election.suspicions import suspicions


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris")).timestamp())


NOW = at("2026-09-28T09:00")
OPENS, CLOSES = "2026-10-06T08:00", "2026-10-09T18:00"


@pytest.mark.parametrize(
    ("opens", "closes", "said"),
    [
        (OPENS, CLOSES, []),
        ("2026-10-06T00:00", CLOSES, ["l'ouverture est à minuit, au début de ce jour"]),
        (OPENS, "2026-10-09T12:00", ["la fermeture est à midi (12 h), et non à minuit"]),
        (OPENS, "2026-10-09T12:30", []),
        ("2026-09-28T08:00", "2026-09-30T18:00", ["l'ouverture est déjà passée"]),
        (
            "2026-09-24T08:00",
            "2026-09-28T09:00",
            ["la fermeture est déjà passée"],
        ),
        ("2026-09-29T08:59", "2026-10-02T18:00", ["le vote ouvre dans moins de 24 heures"]),
        (OPENS, "2026-10-06T18:00", ["le vote dure moins de 24 heures"]),
        (OPENS, "2026-10-12T18:00", ["le vote dure plus de 5 jours"]),
        (
            OPENS,
            "2026-10-10T18:00",
            ["la fermeture tombe un samedi : l'école doit être ouverte pour dépouiller"],
        ),
        (
            "2026-11-09T08:00",
            "2026-11-11T18:00",
            ["la fermeture tombe sur le 11 novembre : l'école doit être ouverte pour dépouiller"],
        ),
    ],
)
def test_what_is_unusual_is_said(opens: str, closes: str, said: list[str]) -> None:
    assert list(suspicions(at(opens), at(closes), NOW)) == said


RUNNING = "2026-09-27T00:00"  # a Sunday at midnight, and past


@pytest.mark.parametrize(
    ("in_force", "opens", "closes", "said"),
    [
        # What is so already, and stays, is nobody's question.
        ((RUNNING, "2026-09-29T18:00"), RUNNING, "2026-09-30T18:00", []),
        ((RUNNING, "2026-10-04T12:00"), RUNNING, "2026-10-04T12:00", []),
        # What changes is, even if it was as unusual before.
        (
            (RUNNING, "2026-09-29T12:00"),
            RUNNING,
            "2026-09-30T12:00",
            ["la fermeture est à midi (12 h), et non à minuit"],
        ),
        (
            (RUNNING, "2026-10-06T18:00"),
            RUNNING,
            "2026-10-07T18:00",
            ["le vote dure plus de 5 jours"],
        ),
        (
            (RUNNING, "2026-09-29T18:00"),
            RUNNING,
            "2026-09-28T08:00",
            ["la fermeture est déjà passée"],
        ),
        (
            (OPENS, "2026-10-10T18:00"),
            "2026-10-07T00:00",
            "2026-10-10T18:00",
            ["l'ouverture est à minuit, au début de ce jour"],
        ),
        (
            (OPENS, CLOSES),
            "2026-09-28T08:00",
            CLOSES,
            ["l'ouverture est déjà passée", "le vote dure plus de 5 jours"],
        ),
    ],
)
def test_of_an_amendment_only_what_it_changes_is_questioned(
    in_force: tuple[str, str], opens: str, closes: str, said: list[str]
) -> None:
    before = (at(in_force[0]), at(in_force[1]))
    assert list(suspicions(at(opens), at(closes), NOW, before)) == said


@pytest.mark.parametrize(
    ("year", "day"),
    [(1981, (4, 19)), (1954, (4, 18)), (2024, (3, 31)), (2026, (4, 5)), (2038, (4, 25))],
)
def test_easter(year: int, day: tuple[int, int]) -> None:
    assert easter(year) == date(year, *day)


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 5, 14), "le jeudi de l'Ascension"),
        (date(2026, 5, 25), "le lundi de Pentecôte"),
        (date(2026, 4, 6), "le lundi de Pâques"),
        (date(2026, 10, 11), "un dimanche"),
        (date(2026, 10, 9), None),
    ],
)
def test_days_off(day: date, reason: str | None) -> None:
    assert day_off(day) == reason


def test_a_moment_has_its_day_its_zone_and_its_distance() -> None:
    text = say_with_day(at(CLOSES), at("2026-10-06T14:00"))
    assert text == "vendredi 9 octobre 2026 à 18 h 00 (heure de Paris), dans 3 jours 4 heures"
    assert say_distance(-60) == "il y a 1 minute"
    assert say_distance(59) == "maintenant"
