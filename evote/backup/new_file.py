# SPDX-License-Identifier: AGPL-3.0-or-later
"""Large secret files that are written piece by piece, whole or not at all.

``tally.files`` does the same for files that fit in memory.
"""

import contextlib
import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from evote.errors import Unreadable
from evote.secret_files import sync_folder
from tally.files import open_regular
from tally.french import reason

PREFIX: Final = ".preau-backup-"
# Between its making and its lock a file of a running backup is younger than this.
_YOUNG_SECONDS: Final = 60


class NewFile:
    """A file without its name yet, readable by its owner alone."""

    def __init__(self, stream: BinaryIO, temporary: Path) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self.temporary = temporary

    def write(self, data: bytes, /) -> None:
        """Write some more."""
        self._digest.update(data)
        with _explained(self.temporary.parent):
            self._stream.write(data)

    def sha256(self) -> str:
        """Return the hash of what was written, as 64 hexadecimal digits."""
        return self._digest.hexdigest()

    def make_durable(self) -> None:
        """Have everything on the disk."""
        with _explained(self.temporary.parent):
            self._stream.flush()
            os.fsync(self._stream.fileno())


@contextlib.contextmanager
def new_file(folder: Path) -> Iterator[NewFile]:
    """Give a file to write in this folder; it vanishes at the end unless it was named.

    Raises:
        Unreadable: the folder or the disk refuses.
    """
    with _explained(folder):
        _remove_left_behind(folder)
        handle, name = tempfile.mkstemp(prefix=PREFIX, dir=folder)
    stream = os.fdopen(handle, "wb")
    with contextlib.suppress(OSError):  # no locks on this disk: then nothing is swept there either
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    try:
        yield NewFile(stream, Path(name))
    finally:
        with contextlib.suppress(OSError):  # writes what is left, which fails on a full disk
            stream.close()
        Path(name).unlink(missing_ok=True)


def name_files(pairs: Sequence[tuple[NewFile, Path]]) -> None:
    """Give these files their names, all or none, when all of them are on the disk.

    Raises:
        Unreadable: the folder or the disk refuses.
    """
    for file, path in pairs:
        file.make_durable()
        if os.path.lexists(path):
            raise RuntimeError("the name of a backup is taken")
    with contextlib.ExitStack() as undo:
        for file, path in pairs:
            with _explained(path):
                file.temporary.rename(path)
            undo.callback(path.unlink)
        for folder in {path.parent for _, path in pairs}:
            with _explained(folder):
                sync_folder(folder)
        undo.pop_all()


def _remove_left_behind(folder: Path) -> None:
    """Remove what a backup that was killed has left: whoever still writes one has locked it."""
    for path in folder.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError), open_regular(path) as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if time.time() - path.stat().st_mtime >= _YOUNG_SECONDS:
                path.unlink()


@contextlib.contextmanager
def _explained(where: Path) -> Iterator[None]:
    try:
        yield
    except OSError as cause:
        raise Unreadable(
            f"impossible d'écrire dans « {where} » ({reason(cause)}) : rien n'a été écrit",
            "choisissez un dossier où vous pouvez écrire, sur un disque qui a de la place",
        ) from cause
