# SPDX-License-Identifier: AGPL-3.0-or-later
"""A school of twelve parents, and a client that speaks to its application without any network.

Each test that asks for them runs on SQLite and on a real PostgreSQL (mark ``db``).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.db.databases import migrated_server, postgresql_url, sqlite_url
from tests.db.postgresql import Server
from tests.site import Site, make_site

ON_BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.db))
VISITED = "visited"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    with migrated_server(VISITED) as server:
        yield server


@pytest.fixture(params=ON_BOTH)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with our tables, all empty."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    return postgresql_url(request.getfixturevalue("postgresql"))


@pytest.fixture
def site(address: str, tmp_path: Path) -> Iterator[Site]:
    made = make_site(tmp_path, address=address)
    yield made
    made.school.database.close()


@pytest.fixture(scope="module", params=ON_BOTH)
def visitor(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """A client of one school that no test of its file changes, in a database of its own."""
    folder, address = tmp_path_factory.mktemp("visited"), None
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgresql")
        server.empty(VISITED)
        address = server.url(VISITED)
    site = make_site(folder, address=address)
    yield TestClient(site.app, base_url=site.url)
    site.school.database.close()


@pytest.fixture
def client(site: Site) -> TestClient:
    """Like a browser on this machine that speaks French; errors become pages, as for anybody."""
    return TestClient(
        site.app,
        base_url=site.url,
        raise_server_exceptions=False,
        headers={"Accept-Language": "fr-FR,fr;q=0.9"},
    )
