# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole record for a trustee: the archive and, in version 2, journal and checkpoints: §17.1.

An election on files needs its archive alone. One held on a server is decrypted, and amended, only
with its journal: what happened around the box is part of what a trustee answers for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from protocol.board import Accept, Board
from protocol.errors import ProtocolError
from protocol.events import BoardState
from protocol.journal import JournalEntry, decode_journal
from protocol.journal_rules import TooFewWitnesses, verify_checkpoints, verify_journal
from protocol.journal_state import JournalState
from protocol.merkle import LogPosition
from tally.boards import ALERT, board_of, is_served, verify_whole_board
from tally.errors import Refusal, refuse
from tally.french import count
from tally.memory import SeenBoard, TrusteeMemory
from tally.record_files import (
    BOARD_CHECKPOINT,
    JOURNAL,
    JOURNAL_CHECKPOINT,
    RecordFiles,
    opened_files,
)

_DOWNLOAD = (
    "téléchargez le dossier complet (.zip) sur la page de l'élection, et donnez-le à la place "
    "de l'archive"
)


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal that was read, with the bytes of both checkpoints; nothing is verified yet."""

    entries: tuple[JournalEntry, ...]
    board_checkpoint: bytes
    journal_checkpoint: bytes

    def position(self, size: int | None = None) -> LogPosition:
        """Return where the journal stood after ``size`` entries, all of them if not said."""
        return LogPosition.of(entry.encode() for entry in self.entries[:size])


@dataclass(frozen=True, slots=True)
class Record:
    """A record that was read; ``journal`` is None in version 1 and for an archive alone."""

    board: Board
    journal: Journal | None
    _archive: BinaryIO | None = None

    def archive_bytes(self) -> bytes:
        """Return the archive's bytes, all of them."""
        if self._archive is None:
            raise RuntimeError("this record has no open archive")
        self._archive.seek(0)
        return self._archive.read()

    @property
    def seen(self) -> SeenBoard:
        """What a key file remembers of it, once it was verified."""
        head = self.board.head
        position = None if self.journal is None else self.journal.position()
        return SeenBoard(head.height, head.hash, position)

    def require_journal(self) -> None:
        """Refuse an archive alone, where the election has a journal beside it: §17.1."""
        if is_served(self.board.election) and self.journal is None:
            raise Refusal(
                "l'archive seule ne suffit pas : cette élection a un journal, à vérifier avec elle",
                _DOWNLOAD,
            )


@contextmanager
def opened_record(path: Path, accept: Accept | None = None) -> Iterator[Record]:
    """Read a record's structure: a folder, a zip, or an archive alone: §17.1.

    Raises:
        Unreadable: none of these, or of a kind that is not supported.
        Refusal: something in it is wrong or missing.
    """
    with opened_files(path) as files:
        board = board_of(files.archive, path, accept)
        yield Record(board, _read_journal(path, board, files), files.archive)


def verify_whole_record(record: Record) -> JournalState | None:
    """Check all that a record can show, and return what its journal tells: §16, §18.4, §19.

    Returns None in version 1 and for an archive alone.

    Raises:
        Refusal: anything in it is wrong.
    """
    verify_whole_board(record.board)
    journal = record.journal
    if journal is None:
        return None
    try:
        state = verify_journal(record.board, journal.entries)
    except ProtocolError as cause:
        raise refuse("le journal de l'élection n'est pas valable", cause, ALERT) from cause
    try:
        verify_checkpoints(
            record.board, state.position, journal.board_checkpoint, journal.journal_checkpoint
        )
    except TooFewWitnesses as cause:
        raise refuse(_too_few(cause), cause, _AGAIN) from cause
    except ProtocolError as cause:
        raise refuse("la signature du serveur n'est pas valable", cause, ALERT) from cause
    return state


def require_grown(memory: TrusteeMemory, record: Record) -> None:
    """Refuse a board or a journal that forgot or changed what this key has seen: §17.3.

    An archive alone shows no journal; whoever needs one has asked for it before.
    """
    seen, board = memory.seen, record.board
    if seen is None:
        return
    if board.head.height < seen.height:
        raise Refusal("cette archive est plus courte que celle que votre clé a déjà vue", _WHOLE)
    if board.event_hash(seen.height) != seen.event:
        raise Refusal("cette archive a changé des événements que votre clé avait déjà vus", ALERT)
    if seen.journal is None or record.journal is None:
        return
    if len(record.journal.entries) < seen.journal.size:
        raise Refusal("ce journal est plus court que celui que votre clé a déjà vu", _WHOLE)
    if record.journal.position(seen.journal.size) != seen.journal:
        raise Refusal("ce journal a changé des lignes que votre clé avait déjà vues", ALERT)


_AGAIN = (
    "ce n'est pas une faute : le serveur les interroge après chaque publication ; attendez une "
    "minute, reprenez le dossier et recommencez"
)


def _too_few(cause: TooFewWitnesses) -> str:
    verb = "l'ont" if cause.found > 1 else "l'a"
    found = f"{count(cause.found, 'témoin')} {verb} cosigné"
    return f"il manque encore des témoins à ce résultat : {found}, il en faut {cause.quorum}"


_WHOLE = "demandez le dossier complet ; si c'est bien lui, prévenez les autres membres"


def _read_journal(path: Path, board: Board, files: RecordFiles) -> Journal | None:
    if not is_served(board.election):
        if JOURNAL in files.others:
            raise Refusal(f"« {path} » a un journal, que cette élection ne prévoit pas", ALERT)
        return None
    if files.alone:
        return None
    for name in (JOURNAL, BOARD_CHECKPOINT, JOURNAL_CHECKPOINT):
        if name not in files.others:
            raise Refusal(f"il manque « {name} » dans « {path} »", _DOWNLOAD)
    try:
        entries = decode_journal(files.others[JOURNAL])
    except ProtocolError as cause:
        raise refuse("le journal de l'élection est abîmé ou modifié", cause, ALERT) from cause
    return Journal(entries, files.others[BOARD_CHECKPOINT], files.others[JOURNAL_CHECKPOINT])


def is_before_journal(record: Record) -> bool:
    """Tell whether an archive alone is enough, since nothing has happened yet: §13.5, §19.3."""
    return record.journal is None and record.board.state is BoardState.SET_UP
