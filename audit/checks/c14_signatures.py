# SPDX-License-Identifier: AGPL-3.0-or-later
"""C14: every ballot is signed by a credential of the list. §9.4, §8.4."""

from __future__ import annotations

from audit.case import Case
from audit.checks.of_ballots import of_ballots, wait_for, well_formed
from audit.outcome import NOT_REACHED, Finding, judged
from audit.words import Text


def check(case: Case) -> Finding:
    """Signatures that do not hold, then credentials that are not in the list."""
    waiting = wait_for(case)
    if waiting:
        return waiting
    if case.credentials is None:
        return NOT_REACHED
    found = of_ballots(case, lambda faults: faults.signature)
    ballots, known = case.board.ballots, case.credentials.index
    strangers = [
        Text("sa clé n'est pas dans la liste (§8.4)", "its credential is not listed (§8.4)").at(
            ballots.place(index)
        )
        for index in well_formed(case)
        if ballots.credential(index) not in known
    ]
    return judged(found.examined, [*found.faults, *strangers])
