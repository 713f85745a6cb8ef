# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verifier, called in this process: the archive's bytes in, what it says of each check out."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from audit.notes import Checkpoint
from audit.record import Record
from audit.report import first_sentence
from audit.verify import Options
from audit.verify import verify as audit_verify
from audit.words import Unreadable, Unsupported

SIGNATURES = "setup-signatures.json"
STATUSES = {"valid": 0, "invalid": 1, "unreadable": 2}


@dataclass(frozen=True, slots=True)
class Report:
    """Exit status, outcome of each check by id, and the faults as text."""

    status: int
    outcomes: dict[str, str]
    text: str
    profile: str = ""
    first_line: str = ""
    unsupported: bool = False

    def with_outcome(self, outcome: str) -> list[str]:
        return sorted(check for check, said in self.outcomes.items() if said == outcome)


def verify(
    data: bytes,
    *,
    signatures: bytes | None = None,
    files: Mapping[str, bytes] | None = None,
    since: bytes | Record | Checkpoint | None = None,
    require_preau: bool = False,
) -> Report:
    """The verdict on an archive; with other files, on the record of all (§17.1)."""
    with tempfile.TemporaryDirectory(prefix="tamper-") as folder:
        path = Path(folder) / "election.bel"
        path.write_bytes(data)
        earlier = None if isinstance(since, bytes) else since
        if isinstance(since, bytes):
            old = Path(folder) / "old.bel"
            old.write_bytes(since)
            earlier = Record(old, folder=False)
        beside = dict(files or {})
        if signatures is not None:
            beside[SIGNATURES] = signatures
        alone = files is None and signatures is None
        record = Record(path, folder=False) if alone else Record.of(path, beside)
        try:
            verdict = audit_verify(record, earlier, Options(require_preau=require_preau, jobs=1))
        except (Unreadable, Unsupported) as refusal:
            return Report(2, {}, str(refusal), unsupported=isinstance(refusal, Unsupported))
    outcomes = {entry.id: finding.outcome.value for entry, finding in verdict.findings}
    faults = [f"{e.id}: {fault.en}" for e, finding in verdict.findings for fault in finding.faults]
    return Report(
        status=STATUSES[verdict.word],
        outcomes=outcomes,
        text="\n".join(faults),
        profile="preau" if verdict.case.strict else "belenios",
        first_line=first_sentence(verdict).fr,
    )
