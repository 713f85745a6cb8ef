# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that hold a secret of the server: made once, durably, and overwritten when destroyed."""

import contextlib
import os
from pathlib import Path

from protocol.secret import Secret
from tally.files import open_regular


def create_secret_file(path: Path, data: bytes) -> None:
    """Write a new file, readable by its owner alone, on the disk when this returns.

    It has its name once it is whole, so that who is killed meanwhile leaves no half of it: a file
    ``.NAME.new`` at most, for ``remove_unnamed``.

    Raises:
        OSError: there is one already, or it cannot be written; then nothing of it stays.
    """
    remove_unnamed(path)
    unnamed = _unnamed(path)
    handle = os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(unnamed, path)  # which, unlike a renaming, replaces nothing
    finally:
        unnamed.unlink()
    try:
        sync_folder(path.parent)
    except BaseException:
        path.unlink()
        raise


def read_secret_file(path: Path) -> Secret[bytes]:
    """Return what a file holds.

    Raises:
        OSError: it cannot be read, or is no regular file: a pipe could be waited for for ever.
    """
    with open_regular(path) as stream:
        return Secret(stream.read())


def remove_unnamed(path: Path) -> None:
    """Take away what is left of a process that was killed while it made this file.

    It is not overwritten: it may be the file itself, by another name.
    """
    _unnamed(path).unlink(missing_ok=True)


def destroy_secret_file(path: Path) -> None:
    """Overwrite and remove a file, and what was left of making it; nothing if there is none.

    Raises:
        OSError: it may still be on the disk; but the overwritten half of it has no name any more.
    """
    for each in (_unnamed(path), path):
        with contextlib.suppress(FileNotFoundError), each.open("r+b") as file:
            try:
                file.write(bytes(each.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            finally:
                each.unlink()
            sync_folder(each.parent)


def _unnamed(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def sync_folder(folder: Path) -> None:
    """Have the names of a folder's files on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
