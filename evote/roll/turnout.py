# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turnout as anybody may see it: by whole hours, and never fewer than ten electors at a time.

A finer count would be a list of who voted when. After closing the whole number is known. What is
stored is a count by the hour; which electors it counts is not: docs/adr/0011.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

from evote.clock import HOUR, hour_of
from evote.database.elections import HeldElection
from evote.database.roll_tables import TurnoutRow

FEWEST_NEW: Final = 10


@dataclass(frozen=True, slots=True)
class TurnoutStep:
    """So many electors had voted at this moment, the end of an hour."""

    at: int
    signed_in: int


def count_in_hour(connection: Connection, election: HeldElection, now: int) -> None:
    """Count one elector more in this hour; the caller has locked the election."""
    hour = hour_of(now)
    if not connection.execute(_ONE_MORE, {"of": election.id, "at": hour}).rowcount:
        first = {**election.place, "hour": hour, "signed_in": 1}
        connection.execute(insert(TurnoutRow), first)


def signed_in_by_hour(
    connection: Connection, election: HeldElection
) -> tuple[tuple[int, int], ...]:
    """Return, for each hour in which anybody voted, its beginning and how many did."""
    query = (
        select(TurnoutRow.hour, TurnoutRow.signed_in)
        .where(TurnoutRow.election_id == election.id)
        .order_by(TurnoutRow.hour)
    )
    return tuple((hour, count) for hour, count in connection.execute(query))


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


_ONE_MORE: Final = (
    update(TurnoutRow)
    .where(TurnoutRow.election_id == bindparam("of"), TurnoutRow.hour == bindparam("at"))
    .values(signed_in=TurnoutRow.signed_in + 1)
)
