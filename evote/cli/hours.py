# SPDX-License-Identifier: AGPL-3.0-or-later
"""The hours of a vote, in words, and the question about those that are rarely meant: §8.3."""

from evote.clock import Clock, system_clock
from evote.election.french_calendar import say_with_day
from evote.election.suspicions import suspicions
from evote.errors import Refusal


def question_hours(
    opens_at: int,
    closes_at: int,
    *,
    yes: bool,
    clock: Clock = system_clock,
    in_force: tuple[int, int] | None = None,
) -> None:
    """Say the hours in words, and what is unusual in them, or in what they change of others.

    Raises:
        Refusal: they are unusual, and nobody says that they are meant.
    """
    now = clock()
    print(f"Ouverture : {say_with_day(opens_at, now)}.")
    print(f"Fermeture : {say_with_day(closes_at, now)}.")
    unusual = list(suspicions(opens_at, closes_at, now, in_force))
    for each in unusual:
        print(f"À vérifier : {each}.")
    if unusual and not yes:
        raise Refusal(
            f"ces heures sont inhabituelles : {' ; '.join(unusual)}",
            "relisez-les ; si elles sont bien voulues, ajoutez --yes",
        )
