# SPDX-License-Identifier: AGPL-3.0-or-later
"""A folder for one process at a time: the lock goes with the process, whatever ends it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO


def hold(path: Path) -> BinaryIO:
    """The lock's file, held until it is closed.

    Raises:
        BlockingIOError: another process holds it.
    """
    file = path.open("ab")
    try:
        _lock(file)
    except OSError as error:
        file.close()
        raise BlockingIOError(*error.args) from error
    return file


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
