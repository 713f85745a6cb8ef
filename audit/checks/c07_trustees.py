# SPDX-License-Identifier: AGPL-3.0-or-later
"""C07: the trustees' keys are well formed, proved and signed. §7.2 to §7.10."""

from __future__ import annotations

from audit.case import Case
from audit.outcome import NOT_REACHED, Finding, judged
from audit.trustees import decode_trustees, faults_of
from audit.words import Malformed


def check(case: Case) -> Finding:
    """Decode the trustees, then check every signature, proof and product."""
    data = case.setup_bytes("trustees")
    if data is None:
        return NOT_REACHED
    try:
        case.trustees = decode_trustees(data, strict=case.strict)
    except Malformed as refusal:
        return judged(1, [refusal.text])
    return judged(len(case.trustees.keys()), faults_of(case.trustees))
