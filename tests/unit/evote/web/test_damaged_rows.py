# SPDX-License-Identifier: AGPL-3.0-or-later
"""A damaged row stops the pages of its own election, and no page of another."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import BindParameter, bindparam, text

from tests.db.school import host, make_election
from tests.simulator import CLOSES_AT, UUID
from tests.site import Site

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
