# SPDX-License-Identifier: AGPL-3.0-or-later
"""One watcher a store: the lock goes with the process, whatever ends it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

from audit.words import Text, Unreadable

_OTHER = Text(
    "arrêtez l'autre, ou donnez un autre dossier avec --store",
    "stop the other one, or give another folder with --store",
)


def locked(path: Path) -> BinaryIO:
    """The lock's file, held until it is closed.

    Raises:
        Unreadable: another process holds it.
    """
    file = path.open("ab")
    try:
        _lock(file)
    except OSError:
        file.close()
        raise Unreadable(
            "une autre surveillance se sert déjà de ce dossier",
            "another watch already uses this folder",
            _OTHER,
        ) from None
    return file


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
