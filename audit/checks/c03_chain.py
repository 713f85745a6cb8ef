# SPDX-License-Identifier: AGPL-3.0-or-later
"""C03: every event names the one before, at the next height, in the one writing. §10.1."""

from __future__ import annotations

from audit.case import Case
from audit.outcome import Finding, judged


def check(case: Case) -> Finding:
    """The faults that the one pass over the archive collected."""
    return judged(case.board.events, case.board.chain.faults)
