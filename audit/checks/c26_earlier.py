# SPDX-License-Identifier: AGPL-3.0-or-later
"""C26: nothing that an earlier state showed was changed or removed. §17.3."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from pathlib import Path

from audit.case import Case
from audit.earlier import Damaged
from audit.earlier_copy import Copy, read_copy, signed_logs
from audit.notes import Checkpoint
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding, judged
from audit.record import CHECKPOINTS
from audit.tree import HASH_BYTES, earlier_roots
from audit.words import Malformed, Text

_CHUNK = 2**20
_SWAPPED = Text(
    "l'archive donnée est plus ancienne que celle de --since ; les avez-vous inversées ?",
    "the archive given is older than that of --since; did you swap them?",
)
_DAMAGED = Text(
    "la copie donnée à --since est abîmée ou n'en est pas une, et n'accuse personne",
    "the copy given to --since is damaged or is none, and accuses nobody",
)
_OTHER = Text(
    "la copie donnée à --since est d'une autre élection et ne dit rien de celle-ci ; si elle vient"
    " de la même adresse, comparez les empreintes",
    "the copy given to --since is of another election and says nothing of this one; if it comes"
    " from the same address, compare the fingerprints",
)
_TWO_COPIES = Text(
    "ce dossier et la copie de --since diffèrent, et rien ne prouve lequel des deux a été altéré ;"
    " comparez-les à d'autres copies avant de vous fier au résultat",
    "this record and the copy of --since differ, and nothing proves which of the two was altered;"
    " compare them with other copies before you rely on the result",
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
    "le point de contrôle de --since n'est pas signé pour cette élection : il est abîmé ou d'une"
    " autre, et n'accuse personne",
    "the checkpoint of --since is not signed for this election: it is damaged or of another, and"
    " accuses nobody",
)
_LATER = Text(
    "le dossier donné est plus ancien que le point de contrôle de --since",
    "the record given is older than the checkpoint of --since",
)


def check(case: Case) -> Finding:
    """The earlier archive and journal are the beginning of these; or a checkpoint covers it.

    What cannot be compared, damaged or of another election, is set aside: it accuses nobody.
    """
    since = case.since
    if since is None:
        return NOT_APPLICABLE
    try:
        if isinstance(since, Damaged):
            raise Malformed(*since.why)
        if isinstance(since, Checkpoint):
            return _covered(case, since)
        return _since(case, read_copy(since))
    except Malformed as refusal:
        return _set_aside(case, refusal.text.at(_DAMAGED))


def _set_aside(case: Case, why: Text) -> Finding:
    case.incomparable = why
    return Finding(NOT_REACHED.outcome, faults=(why,))


def _since(case: Case, copy: Copy) -> Finding:
    ours, theirs = case.setup_datum("election"), copy.board.setup_datum("election")
    if theirs is None:
        raise Malformed("pas d'élection (§10.2)", "no election (§10.2)")
    if ours is None or (case.strict and case.binding is None):
        return NOT_REACHED
    if ours.digest != theirs.digest:
        return _set_aside(case, _OTHER)
    server = case.binding.server if case.binding else None
    signed = frozenset() if server is None else signed_logs(copy, server)
    fault = _board_fault(case, copy, signed) or _journal_fault(case, copy, signed)
    return judged(copy.board.events, [fault] if fault else [])


def _board_fault(case: Case, copy: Copy, signed: AbstractSet[str]) -> Text | None:
    """The earlier archive's bytes are the first bytes of this one."""
    ours, theirs = case.record.archive, copy.record.archive
    if is_prefix(theirs, ours):
        return None
    if is_prefix(ours, theirs):
        case.differing = _SWAPPED
    elif "board" not in signed or case.board.leaves.startswith(copy.board.leaves):
        case.differing = _TWO_COPIES  # what is signed is the events, not how they are wrapped
    return case.differing or _REWRITTEN


def _journal_fault(case: Case, copy: Copy, signed: AbstractSet[str]) -> Text | None:
    """The earlier journal's bytes are the first bytes of this one."""
    ours, theirs = case.record.journal, copy.record.journal
    if theirs is None:
        return None
    if ours is None:
        case.differing = None if case.record.folder else _GIVE_ALL
        return case.differing or _JOURNAL_GONE
    if ours.startswith(theirs):
        return None
    if theirs.startswith(ours):
        case.differing = _SWAPPED
    elif "journal" not in signed:
        case.differing = _TWO_COPIES
    return case.differing or _JOURNAL_REWRITTEN


def _covered(case: Case, checkpoint: Checkpoint) -> Finding:
    """The first so many events or entries have the root that was signed."""
    if case.strict and case.binding is None:
        return NOT_REACHED
    log = _log(case, checkpoint)
    if log is None:
        return _set_aside(case, _NOT_OURS)
    leaves = _leaves(case, log)
    if leaves is None:
        case.differing = _GIVE_ALL
    elif checkpoint.size > len(leaves) // HASH_BYTES:
        case.differing = _LATER
    elif earlier_roots(leaves, [checkpoint.size])[checkpoint.size] == checkpoint.root:
        return judged(checkpoint.size)
    return judged(checkpoint.size, [case.differing or _REWRITTEN])


def _log(case: Case, checkpoint: Checkpoint) -> str | None:
    """Which of the two logs signed it with its sealed key (§18.3); None if neither did."""
    server = case.binding.server if case.binding else None
    if server is None:
        return None
    for log in CHECKPOINTS:
        key = server.log_key(log)
        if checkpoint.origin == key.name and checkpoint.signed_by(key):
            return log
    return None


def _leaves(case: Case, log: str) -> bytes | bytearray | None:
    """The leaves of that log, as far as it was given."""
    if log == "board":
        return case.board.leaves
    return None if case.journal is None else case.journal.leaves


def is_prefix(earlier: Path, later: Path) -> bool:
    """Whether the bytes of one file are the first bytes of the other."""
    with earlier.open("rb") as old, later.open("rb") as new:
        while chunk := old.read(_CHUNK):
            if new.read(len(chunk)) != chunk:
                return False
    return True
