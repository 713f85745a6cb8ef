# SPDX-License-Identifier: AGPL-3.0-or-later
"""The few ways in which the store is written; each is on the disk when it returns."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from audit.system import explained, sync_folder
from audit.words import Text, Unusable

_UNWRITTEN = Text(
    "le dossier de surveillance n'a pas pu être écrit", "the folder of this watch was not written"
)
_UNREAD = Text(
    "le dossier de surveillance n'a pas pu être relu", "the folder of this watch was not read back"
)
_ROOM = Text(
    "réparez-le, puis lancez la même commande : elle reprend où elle en était",
    "put it right, then give the same command: it goes on from where it was",
)


@contextlib.contextmanager
def written() -> Iterator[None]:
    """A disk that does not take what is written ends the watch with a sentence."""
    with _ended_at(_UNWRITTEN):
        yield


@contextlib.contextmanager
def read_back() -> Iterator[None]:
    """So does one that does not give back what it took: the server has no part in that."""
    with _ended_at(_UNREAD):
        yield


@contextlib.contextmanager
def _ended_at(place: Text) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unusable(*explained(error).at(place), _ROOM) from error


class Disk:
    """Append, replace, cut. Whatever stops in between leaves the old state, or a torn end."""

    def append(self, path: Path, data: bytes) -> None:
        """Put bytes at the end of a file, which may be new."""
        new = not path.exists()
        with written(), path.open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if new:
            with written():
                sync_folder(path.parent)

    def replace(self, path: Path, data: bytes) -> None:
        """The file has these bytes, or still the old ones."""
        other = path.with_name(f"{path.name}.new")
        with written(), other.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with written():
            other.replace(path)
        with written():
            sync_folder(path.parent)

    def cut(self, path: Path, size: int) -> None:
        """Take what is beyond so many bytes off a file."""
        with written(), path.open("r+b") as file:
            file.truncate(size)
            os.fsync(file.fileno())
