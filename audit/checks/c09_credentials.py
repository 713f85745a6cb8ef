# SPDX-License-Identifier: AGPL-3.0-or-later
"""C09: the public credentials are well formed and distinct. §8.4, §8.5."""

from __future__ import annotations

from audit.case import Case
from audit.counting import outsiders, take_census
from audit.election import decode_credentials
from audit.outcome import NOT_REACHED, Finding, judged
from audit.words import Malformed, Text
from audit.workers import Job


def check(case: Case) -> Finding:
    """Decode the list, then see on all processes that every key is in the group.

    The ballots are gone through first, since each shows that its key is.
    """
    data = case.setup_bytes("credentials")
    if data is None:
        return NOT_REACHED
    try:
        credentials = decode_credentials(data, strict=case.strict)
    except Malformed as refusal:
        return judged(1, [refusal.text])
    job = Job(case.record.archive, case.election)
    if case.election is not None:
        case.census = take_census(case.board.ballots, credentials, job, case.pool, case.progress)
    faults = [
        Text(
            f"clé n° {number + 1} : elle n'est pas dans le groupe (§4.2)",
            f"credential {number + 1}: not in the group (§4.2)",
        )
        for number in outsiders(credentials, case.census, job, case.pool)
    ]
    if not faults:
        case.credentials = credentials
    return judged(len(credentials.weights), faults)
