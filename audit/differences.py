# SPDX-License-Identifier: AGPL-3.0-or-later
"""How an earlier copy differs from this record, one log at a time, and what that shows. §17.3."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from audit.earlier_copy import Log
from audit.shortened import Signed, shortened
from audit.words import Text

_CHUNK = 2**20
_SWAPPED = Text(
    "l'archive donnée est plus ancienne que celle de --since ; les avez-vous inversées ?",
    "the archive given is older than that of --since; did you swap them?",
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
_LATER = Text(
    "le dossier donné est plus ancien que le point de contrôle de --since",
    "the record given is older than the checkpoint of --since",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs, in a sentence.

    Args:
        text: the sentence.
        convicts: it is a fault of this record, whoever may have altered the earlier copy.
    """

    text: Text
    convicts: bool = False


SWAPPED, TWO_COPIES = Difference(_SWAPPED), Difference(_TWO_COPIES)
GIVE_ALL, LATER = Difference(_GIVE_ALL), Difference(_LATER)
REWRITTEN = Difference(_REWRITTEN, convicts=True)
JOURNAL_REWRITTEN = Difference(_JOURNAL_REWRITTEN, convicts=True)


def signed_less(log: str, ours: Signed | None, theirs: Signed | None) -> Difference | None:
    """That the server shortened one of the logs, where the stamps of two states show it (§21)."""
    text = shortened(log, ours, theirs)
    return None if text is None else Difference(text, convicts=True)


def difference(
    ours: Log, theirs: Log, held: Signed | None, signed: Signed | None
) -> Difference | None:
    """How ``board`` or ``journal`` of the earlier copy is not the beginning of this record's.

    Args:
        ours: the log of this record.
        theirs: the same log of the earlier copy.
        held: what the sealed key signed of this record's, as it stands.
        signed: what it signed of the copy's.
    """
    compared = _of_boards if ours.name == "board" else _of_journals
    return compared(ours, theirs, held, signed)


def _of_boards(
    ours: Log, theirs: Log, held: Signed | None, signed: Signed | None
) -> Difference | None:
    """The earlier archive's bytes are the first bytes of this one."""
    if _is_prefix(theirs.record.archive, ours.record.archive):
        return None
    if _is_prefix(ours.record.archive, theirs.record.archive):
        return SWAPPED
    # What is signed is the events, not how they are wrapped.
    new, old = ours.leaves or b"", theirs.leaves or b""
    if new.startswith(old) or old.startswith(new):
        return TWO_COPIES
    return TWO_COPIES if None in (held, signed) else REWRITTEN


def _of_journals(
    ours: Log, theirs: Log, held: Signed | None, signed: Signed | None
) -> Difference | None:
    """The earlier journal's bytes are the first bytes of this one."""
    new, old = ours.record.journal, theirs.record.journal
    if old is None:
        return None
    if new is None:
        gone = Difference(_JOURNAL_GONE, convicts=signed is not None)
        return gone if ours.record.folder else GIVE_ALL
    if new.startswith(old):
        return None
    if old.startswith(new):
        return SWAPPED
    return TWO_COPIES if None in (held, signed) else JOURNAL_REWRITTEN


def _is_prefix(earlier: Path, later: Path) -> bool:
    """Whether the bytes of one file are the first bytes of the other."""
    with earlier.open("rb") as old, later.open("rb") as new:
        while chunk := old.read(_CHUNK):
            if new.read(len(chunk)) != chunk:
                return False
    return True
