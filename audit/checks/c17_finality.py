# SPDX-License-Identifier: AGPL-3.0-or-later
"""C17: one final ballot a credential, no more ballots than electors. §11.1, §13.5.

In version 1 there is no journal, so no reserve may vote; in version 2 that is the matter of C30.
"""

from __future__ import annotations

from audit.case import Case
from audit.checks.of_ballots import wait_for, well_formed
from audit.outcome import NOT_REACHED, Finding, judged
from audit.words import Text, count


def check(case: Case) -> Finding:
    """Second ballots, reserves used, and the number of ballots."""
    if not case.strict:
        return case.not_ours
    waiting = wait_for(case)
    if waiting:
        return waiting
    binding = case.binding
    if binding is None:
        return NOT_REACHED
    ballots, numbers = case.board.ballots, well_formed(case)
    reserves = set(binding.reserves) if binding.server is None else set()
    seen, faults = set(), []
    for index in numbers:
        credential, place = ballots.credential(index), ballots.place(index)
        if credential in seen:
            faults.append(
                Text(
                    "un second bulletin de la même clé (§11.1)",
                    "a second ballot of one credential (§11.1)",
                ).at(place)
            )
        seen.add(credential)
        if credential in reserves:
            faults.append(
                Text("une clé de réserve a voté (§13.5)", "a reserve credential (§13.5)").at(place)
            )
    if len(numbers) > binding.electors:
        cast = count(len(numbers), "bulletin", "ballot")
        electors = count(binding.electors, "électeur", "elector")
        faults.append(Text(f"{cast.fr} pour {electors.fr}", f"{cast.en} for {electors.en}"))
    return judged(len(numbers), faults)
