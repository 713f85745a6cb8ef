# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verdict as JSON: docs/schemas/verify.schema.json. ASCII, one line, nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from audit.catalogue import Entry
from audit.elected import verified_result, verified_seats
from audit.outcome import Finding
from audit.told import journal_object, state
from audit.verify import Verdict
from audit.vouched import checkpoints_object
from audit.witness_names import witness_keys
from audit.words import Text

VERSION = 1


def verdict_object(verdict: Verdict, say: Callable[[Text], str]) -> dict[str, Any]:
    """The object for an archive that could be read."""
    case = verdict.case
    told = verdict.word == "valid"
    result = verified_result(verdict) if told else None
    return {
        "version": VERSION,
        "verdict": verdict.word,
        "profile": "preau" if case.strict else "belenios",
        "state": state(case),
        "rehearsal": case.binding.rehearsal if case.binding else None,
        "fingerprint": case.election.fingerprint if case.election else None,
        "ballots": len(case.board.ballots),
        "checks": checks(verdict.findings, say),
        "result": [list(row) for row in result] if result else None,
        "seats": verified_seats(verdict) if told else None,
        "journal": journal_object(case),
        "checkpoints": checkpoints_object(case),
        "witness_keys": witness_keys(case),
    }


def checks(
    findings: Sequence[tuple[Entry, Finding]], say: Callable[[Text], str]
) -> list[dict[str, Any]]:
    """One object a check, in the order of the catalogue."""
    return [
        {
            "id": entry.id,
            "title": say(entry.title),
            "outcome": finding.outcome.value,
            "examined": finding.examined,
            "faults": [say(fault) for fault in finding.faults],
        }
        for entry, finding in findings
    ]


def bare_object(
    verdict: str, findings: Sequence[tuple[Entry, Finding]], say: Callable[[Text], str]
) -> dict[str, Any]:
    """The object where there was no archive to judge."""
    return {
        "version": VERSION,
        "verdict": verdict,
        "profile": None,
        "state": None,
        "rehearsal": None,
        "fingerprint": None,
        "ballots": 0,
        "checks": checks(findings, say),
        "result": None,
        "seats": None,
        "journal": None,
        "checkpoints": None,
        "witness_keys": [],
    }


def dumps(value: dict[str, Any]) -> str:
    """ASCII, so that nothing from the record can act on a terminal."""
    return json.dumps(value, ensure_ascii=True)
