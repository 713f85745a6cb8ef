# SPDX-License-Identifier: AGPL-3.0-or-later
"""C15: every ballot's proofs hold. §6.2, §6.3, §6.4."""

from __future__ import annotations

from audit.case import Case
from audit.checks.of_ballots import of_ballots, wait_for
from audit.outcome import Finding


def check(case: Case) -> Finding:
    """The proofs that do not hold."""
    return wait_for(case) or of_ballots(case, lambda faults: faults.proofs)
