# SPDX-License-Identifier: AGPL-3.0-or-later
"""C24: the number of sign-ins is the number of ballots. §11.7."""

from __future__ import annotations

from audit.binding import require_version
from audit.case import Case
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding, judged
from audit.strict_json import read_integer, read_object
from audit.words import Malformed, Text, Unsupported, count


def check(case: Case) -> Finding:
    """Decode ``result.evote``; its ``seats`` are left to C25."""
    if not case.strict:
        return case.not_ours
    if case.board.result is None and not case.board.lost:
        return NOT_APPLICABLE
    return _sign_ins(case) if case.result is not None else NOT_REACHED


def _sign_ins(case: Case) -> Finding:
    try:
        if case.result_evote is None:
            raise Malformed("« evote » manque (§11.7)", "“evote” is missing (§11.7)")
        fields = read_object(case.result_evote, "version sign_ins seats", strict=True)
        require_version(fields["version"], "Result")
        case.recorded_seats = fields["seats"]
        sign_ins = read_integer(fields["sign_ins"], "sign_ins", 0, 2**53 - 1)
    except (Malformed, Unsupported) as refusal:
        return judged(1, [refusal.text])
    if case.board.lost:
        return NOT_REACHED  # a ballot may be among what is lost
    ballots = len(case.board.ballots)
    if sign_ins == ballots:
        return judged(1)
    declared = count(sign_ins, "émargement déclaré", "declared sign-in")
    cast = count(ballots, "bulletin", "ballot")
    return judged(1, [Text(f"{declared.fr} pour {cast.fr}", f"{declared.en} for {cast.en}")])
