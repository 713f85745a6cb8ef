# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each test that asks for ``database`` runs on SQLite and on a real PostgreSQL (mark ``db``)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from evote.database.connection import Database, open_database
from evote.database.migrating import migrate
from tests.db.postgresql import Server, running_server
from tests.db.school import ManualClock, School, host, make_election

ELECTION = make_election(electors=12)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """One server for all tests of a process, with one migrated database."""
    with running_server() as server:
        server.execute("CREATE DATABASE preau")
        database = open_database(server.url("preau"))
        migrate(database)
        database.close()
        yield server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "preau.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.db)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with our tables, all empty."""
    if request.param == "sqlite":
        path = tmp_path / "data" / "preau.db"
        path.parent.mkdir()
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        return f"sqlite:///{path}"
    server: Server = request.getfixturevalue("postgresql")
    server.empty("preau")
    return server.url("preau")


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def school(database: Database, clock: ManualClock, tmp_path: Path) -> School:
    """An open election of twelve parents."""
    return host(database, tmp_path / "keys", ELECTION, clock)
