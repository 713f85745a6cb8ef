# SPDX-License-Identifier: AGPL-3.0-or-later
"""C26: nothing that an earlier state showed was changed or removed. §17.3."""

from __future__ import annotations

from pathlib import Path

from audit.board import read_board
from audit.case import Case
from audit.outcome import NOT_APPLICABLE, Finding, judged
from audit.words import Text

_CHUNK = 2**20


def check(case: Case) -> Finding:
    """The earlier archive's bytes are the first bytes of this one.

    Raises:
        Unreadable: the earlier archive is no archive.
    """
    if case.since is None:
        return NOT_APPLICABLE
    with case.since.archive.open("rb") as file:
        earlier = read_board(file)
    if is_prefix(case.since.archive, case.record.archive):
        return judged(earlier.events)
    ours, theirs = case.setup_datum("election"), earlier.setup_datum("election")
    if ours is None or theirs is None or ours.digest != theirs.digest:
        fault = Text("l'archive ancienne est d'une autre élection", "another election's archive")
    else:
        fault = Text(
            "ce que l'archive ancienne montrait a été changé ou retiré (§17.3)",
            "what the earlier archive showed was changed or removed (§17.3)",
        )
    return judged(earlier.events, [fault])


def is_prefix(earlier: Path, later: Path) -> bool:
    """Whether the bytes of one file are the first bytes of the other."""
    with earlier.open("rb") as old, later.open("rb") as new:
        while chunk := old.read(_CHUNK):
            if new.read(len(chunk)) != chunk:
                return False
    return True
