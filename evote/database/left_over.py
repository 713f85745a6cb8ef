# SPDX-License-Identifier: AGPL-3.0-or-later
"""A piece of another SQLite database, left beside a file that is absent or empty.

Acknowledged votes may lie in a ``-wal`` alone. SQLite takes such a piece for one of the new file,
finds nothing in it that fits, and deletes it: so it is looked for before a file is opened.
"""

from pathlib import Path
from typing import Final

# What SQLite keeps beside a file, and what of it may hold the only copy of something.
BESIDE: Final = ("-wal", "-shm", "-journal")
_WAL_HEADER_BYTES: Final = 32
# Of a rollback journal: how many pages the file had before. A new file had none to go back to.
_PAGES_BEFORE: Final = slice(16, 20)


class LeftOver(Exception):
    """Opening this file would destroy a piece of another database, which lies beside it.

    Attributes:
        file: of the database that was to be opened.
        piece: what lies beside it.
    """

    def __init__(self, file: Path, piece: Path) -> None:
        super().__init__("a piece of another database lies here")
        self.file = file
        self.piece = piece


def require_nothing_left_over(file: Path) -> None:
    """Refuse a file of SQLite that is absent or empty, and has pieces of another beside it.

    Raises:
        LeftOver: see there; nothing was opened.
    """
    place = file.resolve()  # SQLite, too, looks for its pieces where a link leads
    for end, holds_something in (("-wal", _wal_has_frames), ("-journal", _journal_has_pages)):
        piece = place.with_name(place.name + end)
        # In this order: whoever makes the file just now writes to it before it has a log.
        if piece.is_file() and holds_something(piece) and is_absent_or_empty(place):
            raise LeftOver(file, piece)


def is_absent_or_empty(file: Path) -> bool:
    """Tell whether a database's file has nothing in it."""
    return not file.exists() or file.stat().st_size == 0


def _wal_has_frames(piece: Path) -> bool:
    return piece.stat().st_size > _WAL_HEADER_BYTES


def _journal_has_pages(piece: Path) -> bool:
    with piece.open("rb") as stream:
        return any(stream.read(_PAGES_BEFORE.stop)[_PAGES_BEFORE])
