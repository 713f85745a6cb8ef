# SPDX-License-Identifier: AGPL-3.0-or-later
"""Moments, languages and trackers as people write and read them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from evote.web.languages import FRENCH, PSEUDO, choose_language
from evote.web.moments import say_distance, say_moment, say_time
from evote.web.trackers import read_tracker


def at(text: str, zone: str = "Europe/Paris") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


NOW = at("2026-10-06T14:00")


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-10-09T18:00", "vendredi 9 octobre à 18 h, heure de Paris, dans 3 jours 4 heures"),
        ("2026-10-06T12:00", "mardi 6 octobre à midi, heure de Paris, il y a 2 heures"),
        ("2026-10-07T00:00", "mercredi 7 octobre à minuit, au début de ce jour, heure de Paris,"),
        ("2026-10-06T14:01", "mardi 6 octobre à 14 h 01, heure de Paris, dans 1 minute"),
        ("2026-10-06T14:00", "mardi 6 octobre à 14 h, heure de Paris, maintenant"),
        ("2027-01-01T09:30", "vendredi 1er janvier 2027 à 9 h 30, heure de Paris, dans 86 jours"),
    ],
)
def test_a_moment_in_words(moment: str, words: str) -> None:
    assert plain(say_moment(FRENCH, at(moment), NOW)).startswith(words)


def test_the_day_that_the_clocks_change_has_25_hours() -> None:
    saturday, sunday = at("2026-10-24T18:00"), at("2026-10-25T18:00")
    assert say_distance(FRENCH, sunday - saturday) == "dans 1 jour 1 heure"


def test_a_school_overseas_reads_its_own_hour() -> None:
    words = plain(say_time(FRENCH, at("2026-10-09T18:00", "Indian/Reunion"), "Indian/Reunion"))
    assert words == "vendredi 9 octobre 2026 à 18 h, heure de La Réunion"


@pytest.mark.parametrize(
    ("accepted", "tag"),
    [
        ("fr-FR,fr;q=0.9", "fr"),
        ("en-XA", "en-XA"),
        ("de, en-XA;q=0.5, fr;q=0.4", "en-XA"),
        ("", "fr"),
        ("zh", "fr"),
        (",;,", "fr"),
        ("*" * 9000, "fr"),
    ],
)
def test_the_language_is_one_that_the_browser_names(accepted: str, tag: str) -> None:
    assert choose_language((FRENCH, PSEUDO), accepted).tag == tag


def test_french_is_set_as_french_is_printed() -> None:
    assert FRENCH.say("L'urne : « ouverte » ?") == "L’urne\u00a0: «\u202fouverte\u202f»\u202f?"
    assert FRENCH.say_many("%(n)s voix", "plusieurs", 0) == "%(n)s voix"


@pytest.mark.parametrize(
    ("typed", "tracker"),
    [
        ("ABCD-EFGH-JKMN-PQRS", "ABCD-EFGH-JKMN-PQRS"),
        (" abcd efgh\tjkmn‑pqrs ", "ABCD-EFGH-JKMN-PQRS"),
        ("OIL0-1111-1111-1111", "0110-1111-1111-1111"),
        ("ABCD-EFGH-JKMN-PQR", None),
        ("ABCD-EFGH-JKMN-PQRU", None),
        ("ÀBCD-EFGH-JKMN-PQRS", None),
        ("", None),
    ],
)
def test_a_tracker_as_it_is_typed(typed: str, tracker: str | None) -> None:
    assert read_tracker(typed) == tracker
