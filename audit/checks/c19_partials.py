# SPDX-License-Identifier: AGPL-3.0-or-later
"""C19: the partial decryptions are well formed and each comes from another trustee. §11.3."""

from __future__ import annotations

from audit.board import Posted
from audit.case import Case
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding, judged
from audit.partials import Partial, decode_owner, decode_partial
from audit.strict_json import decode
from audit.words import Malformed, Text


def check(case: Case) -> Finding:
    """Decode each; the first of each owner is kept."""
    if not case.board.partials:
        return NOT_REACHED if case.board.stage > 4 or case.board.lost else NOT_APPLICABLE
    if case.election is None or case.trustees is None:
        return NOT_REACHED
    faults, owners = [], set[int]()
    for posted in case.board.partials:
        place = Text(f"événement {posted.height}", f"event {posted.height}")
        try:
            partial = _decode(case, posted)
        except Malformed as refusal:
            faults.append(refusal.text.at(place))
            continue
        if partial is None:
            continue
        if partial.owner in owners:
            text = Text("un second déchiffrement de", "a second decryption of")
            text = Text(f"{text.fr} {partial.owner}", f"{text.en} {partial.owner}")
            faults.append(text.at(place))
            continue
        owners.add(partial.owner)
        case.partials.append(partial)
    return judged(len(case.board.partials), faults)


def _decode(case: Case, posted: Posted) -> Partial | None:
    """One partial decryption; None if its data are not there, which is a fault of C05."""
    if posted.payload is None or case.election is None or case.trustees is None:
        return None
    data = case.read(posted.payload)
    owner = decode_owner(data, len(case.trustees.keys()), strict=case.strict)
    inner = posted.named(decode(data)["payload"])
    if inner is None:
        return None
    return decode_partial(case.read(inner), owner, case.election, strict=case.strict)
