# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real server, on SQLite and on a real PostgreSQL (mark ``db``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.db import databases
from tests.db.databases import migrated_server
from tests.db.postgresql import Server
from tests.e2e.server.hosted import Hosted, host_school
from tests.e2e.server.real_server import RealServer, running


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    with migrated_server() as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return databases.sqlite_url(tmp_path)


@pytest.fixture
def postgresql_url(postgresql: Server) -> str:
    return databases.postgresql_url(postgresql)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.db)])
def hosted(request: pytest.FixtureRequest, tmp_path: Path) -> Hosted:
    """An open election in a database; nobody serves it yet."""
    return host_school(request.getfixturevalue(f"{request.param}_url"), tmp_path)


@pytest.fixture
def server(hosted: Hosted, tmp_path: Path) -> Iterator[RealServer]:
    """Its server with two workers, both of which answer."""
    with running(RealServer(hosted.url, hosted.keys, tmp_path)) as started:
        yield started
