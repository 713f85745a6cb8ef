# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each verifier says of an archive: ours through its command, the peer's through its tool."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from audit.cli import main as evote_audit
from tests.interop.archives import cut_after_setup
from tests.interop.peer import Peer

Result = list[list[int]]


def verdict_of_ours(archive: Path) -> dict[str, Any]:
    """The JSON report of `evote-audit verify`, run in this process."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        status = evote_audit(["verify", str(archive), "--json", "--jobs", "1"])
    report: dict[str, Any] = json.loads(said.getvalue())
    assert status == {"valid": 0, "invalid": 1, "unreadable": 2}[report["verdict"]]
    return report


def failed_checks(report: dict[str, Any]) -> dict[str, list[str]]:
    """The faults of every check that speaks, by its name."""
    return {
        check["id"]: check["faults"] for check in report["checks"] if check["outcome"] == "failed"
    }


def ours_accepts(archive: Path, result: Result | None, *, profile: str = "belenios") -> None:
    """Assert that our verifier accepts an archive, and finds this result in it."""
    report = verdict_of_ours(archive)
    seen = {name: report[name] for name in ("verdict", "profile", "result")}
    wanted = {"verdict": "valid", "profile": profile, "result": result}
    if seen != wanted or (report["state"] == "tallied") != (result is not None):
        raise AssertionError(f"{seen} {report['state']}, {failed_checks(report)}; not {wanted}")


def peer_accepts(peer: Peer, archive: Path, ballots: Iterable[bytes], scratch: Path) -> None:
    """Raise `PeerRefusal` unless the peer accepts an archive, alone in its folder, and each ballot.

    The peer's status is no verdict on ballots by itself, so each is also given to it over the
    archive as it was just after its `Setup`.
    """
    peer.verify(archive.parent)
    peer_accepts_ballots(peer, archive, ballots, scratch)


def peer_accepts_ballots(
    peer: Peer, archive: Path, ballots: Iterable[bytes], scratch: Path
) -> None:
    """Raise `PeerRefusal` unless the peer accepts each ballot over the set-up alone."""
    cut_after_setup(archive, scratch)
    for ballot in ballots:
        peer.verify_ballot(scratch, ballot)
