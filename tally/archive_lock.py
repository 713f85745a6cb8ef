# SPDX-License-Identifier: AGPL-3.0-or-later
"""An archive on disk, open for one writer at a time: docs/protocol.md §10.3."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from protocol.errors import ProtocolError
from tally.errors import Unreadable, cite
from tally.french import reason

WHICH_FILE: Final = "donnez le fichier .bel que l'organisateur a remis, tel quel"


@contextlib.contextmanager
def opened(path: Path, mode: str = "r+b") -> Iterator[BinaryIO]:
    """Open an archive; Unreadable where that cannot be."""
    try:
        stream = path.open(mode, buffering=2**16)
    except OSError as cause:
        raise Unreadable(
            f"impossible d'ouvrir « {path} » ({reason(cause)})",
            "vérifiez le chemin et les droits sur ce fichier",
        ) from cause
    with stream:
        yield stream  # type: ignore[misc]


@contextlib.contextmanager
def locked(stream: BinaryIO) -> Iterator[None]:
    """Wait for whoever is writing to this archive, then keep others waiting."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415  (exists on Windows only)

        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        import fcntl  # noqa: PLC0415  (does not exist on Windows)

        fcntl.flock(stream, fcntl.LOCK_EX)
        yield  # closing the file unlocks it


def no_archive(path: Path, cause: ProtocolError) -> Unreadable:
    """Return the refusal of a file that is no archive at all."""
    return Unreadable(f"« {path} » n'est pas l'archive d'une élection {cite(cause)}", WHICH_FILE)
