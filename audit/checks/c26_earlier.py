# SPDX-License-Identifier: AGPL-3.0-or-later
"""C26: nothing that an earlier state showed was changed or removed. §17.3."""

from __future__ import annotations

from pathlib import Path

from audit.board import read_board
from audit.case import Case
from audit.outcome import NOT_APPLICABLE, Finding, judged
from audit.words import Text

_CHUNK = 2**20
_SWAPPED = Text(
    "l'archive donnée est plus ancienne que celle de --since ; les avez-vous inversées ?",
    "the archive given is older than that of --since; did you swap them?",
)
_OTHER = Text(
    "les deux archives sont de deux élections différentes ; les comparer ne dit rien de celle-ci",
    "the two archives are of two different elections; comparing them says nothing of this one",
)
_REWRITTEN = Text(
    "ce que l'archive ancienne montrait a été changé ou retiré (§17.3)",
    "what the earlier archive showed was changed or removed (§17.3)",
)


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
    if is_prefix(case.record.archive, case.since.archive):
        case.misused = _SWAPPED
    elif ours is None or theirs is None or ours.digest != theirs.digest:
        case.misused = _OTHER
    return judged(earlier.events, [case.misused or _REWRITTEN])


def is_prefix(earlier: Path, later: Path) -> bool:
    """Whether the bytes of one file are the first bytes of the other."""
    with earlier.open("rb") as old, later.open("rb") as new:
        while chunk := old.read(_CHUNK):
            if new.read(len(chunk)) != chunk:
                return False
    return True
