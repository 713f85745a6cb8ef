# SPDX-License-Identifier: AGPL-3.0-or-later
"""What C13 to C17 have in common: they wait for the census, and name the ballot at fault. §16."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from audit.ballots import BallotFaults
from audit.case import Case
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding, judged
from audit.words import Text


def wait_for(case: Case) -> Finding | None:
    """Why the ballots cannot be judged, or None if they can."""
    if case.board.state == "set-up":
        return NOT_APPLICABLE
    return NOT_REACHED if case.census is None else None


def well_formed(case: Case) -> list[int]:
    """The numbers of the ballots without a fault of C13: what C14 to C17 look at."""
    census = case.census
    return [i for i in range(census.total) if not census.malformed(i)] if census else []


def of_ballots(
    case: Case, choose: Callable[[BallotFaults], Sequence[Text]], *, malformed: bool = False
) -> Finding:
    """The faults of one kind, each preceded by its ballot."""
    census = case.census
    if census is None:
        return NOT_REACHED
    faults = [
        fault.at(case.board.ballots.place(index))
        for index in sorted(census.faults)
        for fault in choose(census.faults[index])
    ]
    return judged(census.total if malformed else len(well_formed(case)), faults)
