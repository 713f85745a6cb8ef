# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each test that asks for ``database`` runs on SQLite and on a real PostgreSQL (mark ``db``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evote.database.connection import Database, open_database
from tests.db import databases
from tests.db.databases import migrated_server, postgresql_url, sqlite_url
from tests.db.postgresql import Server
from tests.db.school import ManualClock, School, host, make_election

ELECTION = make_election(electors=12)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    with migrated_server() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_file() -> Path:
    return databases.migrated_file()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.db)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with our tables, all empty."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    return postgresql_url(request.getfixturevalue("postgresql"))


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
