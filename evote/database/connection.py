# SPDX-License-Identifier: AGPL-3.0-or-later
"""One database, SQLite or PostgreSQL, and its two kinds of transaction: docs/adr/0010.

A reading transaction sees one state. A writing one is durable when its block has ended without
an error; after any error nothing of it is there.
"""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from evote.database.cells import read_text
from evote.database.left_over import require_nothing_left_over

WAIT_SECONDS: Final = 10
CONNECTIONS: Final = 16

ASK_AGAIN_SECONDS: Final = 0.001
_BUSY_TIMEOUT: Final = f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}"
_PRAGMAS: Final = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
    "temp_store = MEMORY",
)
# docs/operations.md: with one of these off, what was acknowledged may be lost.
_DURABLE: Final = ("fsync", "full_page_writes", "synchronous_commit")
# hide_parameters: an error names the statement, never a sign-in number or a credential.
_POOL: Final[dict[str, Any]] = {
    "pool_size": CONNECTIONS,
    "max_overflow": 0,
    "pool_use_lifo": True,  # the connection used last has its pages and its statements at hand
    "pool_timeout": WAIT_SECONDS,
    "hide_parameters": True,
}
_BEGIN: Final = "preau_begin"
_IMMEDIATE: Final = "BEGIN IMMEDIATE"


class DatabaseUnavailable(Exception):
    """The database is away, full, broken or too busy; ask again later."""


class Database:
    """A database that has been opened; shared by all threads of a process."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        # Threads of one process wait for each other here, in order; SQLite itself only polls.
        self._turn = threading.Lock() if self.is_sqlite else contextlib.nullcontext()
        self._is_closed = False
        event.listen(engine, "checkin", self._returned)

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection in a transaction that changes nothing.

        Raises:
            DatabaseUnavailable: see there.
        """
        with _as_unavailable(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection whose every reading sees the database as it was at the first one.

        Raises:
            DatabaseUnavailable: see there.
        """
        with _as_unavailable(), self.engine.connect() as connection:
            if not self.is_sqlite:  # an SQLite transaction is one already
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection in a transaction that is committed, durably, at the end of the block.

        On SQLite it is the only writer from its beginning (``BEGIN IMMEDIATE``); on PostgreSQL
        whoever changes an election locks its row first.

        Raises:
            DatabaseUnavailable: see there. If the commit itself was interrupted, whether it took
                place must be looked up.
        """
        with _as_unavailable(), self._turn, self.engine.connect() as connection:
            connection.execution_options(**{_BEGIN: _IMMEDIATE})
            with connection.begin():
                yield connection

    @contextlib.contextmanager
    def alone(self) -> Iterator[Connection]:
        """Give a connection without transaction, for ``VACUUM`` and its like."""
        with _as_unavailable(), self._turn, self.engine.connect() as connection:
            if self.is_sqlite:
                yield connection.execution_options(**{_BEGIN: None})
            else:
                yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Close every connection; one that another thread still uses, once it is done with it."""
        self._is_closed = True
        self.engine.dispose()

    def _returned(self, _connection: object, entry: ConnectionPoolEntry) -> None:
        # The pool it came from is gone: nobody else would close it.
        if self._is_closed:
            entry.invalidate()


def open_database(url: str) -> Database:
    """Open the database of this URL; an SQLite file is made if there is none.

    Raises:
        DatabaseUnavailable: it cannot be reached.
        LeftOver: a piece of another database lies beside it, and would be destroyed.
        ValueError: neither SQLite nor PostgreSQL, or a PostgreSQL that is not durable.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return Database(_open_sqlite(parsed))
    if parsed.get_backend_name() == "postgresql":
        return Database(_open_postgresql(parsed))
    raise ValueError(f"a database is sqlite or postgresql, not {parsed.get_backend_name()}")


def _open_sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("an SQLite database is a file")
    require_nothing_left_over(Path(url.database))
    with contextlib.suppress(FileExistsError):
        os.close(os.open(Path(url.database), os.O_CREAT | os.O_EXCL, 0o600))
    engine = create_engine(url, **_POOL)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.text_factory = read_text
    connection.isolation_level = None  # the driver begins nothing by itself: _begin_sqlite does
    connection.execute(_BUSY_TIMEOUT)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    statement = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if statement == _IMMEDIATE:
        _begin_alone(connection)
    elif statement is not None:
        connection.exec_driver_sql(statement)


def _begin_alone(connection: Connection) -> None:
    # SQLite's own waiting sleeps longer and longer, up to a tenth of a second, while the other
    # processes' turns take a few milliseconds.
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    until = time.monotonic() + WAIT_SECONDS
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while time.monotonic() < until:
            try:
                driver.execute(_IMMEDIATE)
            except sqlite3.OperationalError as cause:
                if cause.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    break
                time.sleep(ASK_AGAIN_SECONDS)
            else:
                return
        connection.exec_driver_sql(_IMMEDIATE)  # its error is raised as every other
    finally:
        driver.execute(_BUSY_TIMEOUT)


def _open_postgresql(url: URL) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        **_POOL,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": WAIT_SECONDS,
            "options": f"-c lock_timeout={WAIT_SECONDS}s -c timezone=UTC",
        },
    )
    with _as_unavailable(), engine.connect() as connection:
        off = [name for name in _DURABLE if _setting(connection, name) == "off"]
    if off:
        engine.dispose()
        raise ValueError(f"this PostgreSQL would lose votes: {', '.join(off)} is off")
    return engine


def _setting(connection: Connection, name: str) -> str:
    value: str = connection.execute(text(f"SHOW {name}")).scalar_one()
    return value


@contextlib.contextmanager
def _as_unavailable() -> Iterator[None]:
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise  # a fault of ours: never a reason to ask again
    except (DBAPIError, PoolTimeoutError) as cause:
        raise DatabaseUnavailable("the database cannot be used now") from cause
