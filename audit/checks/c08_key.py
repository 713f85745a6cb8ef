# SPDX-License-Identifier: AGPL-3.0-or-later
"""C08: the election key is the product of the trustees' keys. §7.10."""

from __future__ import annotations

from audit.case import Case
from audit.outcome import NOT_REACHED, Finding, judged
from audit.words import Text


def check(case: Case) -> Finding:
    """Multiply the keys again."""
    if case.election is None or case.trustees is None:
        return NOT_REACHED
    if case.trustees.election_key() == case.election.key:
        return judged(len(case.trustees.keys()))
    fault = Text(
        "la clé de l'élection n'est pas celle des membres du bureau (§7.10)",
        "the election key is not that of the trustees (§7.10)",
    )
    return judged(len(case.trustees.keys()), [fault])
