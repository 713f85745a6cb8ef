# SPDX-License-Identifier: AGPL-3.0-or-later
"""A school of twelve parents, and a client that speaks to its application without any network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.site import Site, make_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = make_site(tmp_path)
    yield made
    made.school.database.close()


@pytest.fixture
def client(site: Site) -> TestClient:
    """Like a browser on this machine that speaks French; errors become pages, as for anybody."""
    return TestClient(
        site.app,
        base_url=site.url,
        raise_server_exceptions=False,
        headers={"Accept-Language": "fr-FR,fr;q=0.9"},
    )
