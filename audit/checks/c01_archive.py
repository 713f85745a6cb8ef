# SPDX-License-Identifier: AGPL-3.0-or-later
"""C01: well-formed members, permitted header bytes, nothing after the last event. §10.3."""

from __future__ import annotations

from audit.case import Case
from audit.outcome import Finding, judged


def check(case: Case) -> Finding:
    """The faults that the one pass over the archive collected."""
    return judged(case.board.framing.members, case.board.framing.faults)
