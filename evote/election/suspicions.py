# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hours that are rarely meant, questioned before they are sealed: docs/protocol.md §8.3.

Nothing here refuses: a person reads the sentences, and says that the hours are right.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from evote.election.config import LONGEST_SECONDS, SHORTEST_SECONDS
from evote.election.french_calendar import day_off, in_paris

_SUSPECT_HOURS: Final = {
    0: "minuit, au début de ce jour",
    12: "midi (12 h), et non à minuit",
}


def suspicions(opens_at: int, closes_at: int, now: int) -> Iterator[str]:
    """Yield what is unusual in these hours, one French sentence each."""
    opening, closing = in_paris(opens_at), in_paris(closes_at)
    yield from _suspect_hour("l'ouverture", opening)
    yield from _suspect_hour("la fermeture", closing)
    if closes_at <= now:
        yield "la fermeture est déjà passée"
    elif opens_at < now:
        yield "l'ouverture est déjà passée"
    elif opens_at - now < SHORTEST_SECONDS:
        yield "le vote ouvre dans moins de 24 heures"
    if closes_at - opens_at < SHORTEST_SECONDS:
        yield "le vote dure moins de 24 heures"
    if closes_at - opens_at > LONGEST_SECONDS:
        yield "le vote dure plus de 5 jours"
    reason = day_off(closing.date())
    if reason is not None:
        yield f"la fermeture tombe {_falls(reason)} : l'école doit être ouverte pour dépouiller"


def _suspect_hour(what: str, moment: datetime) -> Iterator[str]:
    if moment.minute == 0 and moment.hour in _SUSPECT_HOURS:
        yield f"{what} est à {_SUSPECT_HOURS[moment.hour]}"


def _falls(reason: str) -> str:
    return reason if reason.startswith("un ") else f"sur {reason}"
