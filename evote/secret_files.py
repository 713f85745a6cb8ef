# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that hold a secret of the server: made once, durably, and overwritten when destroyed."""

import contextlib
import os
from pathlib import Path


def create_secret_file(path: Path, data: bytes) -> None:
    """Write a new file, readable by its owner alone, on the disk when this returns.

    Raises:
        OSError: there is one already, or it cannot be written; then nothing of it stays.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except BaseException:
        path.unlink()
        raise


def destroy_secret_file(path: Path) -> None:
    """Overwrite and remove a file; nothing if there is none."""
    with contextlib.suppress(FileNotFoundError), path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
        path.unlink()
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names of a folder's files on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
