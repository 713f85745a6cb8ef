# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verdict of the verifier, asked as anybody asks it: by running its command on the record.

``audit`` shares no code with what made the election (docs/protocol.md §16).
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from evote.errors import Refusal


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verifier says: valid or not, how many checks passed, which failed.

    ``judged`` is False where it could not read the record and therefore says nothing about it.
    """

    valid: bool
    judged: bool
    passed: int
    not_applicable: int
    failed: tuple[str, ...]


def ask_verifier(record: Path, *, quiet: bool, since: Path | None = None) -> Verdict:
    """Run ``python -m audit verify`` on a record and read its verdict.

    Args:
        record: an archive, a folder or a zip.
        quiet: whether its progress is not shown.
        since: an earlier state, nothing of which may have changed: §17.3.

    Raises:
        Refusal: the verifier could not be run, or gave no report.
    """
    command = [sys.executable, "-m", "audit", "verify", str(record), "--json"]
    if since is not None:
        command += ["--since", str(since)]
    # The verifier draws its progress on the standard error.
    errors = subprocess.PIPE if quiet else None
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=errors)  # noqa: S603
    try:
        report = json.loads(done.stdout)
        checks = report["checks"]
        outcomes = [check["outcome"] for check in checks]
        return Verdict(
            valid=report["verdict"] == "valid" and done.returncode == 0,
            judged=report["verdict"] != "unreadable",
            passed=outcomes.count("passed"),
            not_applicable=outcomes.count("not_applicable"),
            failed=tuple(
                f"{check['id']} {check['title']}"
                for check in checks
                if check["outcome"] in ("failed", "not_reached")
            ),
        )
    except (ValueError, KeyError, TypeError) as cause:
        raise Refusal(
            "le vérificateur n'a pas rendu de rapport",
            f"relancez-le : evote-audit verify {record}",
        ) from cause
