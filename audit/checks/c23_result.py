# SPDX-License-Identifier: AGPL-3.0-or-later
"""C23: the result is what the partial decryptions give, and possible. §11.4, §11.6."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from audit.arithmetic import Q, base_power, multiply
from audit.case import Case
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding, judged
from audit.partials import Partial, combined_factor, decode_result, impossible
from audit.trustees import Trustees
from audit.words import Malformed, Text


def check(case: Case) -> Finding:
    """g^m · F = β at every place, and numbers that so many votes can give."""
    posted = case.board.result
    if posted is None:
        return NOT_REACHED if case.board.lost else NOT_APPLICABLE
    if posted.payload is None or case.election is None:
        return NOT_REACHED
    try:
        data = case.read(posted.payload)
        case.result, case.result_evote = decode_result(data, case.election, strict=case.strict)
    except Malformed as refusal:
        return judged(1, [refusal.text])
    if case.total_weight is None or case.counted is None or case.trustees is None:
        return NOT_REACHED
    faults = list(_wrong(case, case.trustees, case.counted))
    where = impossible(case.election, case.result, case.total_weight)
    if where:
        faults.append(Text(f"{where} : nombres impossibles", f"{where}: impossible numbers"))
    return judged(sum(len(row) for row in case.result), faults)


def _wrong(case: Case, trustees: Trustees, counted: Mapping[int, Partial]) -> Iterator[Text]:
    for n, row in enumerate(case.result or ()):
        for j, number in enumerate(row):
            factor = combined_factor(trustees, counted, n, j)
            beta = case.tally[n][j].beta if case.tally else b""
            if multiply(base_power(number % Q), factor) != beta:
                yield Text(
                    f"question {n + 1}, choix {j} : {number} n'est pas le nombre chiffré (§11.5)",
                    f"question {n + 1}, choice {j}: {number} is not what was encrypted (§11.5)",
                )
