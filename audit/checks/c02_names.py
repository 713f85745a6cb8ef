# SPDX-License-Identifier: AGPL-3.0-or-later
"""C02: every member is named by the hash of its content. §10.3."""

from __future__ import annotations

from audit.case import Case
from audit.outcome import Finding, judged


def check(case: Case) -> Finding:
    """The faults that the one pass over the archive collected."""
    return judged(case.board.framing.members, case.board.framing.name_faults)
