# SPDX-License-Identifier: AGPL-3.0-or-later
"""What outsiders have seen of the logs: checkpoints, receipts, records, and what a watcher keeps.

A note counts only if the election's own key signed it; so whoever brings one can prove that a
backup is old, and nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evote.errors import Refusal, Unreadable
from protocol.cosignatures import verify_seen
from protocol.errors import ProtocolError
from protocol.merkle import LogPosition
from protocol.note_format import Note
from protocol.notes import VerifierKey
from protocol.receipts import SUFFIX, TLOG_PROOF, Receipt
from protocol.server_binding import BOARD, JOURNAL, ServerBinding
from tally.errors import cite
from tally.files import open_regular
from tally.french import reason
from tally.record_files import BOARD_CHECKPOINT, JOURNAL_CHECKPOINT, ZIP_MAGIC, opened_files

MAX_BYTES: Final = 2**16  # of a checkpoint, and of a receipt: §18.3, §20.2
_SUFFIXES: Final = (".checkpoint", SUFFIX)
# What ``evote-audit watch`` begins its folder with; beside it lies the record.
WATCH_DIARY: Final = "watch.jsonl"
_WHICH: Final = "donnez un point de contrôle, le dossier public d'une élection ou celui d'un témoin"


@dataclass(frozen=True, slots=True)
class BroughtNote:
    """A note that somebody brought: its bytes, the log it names, and where it was found."""

    data: bytes
    origin: str
    source: str


@dataclass(frozen=True, slots=True)
class SeenLog:
    """How far a log was published, by a note that its key signed, or by the head file.

    Attributes:
        position: size and root.
        source: where that is known from.
        note: what was signed, None for the head file.
        stamp: its time, None without one.
    """

    position: LogPosition
    source: str
    note: bytes | None = None
    stamp: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """All that is known of the two logs of one election, in no order."""

    board: tuple[SeenLog, ...]
    journal: tuple[SeenLog, ...]

    def and_of(self, other: "Seen") -> "Seen":
        """Return what both know."""
        return Seen((*self.board, *other.board), (*self.journal, *other.journal))

    def log(self, name: str) -> tuple[SeenLog, ...]:
        """Return what is known of the board or of the journal, by its name."""
        return self.board if name == BOARD else self.journal


def read_notes(path: Path) -> tuple[BroughtNote, ...]:
    """Return the notes of a checkpoint or a receipt, of a record's zip, or of a folder's files.

    Raises:
        Unreadable: there is none.
    """
    if path.is_dir():
        found = [each for each in sorted(path.rglob("*")) if each.suffix in _SUFFIXES]
        notes = [_note(_content(each), each) for each in found]
    elif _starts_as_zip(path):
        with opened_files(path) as files:
            names = (BOARD_CHECKPOINT, JOURNAL_CHECKPOINT)
            notes = [_note(files.others[name], path) for name in names if name in files.others]
    else:
        notes = [_note(_content(path), path)]
    if not notes:
        raise Unreadable(f"« {path} » n'a pas de point de contrôle", _WHICH)
    return tuple(notes)


def record_in(path: Path) -> Path:
    """Return the record that a path has: that of a watcher's folder, or the path itself."""
    return path / "record" if (path / WATCH_DIARY).is_file() else path


def seen_of(server: ServerBinding, notes: Iterable[BroughtNote]) -> Seen:
    """Return what these notes prove of one election; notes of others are passed over.

    Raises:
        Refusal: a note names a log of this election, and its key did not sign it.
    """
    found: dict[str, list[SeenLog]] = {BOARD: [], JOURNAL: []}
    for note in notes:
        for log, key in ((BOARD, server.board_key), (JOURNAL, server.journal_key)):
            if note.origin == key.name:
                found[log].append(_verified(note, key))
    return Seen(tuple(found[BOARD]), tuple(found[JOURNAL]))


def _verified(note: BroughtNote, key: VerifierKey) -> SeenLog:
    try:
        seen = verify_seen(note.data, key)
    except ProtocolError as cause:
        raise Refusal(
            f"le point de contrôle de « {note.source} » n'est pas signé par cette élection "
            f"{cite(cause)}",
            "il ne prouve rien ; demandez d'où il vient, et donnez-en un autre",
        ) from cause
    return SeenLog(seen.checkpoint.position, note.source, note.data, seen.stamped_at)


def _note(data: bytes, path: Path) -> BroughtNote:
    try:
        if data.startswith(TLOG_PROOF.encode()):
            data = Receipt.decode(data).checkpoint
        origin = Note.decode(data).text.partition("\n")[0]
    except ProtocolError as cause:
        raise Unreadable(
            f"« {path} » n'est pas un point de contrôle {cite(cause)}", _WHICH
        ) from cause
    return BroughtNote(data, origin, str(path))


def _starts_as_zip(path: Path) -> bool:
    return _beginning(path, len(ZIP_MAGIC)) == ZIP_MAGIC


def _content(path: Path) -> bytes:
    data = _beginning(path, MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Unreadable(f"« {path} » est trop gros pour un point de contrôle", _WHICH)
    return data


def _beginning(path: Path, size: int) -> bytes:
    """Return the first bytes of a file; a pipe, which may never say anything, is none."""
    try:
        with open_regular(path) as stream:
            return stream.read(size)
    except OSError as cause:
        raise Unreadable(f"impossible de lire « {path} » ({reason(cause)})", _WHICH) from cause
