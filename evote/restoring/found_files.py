# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of a folder that somebody brings, but for those that a system leaves in every folder.

Nobody chose those, and they tell nothing; on a stick or in a copy made by a Mac each file has one.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NoReturn

from evote.errors import Unreadable
from tally.files import open_regular
from tally.french import reason
from tally.record_files import ZIP_MAGIC

# Of macOS, of Windows, of Linux; the folders stand at the top of a stick, some for root alone.
_OF_SYSTEMS: Final = frozenset(
    {
        ".ds_store",
        "thumbs.db",
        "desktop.ini",
        "__macosx",
        ".fseventsd",
        ".spotlight-v100",
        ".temporaryitems",
        ".trashes",
        "$recycle.bin",
        "system volume information",
        "lost+found",
    }
)
_APPLE_DOUBLE: Final = "._"


def files_in(folder: Path) -> list[Path]:
    """Return every file in it and in the folders in it, sorted; a link to a folder is one file.

    Raises:
        Unreadable: a folder in it cannot be read.
    """
    return sorted(_walked(folder))


def is_zip(path: Path) -> bool:
    """Tell whether a file begins as a zip does, whatever it is called; one unread is none."""
    try:
        with open_regular(path) as stream:
            return stream.read(len(ZIP_MAGIC)) == ZIP_MAGIC
    except OSError:
        return False


def _walked(folder: Path) -> Iterator[Path]:
    for name, folders, files in os.walk(folder, onerror=_refuse):
        here = Path(name)
        folders[:] = [each for each in folders if not _is_of_system(each)]
        yield from (here / each for each in folders if (here / each).is_symlink())
        yield from (here / each for each in files if not _is_of_system(each))


def _is_of_system(name: str) -> bool:
    return name.startswith(_APPLE_DOUBLE) or name.casefold() in _OF_SYSTEMS


def _refuse(cause: OSError) -> NoReturn:
    raise Unreadable(
        f"impossible de lire « {cause.filename} » ({reason(cause)})",
        "rendez ce dossier lisible, ou donnez-en une copie",
    ) from cause
