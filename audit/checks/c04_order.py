# SPDX-License-Identifier: AGPL-3.0-or-later
"""C04: the events come in the permitted order. §10.2."""

from __future__ import annotations

from audit.case import Case
from audit.outcome import Finding, judged


def check(case: Case) -> Finding:
    """The faults that the one pass over the archive collected."""
    return judged(case.board.events, case.board.chain.order_faults)
