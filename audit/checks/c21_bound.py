# SPDX-License-Identifier: AGPL-3.0-or-later
"""C21: every partial decryption is bound to this count. §6.6."""

from __future__ import annotations

from collections.abc import Iterator

from audit.binding import require_version
from audit.case import Case
from audit.checks.of_partials import place, statements, wait_for
from audit.election import Election
from audit.outcome import NOT_REACHED, Finding, judged
from audit.partials import Partial, rows
from audit.proofs import Proof, decode_proof, holds_bound_decryption
from audit.strict_json import read_object
from audit.words import Malformed, Text, Unsupported


def check(case: Case) -> Finding:
    """The bound proof, at every place of every partial decryption."""
    if not case.strict:
        return case.not_ours
    waiting = wait_for(case)
    if waiting or case.election is None or case.board.tally is None:
        return waiting or NOT_REACHED
    faults = []
    for partial in case.partials:
        try:
            proofs = _decode(partial, case.election)
        except (Malformed, Unsupported) as refusal:
            where = Text(f"membre du bureau n° {partial.owner}", f"trustee {partial.owner}")
            case.rejected.add(partial.owner)
            faults.append(refusal.text.at(where))
            continue
        faults += _faults(case, partial, proofs, case.board.tally.event_hash)
    return judged(len(case.partials), faults)


def _decode(partial: Partial, election: Election) -> list[list[Proof]]:
    """``"evote":{"version":1,"bound_proofs":[[proof…]…]}`` (§11.3)."""
    if partial.evote is None:
        raise Malformed("« evote » manque (§11.3)", "“evote” is missing (§11.3)")
    fields = read_object(partial.evote, "version bound_proofs", strict=True)
    require_version(fields["version"], "PartialDecryption")
    table = rows(fields["bound_proofs"], election, "bound_proofs")
    return [[decode_proof(item) for item in row] for row in table]


def _faults(
    case: Case, partial: Partial, proofs: list[list[Proof]], event_hash: str
) -> Iterator[Text]:
    fingerprint = case.election.fingerprint if case.election else ""
    for n, j, statement in statements(case, partial):
        where = [fingerprint, event_hash, str(partial.owner), str(n), str(j)]
        if not holds_bound_decryption(where, statement, proofs[n][j]):
            case.rejected.add(partial.owner)
            text = Text("preuve liée au décompte fausse (§6.6)", "bound proof fails (§6.6)")
            yield text.at(place(partial, n, j))
