# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that hold a secret of the server: made once, durably, and overwritten when destroyed."""

import contextlib
import os
from pathlib import Path


def create_secret_file(path: Path, text: str) -> None:
    """Write a new file, readable by its owner alone, on the disk when this returns.

    Raises:
        OSError: there is one already, or the folder cannot be written.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def destroy_secret_file(path: Path) -> None:
    """Overwrite and remove a file; nothing if there is none."""
    with contextlib.suppress(FileNotFoundError), path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
        path.unlink()
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
