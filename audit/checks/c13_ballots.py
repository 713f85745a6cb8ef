# SPDX-License-Identifier: AGPL-3.0-or-later
"""C13: every ballot is well formed and belongs to this election. §9.2, §9.3."""

from __future__ import annotations

from audit.case import Case
from audit.checks.of_ballots import of_ballots, wait_for
from audit.outcome import Finding


def check(case: Case) -> Finding:
    """The faults of form of every ballot."""
    return wait_for(case) or of_ballots(case, lambda faults: faults.form, malformed=True)
