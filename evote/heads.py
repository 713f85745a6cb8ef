# SPDX-License-Identifier: AGPL-3.0-or-later
"""The head file: of each log the largest size ever signed, its root, the last stamp: docs/adr/0015.

It lies in the key folder, outside the database and outside every backup, and only moves forward:
a database that was put back in time is noticed by it. Several servers may share it. So that an old
copy of it is not taken for the last one it has the mark of each backup, and when a server last
wrote to it: docs/adr/0016.
"""

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from protocol.encoding import MAX_INTEGER
from protocol.merkle import LogPosition

WAIT_SECONDS: Final = 10
# A running server renews the time of the last writing so often, and not more often.
ALIVE_SECONDS: Final = 60
MARK_KEPT_SECONDS: Final = 400 * 86_400
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
    # The numbers of backups: a copy of this file made before a backup has not its number.
    "CREATE TABLE IF NOT EXISTS mark "
    "(backup TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS written "
    "(one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER NOT NULL) STRICT",
)
_ROOT: Final = re.compile("[0-9a-f]{64}", re.ASCII)
_IS_MADE: Final = "SELECT 1 FROM sqlite_master WHERE name = ?"
_ALL: Final = (
    "SELECT head.origin, size, root, coalesce(at, 0) FROM head "
    "LEFT JOIN stamp ON stamp.origin = head.origin"
)
_ORIGINS: Final = "SELECT origin FROM head"
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
_MARKS: Final = "SELECT backup FROM mark"
_MARK: Final = "INSERT OR REPLACE INTO mark (backup, at) VALUES (?, ?)"
_FORGET_MARKS: Final = "DELETE FROM mark WHERE at < ?"
_WRITTEN: Final = "SELECT at FROM written"
_WRITE: Final = "INSERT OR REPLACE INTO written (one, at) VALUES (1, ?)"


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


@dataclass(frozen=True, slots=True)
class HeadFile:
    """All that the head file says.

    Attributes:
        lines: of each log that was signed, by origin.
        marks: the numbers of the backups that were made, or restored, since there is this file.
        written: when a server last wrote to it, by its own clock in seconds since 1970 UTC; 0 where
            that is not known.
    """

    lines: Mapping[str, HeadLine] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    written: int = 0


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

    def read_all(self) -> HeadFile:
        """Return all that the file says.

        Raises:
            HeadsUnavailable: see there.
        """
        with _as_unavailable():
            if not self._path.exists():
                return HeadFile()
            with self._opened() as connection:
                connection.execute("BEGIN")
                if not _has(connection, "stamp"):
                    return HeadFile()
                told = {origin for (origin,) in _rows(connection, "told", _TOLD)}
                lines = {
                    _origin(origin): HeadLine(_position(size, root), _number(stamp), origin in told)
                    for origin, size, root, stamp in connection.execute(_ALL)
                }
                marks = frozenset(backup for (backup,) in _rows(connection, "mark", _MARKS))
                return HeadFile(lines, marks, _written(connection))

    def origins(self) -> frozenset[str]:
        """Return the logs of which anything was ever signed, also where a size or root is damaged.

        Raises:
            HeadsUnavailable: see there; a name is damaged.
        """
        with _as_unavailable():
            if not self._path.exists():
                return frozenset()
            with self._opened() as connection:
                return frozenset(_origin(name) for (name,) in _rows(connection, "head", _ORIGINS))

    def mark(self, backup: str, at: int) -> None:
        """Remember that a backup of this number begins now; without a file nothing is to be marked.

        Raises:
            HeadsUnavailable: see there.
        """
        with _as_unavailable():
            is_there = self._path.exists()
        if is_there:
            with self.moving() as moving:
                moving.mark(backup, at)

    def keep_alive(self, at: int) -> None:
        """Remember that a server runs now, if that was not written within the last minute.

        Raises:
            HeadsUnavailable: see there.
        """
        with _as_unavailable():
            if not self._path.exists():
                return
            with self._opened() as connection:
                written = _written(connection)
        if abs(at - written) >= ALIVE_SECONDS:
            with self.moving() as moving:
                moving.write_time(at)

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

    def mark(self, backup: str, at: int) -> None:
        """Remember that a backup was made or restored; the marks of long ago are forgotten."""
        self._connection.execute(_FORGET_MARKS, (at - MARK_KEPT_SECONDS,))
        self._connection.execute(_MARK, (backup, at))

    def write_time(self, at: int) -> None:
        """Say when this was written: whatever it was before, for a clock may have been wrong."""
        self._connection.execute(_WRITE, (at,))


def _has(connection: sqlite3.Connection, table: str) -> bool:
    return connection.execute(_IS_MADE, (table,)).fetchone() is not None


def _rows(connection: sqlite3.Connection, table: str, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a table that files of before have not."""
    return connection.execute(query).fetchall() if _has(connection, table) else []


def _written(connection: sqlite3.Connection) -> int:
    times = [at for (at,) in _rows(connection, "written", _WRITTEN)]
    return max((at for at in times if type(at) is int), default=0)  # a damaged one is written anew


def _stamp(connection: sqlite3.Connection, origin: str) -> int:
    row = connection.execute(_STAMP, (origin,)).fetchone()
    return 0 if row is None else _number(row[0])


def _head(connection: sqlite3.Connection, origin: str) -> LogPosition | None:
    row = connection.execute(_READ, (origin,)).fetchone()
    if row is None:
        return None
    return _position(*row)


def _position(size: object, root: object) -> LogPosition:
    # SQLite gives what stands in a damaged file, of whatever type.
    if not isinstance(root, str) or not _ROOT.fullmatch(root):
        raise HeadsUnavailable("a root in the head file is damaged")
    return LogPosition(_number(size), root)


def _origin(value: object) -> str:
    if not isinstance(value, str):
        raise HeadsUnavailable("a name in the head file is damaged")
    return value


def _number(value: object) -> int:
    """Return a size or a time, of which none is signed that is not below 2^53: §2.1."""
    if type(value) is not int or not 0 <= value <= MAX_INTEGER:
        raise HeadsUnavailable("a number in the head file is damaged")
    return value


@contextlib.contextmanager
def _as_unavailable() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError, UnicodeDecodeError) as cause:
        raise HeadsUnavailable("the head file cannot be used now") from cause
