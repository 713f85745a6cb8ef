# SPDX-License-Identifier: AGPL-3.0-or-later
"""C26: nothing that an earlier state showed was changed or removed. §17.3."""

from __future__ import annotations

from pathlib import Path

from audit.board import read_board
from audit.case import Case
from audit.notes import Checkpoint
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding, judged
from audit.record import Record
from audit.tree import HASH_BYTES, earlier_roots
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
_JOURNAL_REWRITTEN = Text(
    "ce que disait le journal ancien a été changé ou retiré (§17.3)",
    "what the earlier journal told was changed or removed (§17.3)",
)
_JOURNAL_GONE = Text(
    "le journal que montrait l'état ancien manque (§17.3)",
    "the journal that the earlier state showed is missing (§17.3)",
)
_GIVE_ALL = Text(
    "l'état de --since a un journal, l'archive donnée est sans le sien ; donnez son dossier"
    " complet",
    "the state of --since has a journal, the archive given is without its own; give its complete"
    " record",
)
_NOT_OURS = Text(
    "le point de contrôle de --since n'est pas signé pour cette élection ; le comparer ne dit rien"
    " d'elle",
    "the checkpoint of --since is not signed for this election; comparing it says nothing of it",
)
_LATER = Text(
    "le dossier donné est plus ancien que le point de contrôle de --since",
    "the record given is older than the checkpoint of --since",
)


def check(case: Case) -> Finding:
    """The earlier archive and journal are the beginning of these; or a checkpoint covers it.

    Raises:
        Unreadable: the earlier archive is no archive.
    """
    if case.since is None:
        return NOT_APPLICABLE
    if isinstance(case.since, Checkpoint):
        return _covered(case, case.since)
    return _since(case, case.since)


def _since(case: Case, since: Record) -> Finding:
    with since.archive.open("rb") as file:
        earlier = read_board(file)
    if is_prefix(since.archive, case.record.archive):
        fault = _journal_fault(case, since)
        return judged(earlier.events, [fault] if fault else [])
    ours, theirs = case.setup_datum("election"), earlier.setup_datum("election")
    if is_prefix(case.record.archive, since.archive):
        case.misused = _SWAPPED
    elif ours is None or theirs is None or ours.digest != theirs.digest:
        case.misused = _OTHER
    return judged(earlier.events, [case.misused or _REWRITTEN])


def _journal_fault(case: Case, since: Record) -> Text | None:
    """The earlier journal's bytes are the first bytes of this one."""
    if since.journal is None:
        return None
    if case.record.journal is None:
        case.misused = None if case.record.folder else _GIVE_ALL
        return case.misused or _JOURNAL_GONE
    return None if case.record.journal.startswith(since.journal) else _JOURNAL_REWRITTEN


def _covered(case: Case, checkpoint: Checkpoint) -> Finding:
    """The first so many events or entries have the root that was signed."""
    if case.strict and case.binding is None:
        return NOT_REACHED
    leaves = _log(case, checkpoint)
    if leaves is None:
        case.misused = case.misused or _NOT_OURS
    elif checkpoint.size > len(leaves) // HASH_BYTES:
        case.misused = _LATER
    elif earlier_roots(leaves, [checkpoint.size])[checkpoint.size] == checkpoint.root:
        return judged(checkpoint.size)
    return judged(checkpoint.size, [case.misused or _REWRITTEN])


def _log(case: Case, checkpoint: Checkpoint) -> bytes | bytearray | None:
    """The leaves of the log that signed it with its sealed key, or None."""
    server = case.binding.server if case.binding else None
    if server is None:
        return None
    if checkpoint.origin == server.board_key.name and checkpoint.signed_by(server.board_key):
        return case.board.leaves
    if checkpoint.origin == server.journal_key.name and checkpoint.signed_by(server.journal_key):
        if case.journal is not None:
            return case.journal.leaves
        case.misused = _GIVE_ALL
    return None


def is_prefix(earlier: Path, later: Path) -> bool:
    """Whether the bytes of one file are the first bytes of the other."""
    with earlier.open("rb") as old, later.open("rb") as new:
        while chunk := old.read(_CHUNK):
            if new.read(len(chunk)) != chunk:
                return False
    return True
