# SPDX-License-Identifier: AGPL-3.0-or-later
"""A damaged row stops the pages of its own election, and no page of another."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import BindParameter, bindparam, text

from evote.database.connection import DatabaseUnavailable, open_database
from evote.settings import read_settings
from evote.web.app import create_app
from evote.web.services import Services
from tests.db.school import host, make_election
from tests.db.torn_pages import tear_setup
from tests.simulator import CLOSES_AT, UUID
from tests.site import Site, make_site

OTHER = "AnotherEtection"
DAMAGES = {
    "its state": "UPDATE election SET state = 'Zraft' WHERE uuid = :uuid",
    "its hours": "UPDATE election SET closes_at = closes_at - 32768 WHERE uuid = :uuid",
    "its set-up": "UPDATE board_data SET data = :nothing WHERE election_id = "
    "(SELECT id FROM election WHERE uuid = :uuid)",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_others_are_listed_and_shown(client: TestClient, site: Site, damage: str) -> None:
    school = site.school
    host(school.database, school.folder.path, make_election(3, uuid=OTHER), site.clock)
    values: list[BindParameter[str] | BindParameter[bytes]] = [bindparam("uuid", UUID)]
    if ":nothing" in DAMAGES[damage]:
        values.append(bindparam("nothing", b"{}"))
    with school.database.write() as connection:
        connection.execute(text(DAMAGES[damage]).bindparams(*values))
    for path in ("/", "/status"):
        page = client.get(path)
        assert page.status_code == 200
        assert (f"/e/{OTHER}" in page.text, f"/e/{UUID}" in page.text) == (True, False)
    assert client.get(f"/e/{OTHER}").status_code == 200
    assert client.get(f"/{OTHER}/board/checkpoint").status_code == 200
    assert client.get(f"/e/{UUID}").status_code in (500, 503)


def test_a_cell_that_is_a_text_where_bytes_were_put_hides_no_other(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    school, client = site.school, TestClient(site.app, base_url=site.url)
    host(school.database, school.folder.path, make_election(3, uuid=OTHER), site.clock)
    with school.database.write() as connection:
        where = "WHERE height = 0 AND ordinal = 1 AND election_id = 1"
        connection.execute(text(f"UPDATE board_data SET data = CAST(data AS TEXT) {where}"))  # noqa: S608 -- ours
    for path in ("/", "/status"):
        page = client.get(path)
        assert (f"/e/{OTHER}" in page.text, f"/e/{UUID}" in page.text) == (True, False)
    school.database.close()


def test_a_page_of_one_election_that_cannot_be_read_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site(tmp_path)
    school, url = site.school, str(site.school.database.engine.url)
    host(school.database, school.folder.path, make_election(3, uuid=OTHER), site.clock)
    tear_setup(school)
    settings = read_settings(
        database_url=url, public_url=site.url, key_folder=school.folder.path, publish_seconds=60
    )
    damaged = open_database(url)
    app = create_app(settings, damaged, clock=site.clock, with_upkeep=False)
    client = TestClient(app, base_url=site.url, raise_server_exceptions=False)
    for path in ("/", "/status"):
        page = client.get(path)
        assert page.status_code == 200
        assert (f"/e/{OTHER}" in page.text, f"/e/{UUID}" in page.text) == (True, False)
    assert client.get(f"/e/{UUID}").status_code == 503

    def none_is_read(_self: Services, _uuid: str) -> NoReturn:
        monkeypatch.setattr(damaged, "read", away)  # from now on
        raise DatabaseUnavailable

    def away() -> NoReturn:
        raise DatabaseUnavailable

    monkeypatch.setattr(Services, "timed", none_is_read)
    assert client.get("/").status_code == 503  # and not: there is no election
    damaged.close()


@pytest.mark.parametrize("by", [-(2**20), 65536])
def test_by_other_hours_than_those_in_force_nobody_is_told_that_a_vote_is_over_or_goes_on(
    client: TestClient, site: Site, by: int
) -> None:
    site.vote(0)
    site.publish()
    state = f"/api/elections/{UUID}/state"
    assert client.get(state).json()["state"] == "open"  # with hours that are known from now on
    with site.school.database.write() as connection:
        row = text("UPDATE election SET closes_at = closes_at + :by WHERE uuid = :uuid")
        connection.execute(row, {"by": by, "uuid": UUID})
    for path in (f"/e/{UUID}", f"/e/{UUID}/turnout", f"/e/{UUID}/journal", state):
        assert client.get(path).status_code == 503
    for path in ("/", "/status"):
        assert f"/e/{UUID}" not in client.get(path).text
    site.clock.time = CLOSES_AT + 400
    with site.school.database.write() as connection:
        connection.execute(row, {"by": -by, "uuid": UUID})
    site.school.close()
    assert client.get(f"/e/{UUID}").status_code == 200
    with site.school.database.write() as connection:
        connection.execute(row, {"by": by, "uuid": UUID})
    assert client.get(f"/e/{UUID}").status_code == 503  # it would say: closed before its hour
    # What says nothing of hours is given: outsiders go on watching.
    for path in (f"/{UUID}/board/checkpoint", f"/e/{UUID}/record"):
        assert client.get(path).status_code == 200
