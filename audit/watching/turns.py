# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whose turn it is, and how far what is read again has come: in one run, or over many.

A server that would lie to one kind of program alone must guess which of them asks next: each asks
for each thing within three rounds (five where an hour of them begins), and within three hours for
each part of what is read in parts and for what is asked for at one go once an hour.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from audit.watching.agents import AGENTS, Agent

ROUNDS_AN_HOUR = 60
HOUR_SECONDS = 3600
AGAIN_SECONDS = 600  # after which what was not had is asked for again


@dataclass(slots=True)
class Turns:
    """Of one election.

    Args:
        now: what time it is.
        rounds: that are over.
        places: by name, how far something has come, in bytes, entries or seconds since 1970.
    """

    now: Callable[[], int]
    rounds: int = 0
    places: dict[str, int] = field(default_factory=dict)

    @property
    def agents(self) -> tuple[Agent, Agent, Agent]:
        """Who asks first, who for the same once more, and who for what was given before."""
        at = (self.rounds + self.rounds // ROUNDS_AN_HOUR) % len(AGENTS)
        first, again, other = (*AGENTS[at:], *AGENTS[:at])
        return first, again, other

    def is_due(self, name: str) -> bool:
        """Whether the hour is over, or that clock was set back."""
        return not 0 < self.places.get(name, 0) - self.now() <= HOUR_SECONDS

    def ask(self, name: str) -> Agent:
        """Who asks for it now, in turns of its own: again soon, unless it is ``had``."""
        turn = f"{name} turn"
        at = self.places.get(turn, 0) % len(AGENTS)
        self.places[turn] = (at + 1) % len(AGENTS)
        self.places[name] = self.now() + AGAIN_SECONDS
        return AGENTS[at]

    def had(self, name: str) -> None:
        """It is not asked for again before the hour is over."""
        self.places[name] = self.now() + HOUR_SECONDS
