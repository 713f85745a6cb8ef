# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real server, on SQLite and on a real PostgreSQL (mark ``db``)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from evote.database.connection import open_database
from evote.database.migrating import migrate
from tests.db.postgresql import Server, running_server
from tests.e2e.server.hosted import Hosted, host_school
from tests.e2e.server.real_server import RealServer, running
from tests.site import migrated_file


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """One server for all tests of a process, with one migrated database."""
    with running_server() as server:
        server.execute("CREATE DATABASE preau")
        database = open_database(server.url("preau"))
        migrate(database)
        database.close()
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    path = tmp_path / "data" / "preau.db"
    path.parent.mkdir()
    shutil.copy(migrated_file(), path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql: Server) -> str:
    postgresql.empty("preau")
    return postgresql.url("preau")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.db)])
def hosted(request: pytest.FixtureRequest, tmp_path: Path) -> Hosted:
    """An open election in a database; nobody serves it yet."""
    return host_school(request.getfixturevalue(f"{request.param}_url"), tmp_path)


@pytest.fixture
def server(hosted: Hosted, tmp_path: Path) -> Iterator[RealServer]:
    """Its server with two workers, both of which answer."""
    with running(RealServer(hosted.url, hosted.keys, tmp_path)) as started:
        yield started
