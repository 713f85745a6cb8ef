# SPDX-License-Identifier: AGPL-3.0-or-later
"""The head file: of each log the largest size ever signed, its root, the last stamp: docs/adr/0015.

It lies in the key folder, outside the database and outside every backup, and only moves forward:
a database that was put back in time is noticed by it. Several servers may share it.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from protocol.merkle import LogPosition

WAIT_SECONDS: Final = 10
# TRUNCATE with FULL: on the disk, the emptied journal too, when a commit returns; and unlike a
# write-ahead log it works in a folder that several machines share.
_DURABLE: Final = ("journal_mode = TRUNCATE", "synchronous = FULL")
_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS head "
    "(origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS stamp "
    "(origin TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    # Lines that a restore wrote, and of which nobody knows yet that it was completed.
    "CREATE TABLE IF NOT EXISTS told (origin TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
)
_IS_MADE: Final = "SELECT 1 FROM sqlite_master WHERE name = ?"
_ALL: Final = (
    "SELECT head.origin, size, root, coalesce(at, 0) FROM head "
    "LEFT JOIN stamp ON stamp.origin = head.origin"
)
_TOLD: Final = "SELECT origin FROM told"
_READ: Final = "SELECT size, root FROM head WHERE origin = ?"
_MOVE: Final = (
    "INSERT INTO head (origin, size, root) VALUES (?, ?, ?) ON CONFLICT (origin) "
    "DO UPDATE SET size = excluded.size, root = excluded.root WHERE excluded.size > head.size"
)
_STAMP: Final = "SELECT at FROM stamp WHERE origin = ?"
_STAMP_NOW: Final = (
    "INSERT INTO stamp (origin, at) VALUES (?, ?) ON CONFLICT (origin) "
    "DO UPDATE SET at = max(at, excluded.at)"
)
_TELL: Final = "INSERT OR IGNORE INTO told (origin) VALUES (?)"
_OWN: Final = "DELETE FROM told WHERE origin = ?"


class HeadsUnavailable(Exception):
    """The head file cannot be read or written now: nothing may be signed."""


@dataclass(frozen=True, slots=True)
class HeadLine:
    """What the head file says of one log.

    Attributes:
        position: the largest size ever signed, and its root.
        stamp: the last one, 0 without.
        told: whether a restore wrote this from what others have seen, and was perhaps not
            completed; no server of this key folder has signed it since.
    """

    position: LogPosition
    stamp: int
    told: bool


class Heads:
    """The head file of one key folder; shared by all threads of a process."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, *origins: str) -> tuple[LogPosition | None, ...]:
        """Return the head of each of these logs, None where nothing was ever signed.

        Raises:
            HeadsUnavailable: see there.
        """
        return self.read_stamped(*origins)[0]

    def read_stamped(self, *origins: str) -> tuple[tuple[LogPosition | None, ...], int]:
        """Return the same, and the last stamp of any of them (seconds since 1970 UTC; 0: none).

        Raises:
            HeadsUnavailable: see there.
        """
        nothing = ((None,) * len(origins), 0)
        with _as_unavailable():
            if not self._path.exists():
                return nothing
            with self._opened() as connection:
                if not _has(connection, "stamp"):
                    return nothing
                heads = tuple(_head(connection, origin) for origin in origins)
                return heads, max(_stamp(connection, origin) for origin in origins)

    def lines(self) -> dict[str, HeadLine]:
        """Return all that the file says, by origin.

        Raises:
            HeadsUnavailable: see there.
        """
        with _as_unavailable():
            if not self._path.exists():
                return {}
            with self._opened() as connection:
                if not _has(connection, "stamp"):
                    return {}
                connection.execute("BEGIN")
                told = set[str]()
                if _has(connection, "told"):
                    told = {origin for (origin,) in connection.execute(_TOLD)}
                return {
                    origin: HeadLine(LogPosition(size, root), stamp, origin in told)
                    for origin, size, root, stamp in connection.execute(_ALL)
                }

    @contextlib.contextmanager
    def moving(self) -> Iterator["MovingHeads"]:
        """Give the heads to compare and move: nobody else moves any until the block ends.

        What was moved is on the disk when the block has ended without an error; after any error
        nothing was moved.

        Raises:
            HeadsUnavailable: see there.
        """
        with _as_unavailable(), contextlib.suppress(FileExistsError):
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL, 0o600))
        with _as_unavailable(), self._opened() as connection:
            for pragma in _DURABLE:
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("BEGIN IMMEDIATE")
            for table in _TABLES:
                connection.execute(table)
            yield MovingHeads(connection)
            connection.execute("COMMIT")

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=WAIT_SECONDS, isolation_level=None)
        with contextlib.closing(connection):
            yield connection


class MovingHeads:
    """The heads within ``Heads.moving``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def head(self, origin: str) -> LogPosition | None:
        """Return the head of a log, None if nothing of it was ever signed."""
        return _head(self._connection, origin)

    def move(self, origin: str, position: LogPosition) -> None:
        """Move the head of a log forward.

        Raises:
            RuntimeError: it would stay or go back; the caller has not compared.
        """
        row = (origin, position.size, position.root)
        if self._connection.execute(_MOVE, row).rowcount != 1:
            raise RuntimeError("a head moves forward only")

    def stamp(self, origin: str) -> int:
        """Return the last time with which the log was stamped, 0 if there is none: §18.6."""
        return _stamp(self._connection, origin)

    def move_stamp(self, origin: str, at: int) -> None:
        """Remember that the log is stamped with this time; an earlier one changes nothing."""
        self._connection.execute(_STAMP_NOW, (origin, at))

    def tell(self, origin: str) -> None:
        """Remember that others have told this head, and that no server here may have signed it."""
        self._connection.execute(_TELL, (origin,))

    def own(self, origin: str) -> None:
        """Remember that a server of this key folder has this head, or more, as its own."""
        self._connection.execute(_OWN, (origin,))


def _has(connection: sqlite3.Connection, table: str) -> bool:
    return connection.execute(_IS_MADE, (table,)).fetchone() is not None


def _stamp(connection: sqlite3.Connection, origin: str) -> int:
    row = connection.execute(_STAMP, (origin,)).fetchone()
    return 0 if row is None else int(row[0])


def _head(connection: sqlite3.Connection, origin: str) -> LogPosition | None:
    row = connection.execute(_READ, (origin,)).fetchone()
    return None if row is None else LogPosition(*row)


@contextlib.contextmanager
def _as_unavailable() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as cause:
        raise HeadsUnavailable("the head file cannot be used now") from cause
