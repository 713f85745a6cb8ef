# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where notes are found: checkpoints, receipts, promises, records, and what a watcher keeps.

Nothing that is given is passed over in silence: a file that should have a note and has none is
named. Who signed a note is looked at later, in ``evidence.py``.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from evote.errors import Unreadable
from evote.restoring.evidence import BroughtNote
from evote.restoring.watch_files import PROMISES, WATCH_DIARY, notes_of_watch
from protocol.as_given import as_given
from protocol.errors import ProtocolError
from protocol.note_format import Note
from protocol.promises import PROMISE, Promise
from protocol.receipts import SUFFIX, TLOG_PROOF, Receipt
from tally.errors import cite
from tally.files import open_regular
from tally.french import reason
from tally.record_files import (
    BOARD_CHECKPOINT,
    JOURNAL_CHECKPOINT,
    ZIP_MAGIC,
    ZIP_SUFFIX,
    opened_files,
)

MAX_BYTES: Final = 2**16  # of a checkpoint, a promise, and a receipt: §18.3, §20
# As the booth and the record name them.
_SUFFIXES: Final = (".checkpoint", SUFFIX, ".promise")
_RECORD: Final = "record"
_WHICH: Final = (
    "donnez un point de contrôle, un reçu, une promesse, le dossier public d'une élection ou celui "
    "d'un témoin"
)


def read_notes(path: Path) -> tuple[BroughtNote, ...]:
    """Return the notes of a file, of a record, or of all that lies in a folder.

    Raises:
        Unreadable: there is none, or a file that should have one has not.
    """
    place = watch_of(path)
    notes = tuple(_of_folder(place) if place.is_dir() else _of_file(place))
    if not notes:
        raise Unreadable(f"« {path} » n'a pas de point de contrôle", _WHICH)
    return notes


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


def _of_folder(folder: Path) -> Iterator[BroughtNote]:
    for each in sorted(folder.rglob("*")):
        if each.name == WATCH_DIARY:
            yield from (_note(*found) for found in notes_of_watch(each.parent))
        elif _is_of_watch(each):
            yield from _entrusted(each)
        elif each.suffix in _SUFFIXES or each.suffix.lower() == ZIP_SUFFIX:
            yield from _of_file(each)


def _is_of_watch(path: Path) -> bool:
    folder = path.parent
    return folder.name == PROMISES and (folder.parent / WATCH_DIARY).is_file()


def _entrusted(path: Path) -> Iterator[BroughtNote]:
    """Give the promise that a watcher was entrusted with; what is none it has told itself."""
    with contextlib.suppress(Unreadable):
        note = _note(_content(path), str(path))
        if note.promises:
            yield replace(note, entrusted=True)


def _of_file(path: Path) -> Iterator[BroughtNote]:
    if _beginning(path, len(ZIP_MAGIC)) != ZIP_MAGIC:
        yield _note(_content(path), str(path))
        return
    with opened_files(path) as files:
        names = [n for n in (BOARD_CHECKPOINT, JOURNAL_CHECKPOINT) if n in files.others]
        if not names:
            raise Unreadable(f"« {path} » n'a pas de point de contrôle", _WHICH)
        for name in names:
            yield _note(files.others[name], str(path))


def _note(data: bytes, source: str) -> BroughtNote:
    data = as_given(data)
    try:
        if data.startswith(TLOG_PROOF.encode()):
            data = Receipt.decode(data).checkpoint
        text = Note.decode(data).text
        if text.startswith(f"{PROMISE}\n"):
            return BroughtNote(data, Promise.decode(text).origin, source, promises=True)
    except ProtocolError as cause:
        raise Unreadable(
            f"« {source} » n'est pas un point de contrôle {cite(cause)}", _WHICH
        ) from cause
    return BroughtNote(data, text.partition("\n")[0], source)


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
