# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where notes are found: checkpoints, receipts, promises, records, and what a watcher keeps.

What a file is, its content says: mail programs, telephones and browsers give it other names.
Nothing that is given is passed over in silence: a file that should have a note and has none is
refused by its name, and what is no proof at all is returned by its. Who signed a note is looked at
later, in ``evidence.py``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from evote.errors import Unreadable
from evote.restoring.evidence import BroughtNote
from evote.restoring.found_files import files_in
from evote.restoring.watch_files import (
    UNJUDGED,
    WATCH_DIARY,
    is_beside_notes,
    is_diary,
    is_evidence,
    is_half_written,
    is_of_watch,
    notes_of_diary,
    notes_of_evidence,
)
from protocol.as_given import with_own_lines
from protocol.errors import ProtocolError
from protocol.note_format import SIGNATURE_MARK, Note
from protocol.notes import Checkpoint
from protocol.promises import PROMISE, Promise
from protocol.receipts import SUFFIX, TLOG_PROOF, Receipt
from tally.errors import cite
from tally.files import open_regular
from tally.french import reason
from tally.record_files import (
    ARCHIVE_SUFFIX,
    BOARD_CHECKPOINT,
    JOURNAL,
    JOURNAL_CHECKPOINT,
    SETUP_SIGNATURES,
    ZIP_MAGIC,
    ZIP_SUFFIX,
    opened_files,
)

MAX_BYTES: Final = 2**16  # of a checkpoint, a promise, and a receipt: §18.3, §20
# As the booth and the record name them; something may have been put behind.
_NAMES: Final = (".checkpoint", SUFFIX, ".promise", ZIP_SUFFIX)
_PAPERS: Final = (TLOG_PROOF.encode(), PROMISE.encode())
# A line that a key has signed, wherever it stands: 68 bytes of base 64 or more.
_SIGNED: Final = re.compile(
    rb"^" + SIGNATURE_MARK.encode() + rb"\S+ [A-Za-z0-9+/]{90,}", re.MULTILINE
)
_RECORD: Final = "record"
_WHICH: Final = (
    "donnez un point de contrôle, un reçu, une promesse, le dossier public d'une élection ou celui "
    "d'une surveillance"
)


@dataclass(frozen=True, slots=True)
class FoundNotes:
    """What somebody brought.

    Attributes:
        notes: all that were found.
        others: the files that have none, and need not: nothing was read from them.
    """

    notes: tuple[BroughtNote, ...]
    others: tuple[Path, ...] = ()


def read_notes(path: Path) -> FoundNotes:
    """Return the notes of a file, of a record, or of all that lies in a folder.

    Raises:
        Unreadable: there is none, or a file that should have one has not, or cannot be read.
    """
    place = watch_of(path)
    found = _of_folder(place) if place.is_dir() else FoundNotes(tuple(_of_file(place)))
    if not found.notes:
        raise Unreadable(f"« {path} » n'a pas de point de contrôle", _WHICH)
    return found


def record_in(path: Path) -> Path:
    """Return the record that a path has: that of a watcher's folder, or the path itself."""
    return path / _RECORD if (path / WATCH_DIARY).is_file() else path


def watch_of(path: Path) -> Path:
    """Return the watcher's folder of a record that is a watcher's, or the path itself.

    What the watcher saw of it is more than what it could fetch.
    """
    parent = path.resolve().parent
    if path.name == _RECORD and (parent / WATCH_DIARY).is_file():
        return parent
    return path


def _of_folder(folder: Path) -> FoundNotes:
    notes: list[BroughtNote] = []
    others = []
    for each in files_in(folder):
        try:
            notes += tuple(_of_file(each))
        except Unreadable as cause:
            if _should_have_one(each, cause):
                raise
            if not _is_beside_notes(each):
                others.append(each)
    return FoundNotes(tuple(notes), tuple(others))


def _of_file(path: Path) -> Iterator[BroughtNote]:
    entrusted = _is_entrusted(path)
    for data, source in _notes_in(path):
        yield replace(_note(data, source), entrusted=entrusted)


def _notes_in(path: Path) -> Iterator[tuple[bytes, str]]:
    """Give the notes of a file, by what it is, with their source."""
    beginning = _beginning(path)
    if beginning.startswith(ZIP_MAGIC):
        notes = _of_zip(path)
    elif is_diary(path, beginning):
        notes = notes_of_diary(path)
    elif is_evidence(path, beginning):
        notes = notes_of_evidence(path)
    elif len(beginning) > MAX_BYTES:
        raise Unreadable(f"« {path} » est trop gros pour un point de contrôle", _WHICH)
    else:
        notes = iter([beginning])
    yield from ((note, str(path)) for note in notes)


def _of_zip(path: Path) -> Iterator[bytes]:
    with opened_files(path) as files:
        names = [n for n in (BOARD_CHECKPOINT, JOURNAL_CHECKPOINT) if n in files.others]
        if not names:
            raise Unreadable(f"« {path} » n'a pas de point de contrôle", _WHICH)
        yield from (files.others[name] for name in names)


def _should_have_one(path: Path, cause: Unreadable) -> bool:
    """Tell whether a file without a note is one that may have been a proof."""
    if _is_entrusted(path) or path.is_dir() or is_half_written(path):
        return False
    if isinstance(cause.__cause__, OSError) or any(each in path.name.lower() for each in _NAMES):
        return True
    beginning = _beginning(path)
    is_paper = with_own_lines(beginning).startswith(_PAPERS)
    of_watch = is_diary(path, beginning) or is_evidence(path, beginning)
    return of_watch or is_paper or _SIGNED.search(beginning) is not None


def _is_entrusted(path: Path) -> bool:
    """Tell whether a watcher was given it, by anybody: it may stop no restore."""
    return path.parent.name in UNJUDGED and is_of_watch(path.parent)


def _is_beside_notes(path: Path) -> bool:
    is_of_record = path.name in (JOURNAL, SETUP_SIGNATURES) or path.suffix == ARCHIVE_SUFFIX
    has_notes = (path.parent / BOARD_CHECKPOINT).is_file()
    return (is_of_record and has_notes) or is_beside_notes(path)


def _note(data: bytes, source: str) -> BroughtNote:
    data = with_own_lines(data)
    try:
        if data.startswith(TLOG_PROOF.encode()):
            data = Receipt.decode(data).checkpoint
        text = Note.decode(data).text
        if text.startswith(f"{PROMISE}\n"):
            return BroughtNote(data, Promise.decode(text).origin, source, promises=True)
        # Of a log of others there may be more lines; what ours has is looked at with its key.
        origin = Checkpoint.decode("\n".join(text.split("\n", 3)[:3])).origin
    except ProtocolError as cause:
        raise Unreadable(
            f"« {source} » n'est pas un point de contrôle {cite(cause)}", _WHICH
        ) from cause
    return BroughtNote(data, origin, source)


def _beginning(path: Path) -> bytes:
    """Return the first bytes of a file; a pipe, which may never say anything, is none."""
    try:
        with open_regular(path) as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as cause:
        raise Unreadable(f"impossible de lire « {path} » ({reason(cause)})", _WHICH) from cause
