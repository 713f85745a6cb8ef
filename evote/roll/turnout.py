# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turnout as anybody may see it: by whole hours, and never fewer than ten electors at a time.

A finer count would be a list of who voted when. After closing the whole number is known.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select

from evote.clock import HOUR
from evote.database.elections import HeldElection
from evote.database.roll_tables import SignInRow

FEWEST_NEW: Final = 10


@dataclass(frozen=True, slots=True)
class TurnoutStep:
    """So many electors had voted at this moment, the end of an hour."""

    at: int
    signed_in: int


def signed_in_by_hour(
    connection: Connection, election: HeldElection
) -> tuple[tuple[int, int], ...]:
    """Return, for each hour in which anybody voted, its beginning and how many did."""
    hour = SignInRow.signed_in_hour
    query = (
        select(hour, func.count())
        .where(SignInRow.election_id == election.id, hour.is_not(None))
        .group_by(hour)
        .order_by(hour)
    )
    rows = connection.execute(query)
    return tuple((start, count) for start, count in rows if start is not None)


def turnout_steps(
    by_hour: Iterable[tuple[int, int]], now: int, closed_at: int | None = None
) -> tuple[TurnoutStep, ...]:
    """Return the steps that may be shown now, in order.

    Args:
        by_hour: beginnings of hours in increasing order, and the sign-ins of each.
        now: an hour that has not ended is not shown while the vote is open.
        closed_at: from this moment on the whole number is shown, however small the last step.
    """
    steps: list[TurnoutStep] = []
    total = shown = 0
    for hour, count in by_hour:
        total += count
        if hour + HOUR <= now and total - shown >= FEWEST_NEW:
            steps.append(TurnoutStep(hour + HOUR, total))
            shown = total
    if closed_at is not None and closed_at <= now and total > shown:
        steps.append(TurnoutStep(closed_at, total))
    return tuple(steps)
