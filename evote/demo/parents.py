# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the simulated parents decide: who votes, and for whom; all of it fixed by the seed.

Only decisions are drawn here. Codes, keys, nonces and ciphertexts come from the system generator.
"""

from dataclasses import dataclass
from random import Random
from typing import Final

TURNOUT: Final = 0.55
BLANK_SHARE: Final = 0.04


@dataclass(frozen=True, slots=True)
class Decision:
    """An elector who votes: the number on the sealed roll, and a list's place or None: blank."""

    elector: int
    choice: int | None


def decide(seed: str, electors: int, lists: int) -> tuple[Decision, ...]:
    """Return who votes and how, in the order of arrival; the same seed gives the same story.

    About 55 % vote; at least one elector does. Lists have different fortunes.
    """
    random = Random(f"simulated parents {seed}")  # noqa: S311 -- a story, not a secret
    fortunes = [random.uniform(1, 4) for _ in range(lists)]
    voters = [elector for elector in range(1, electors + 1) if random.random() < TURNOUT]
    voters = voters or [random.randint(1, electors)]
    random.shuffle(voters)
    return tuple(Decision(elector, _choose(random, fortunes)) for elector in voters)


def draw_lots(seed: str, labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return these labels in the order in which the bureau of the story draws them."""
    random = Random(f"lots {seed}")  # noqa: S311 -- a story, not a secret
    return tuple(random.sample(labels, len(labels)))


def _choose(random: Random, fortunes: list[float]) -> int | None:
    if random.random() < BLANK_SHARE:
        return None
    return random.choices(range(len(fortunes)), weights=fortunes)[0]
