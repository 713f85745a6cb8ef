# SPDX-License-Identifier: AGPL-3.0-or-later
"""C20: every partial decryption is proved. §6.5."""

from __future__ import annotations

from collections.abc import Iterator

from audit.case import Case
from audit.checks.of_partials import place, statements, wait_for
from audit.outcome import Finding, judged
from audit.partials import Partial
from audit.proofs import holds_decryption
from audit.words import Text


def check(case: Case) -> Finding:
    """The proof of the format, at every place of every partial decryption."""
    waiting = wait_for(case)
    if waiting:
        return waiting
    faults = [fault for partial in case.partials for fault in _faults(case, partial)]
    return judged(len(case.partials), faults)


def _faults(case: Case, partial: Partial) -> Iterator[Text]:
    fingerprint = case.election.fingerprint if case.election else ""
    for n, j, statement in statements(case, partial):
        if not holds_decryption(fingerprint, statement, partial.proofs[n][j]):
            case.rejected.add(partial.owner)
            text = Text("preuve de déchiffrement fausse (§6.5)", "decryption proof fails (§6.5)")
            yield text.at(place(partial, n, j))
