# SPDX-License-Identifier: AGPL-3.0-or-later
"""C06: the election object is well formed. §8.1, §8.2.

Its ``evote`` member, and the shape that our elections have, are the matter of C10.
"""

from __future__ import annotations

from audit.case import Case
from audit.election import decode_election
from audit.outcome import NOT_REACHED, Finding, judged
from audit.words import Malformed, Unsupported


def check(case: Case) -> Finding:
    """Decode the election.

    Raises:
        Unsupported: the archive is sound so far, and of a kind that this verifier does not know.
    """
    data = case.setup_bytes("election")
    if data is None:
        return NOT_REACHED
    try:
        case.election, case.evote = decode_election(data, strict=case.strict)
    except Unsupported as refusal:
        if case.board.whole:
            raise
        return judged(1, [refusal.text])
    except Malformed as refusal:
        return judged(1, [refusal.text])
    return judged(1)
