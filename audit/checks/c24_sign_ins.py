# SPDX-License-Identifier: AGPL-3.0-or-later
"""C24: the number of sign-ins is the number of ballots. §11.7."""

from __future__ import annotations

from collections.abc import Iterator

from audit.bodies import read_position
from audit.case import Case
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding, judged
from audit.strict_json import read_integer, read_object
from audit.words import Malformed, Text, count


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
        version = _version(case)
        spec = "version sign_ins seats" + (" journal" if version > 1 else "")
        fields = read_object(case.result_evote, spec, strict=True)
        read_integer(fields["version"], "version", version, version)
        case.recorded_seats = fields["seats"]
        if version > 1:
            case.result_journal = read_position(fields["journal"], "journal")
        sign_ins = read_integer(fields["sign_ins"], "sign_ins", 0, 2**53 - 1)
    except Malformed as refusal:
        return judged(1, [refusal.text])
    if case.board.lost:
        return NOT_REACHED  # a ballot may be among what is lost
    return judged(1, _differences(case, sign_ins))


def _version(case: Case) -> int:
    """That of the election; where its bindings are lost, the one that the result states."""
    if case.binding:
        return case.binding.version
    stated = case.result_evote.get("version") if isinstance(case.result_evote, dict) else None
    return 2 if stated == 2 else 1


def _differences(case: Case, sign_ins: int) -> Iterator[Text]:
    """As many ballots, and as the journal told when the vote was closed (§11.7, §19.2)."""
    declared = count(sign_ins, "émargement déclaré", "declared sign-in")
    ballots = len(case.board.ballots)
    if sign_ins != ballots:
        cast = count(ballots, "bulletin", "ballot")
        yield Text(f"{declared.fr} pour {cast.fr}", f"{declared.en} for {cast.en}")
    closed = case.journal.of_kind("closed") if case.journal else []
    if closed and closed[0].body["sign_ins"] != sign_ins:
        told = closed[0].body["sign_ins"]
        yield Text(
            f"{declared.fr}, le journal en dit {told} à la clôture",
            f"{declared.en}, the journal told {told} at the closing",
        )
