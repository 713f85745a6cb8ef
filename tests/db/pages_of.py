# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of a school's server, asked without a network; what fails in one is its answer 500."""

from __future__ import annotations

from fastapi.testclient import TestClient

from evote.settings import read_settings
from evote.web.app import create_app
from tests.db.school import School
from tests.simulator import HOST


def client_of(school: School) -> TestClient:
    settings = read_settings(
        database_url=str(school.database.engine.url),
        public_url=f"https://{HOST}",
        key_folder=school.folder.path,
        publish_seconds=60,
    )
    app = create_app(settings, school.database, clock=school.clock, with_upkeep=False)
    return TestClient(app, base_url=f"https://{HOST}", raise_server_exceptions=False)
