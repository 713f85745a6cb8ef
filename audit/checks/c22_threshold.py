# SPDX-License-Identifier: AGPL-3.0-or-later
"""C22: there are enough partial decryptions to count. §11.4."""

from __future__ import annotations

from audit.case import Case
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding, judged
from audit.partials import missing
from audit.words import Text


def check(case: Case) -> Finding:
    """Count those that passed C19, C20 and, in the Préau profile, C21; due with the result."""
    if case.board.result is None:
        return NOT_REACHED if case.board.lost else NOT_APPLICABLE
    if case.trustees is None or case.election is None or case.tally is None:
        return NOT_REACHED
    counted = {p.owner: p for p in case.partials if p.owner not in case.rejected}
    lacking = missing(case.trustees, counted)
    if lacking:
        fault = Text(
            f"il manque des déchiffrements valables : {lacking} (§11.4)",
            f"valid partial decryptions are missing: {lacking} (§11.4)",
        )
        return judged(len(counted), [fault])
    case.counted = counted
    return judged(len(counted))
