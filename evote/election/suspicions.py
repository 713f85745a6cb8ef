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


def suspicions(
    opens_at: int, closes_at: int, now: int, in_force: tuple[int, int] | None = None
) -> Iterator[str]:
    """Yield what is unusual in these hours, one French sentence each.

    Args:
        opens_at: asked for.
        closes_at: asked for.
        now: the time.
        in_force: opening and closing that these would replace; what stays is not questioned again.
    """
    new_opening = in_force is None or in_force[0] != opens_at
    new_closing = in_force is None or in_force[1] != closes_at
    if new_opening:
        yield from _suspect_hour("l'ouverture", in_paris(opens_at))
    if new_closing:
        yield from _suspect_hour("la fermeture", in_paris(closes_at))
        if closes_at <= now:
            yield "la fermeture est déjà passée"
    if new_opening and closes_at > now:
        yield from _suspect_opening(opens_at, now)
    if new_opening or new_closing:
        yield from _suspect_duration(closes_at - opens_at)
    reason = day_off(in_paris(closes_at).date())
    if new_closing and reason is not None:
        yield f"la fermeture tombe {_falls(reason)} : l'école doit être ouverte pour dépouiller"


def _suspect_opening(opens_at: int, now: int) -> Iterator[str]:
    if opens_at < now:
        yield "l'ouverture est déjà passée"
    elif opens_at - now < SHORTEST_SECONDS:
        yield "le vote ouvre dans moins de 24 heures"


def _suspect_duration(seconds: int) -> Iterator[str]:
    if seconds < SHORTEST_SECONDS:
        yield "le vote dure moins de 24 heures"
    if seconds > LONGEST_SECONDS:
        yield "le vote dure plus de 5 jours"


def _suspect_hour(what: str, moment: datetime) -> Iterator[str]:
    if moment.minute == 0 and moment.hour in _SUSPECT_HOURS:
        yield f"{what} est à {_SUSPECT_HOURS[moment.hour]}"


def _falls(reason: str) -> str:
    return reason if reason.startswith("un ") else f"sur {reason}"
