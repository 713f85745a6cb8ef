# SPDX-License-Identifier: AGPL-3.0-or-later
"""C25: the seats and the names elected follow from the result. §12."""

from __future__ import annotations

from collections.abc import Sequence

from audit.binding import Binding
from audit.case import Case
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding, judged
from audit.seats import expected_seats
from audit.strict_json import encode
from audit.words import Malformed, Text


def check(case: Case) -> Finding:
    """Recompute ``seats`` from the recorded numbers and compare, to the byte."""
    if not case.strict:
        return case.not_ours
    if case.board.result is None:
        return NOT_REACHED if case.board.lost else NOT_APPLICABLE
    if case.binding is None or case.result is None or case.recorded_seats is None:
        return NOT_REACHED
    lists, votes = case.binding.lists, case.result[0][1:]
    return _compare(case, case.binding, votes) if len(votes) == len(lists) else NOT_REACHED


def _compare(case: Case, binding: Binding, votes: Sequence[int]) -> Finding:
    lists = binding.lists
    try:
        expected = expected_seats(lists, votes, binding.seats, case.recorded_seats)
    except Malformed as refusal:
        return judged(len(lists), [refusal.text])
    if encode(expected) != encode(case.recorded_seats):
        fault = Text(
            "les sièges ou les élus ne suivent pas du résultat (§12)",
            "the seats or the names elected do not follow from the result (§12)",
        )
        return judged(len(lists), [fault])
    case.seats = expected
    return judged(len(lists))
