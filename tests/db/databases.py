# SPDX-License-Identifier: AGPL-3.0-or-later
"""Databases with our tables and no row: a file of SQLite, or one on a real PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from evote.database.connection import open_database
from evote.database.migrating import migrate
from tests.db.postgresql import Server, running_server

NAME = "preau"


@cache
def migrated_file() -> Path:
    """An empty database of SQLite, to copy."""
    path = Path(mkdtemp(prefix="preau-test-")) / "preau.db"
    _migrate(f"sqlite:///{path}")
    return path


def sqlite_url(folder: Path) -> str:
    """A new database in a folder, which is made."""
    path = folder / "data" / "preau.db"
    path.parent.mkdir(parents=True)
    shutil.copy(migrated_file(), path)
    return f"sqlite:///{path}"


@contextmanager
def migrated_server(*more: str) -> Iterator[Server]:
    """A server of PostgreSQL for all tests of a process, with one database, and more if named."""
    with running_server() as server:
        for name in (NAME, *more):
            server.execute(f"CREATE DATABASE {name}")
            _migrate(server.url(name))
        yield server


def postgresql_url(server: Server) -> str:
    """The server's own database, emptied."""
    server.empty(NAME)
    return server.url(NAME)


def _migrate(url: str) -> None:
    database = open_database(url)
    migrate(database)
    database.close()
