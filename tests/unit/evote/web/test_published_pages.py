# SPDX-License-Identifier: AGPL-3.0-or-later
"""Between two steps nothing public shows more than the last one: docs/protocol.md §18.7."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from evote.database.elections import State
from evote.lifecycle.voting import note_incident, suspend_vote
from tests.simulator import UUID
from tests.site import Site, make_site

P = 60
SHOWING = (
    f"/e/{UUID}/archive",
    f"/e/{UUID}/record",
    f"/e/{UUID}/events",
    f"/e/{UUID}/journal",
    f"/e/{UUID}/turnout",
    f"/api/elections/{UUID}/ballots",
    f"/{UUID}/board/checkpoint",
    f"/{UUID}/journal/checkpoint",
    f"/e/{UUID}/journal.jsonl",
)


@pytest.fixture
def site(address: str, tmp_path: Path) -> Iterator[Site]:
    """Published on the clock."""
    made = make_site(tmp_path, address=address, seconds=P)
    yield made
    made.school.database.close()


def shown(client: TestClient) -> dict[str, bytes]:
    answers = {path: client.get(path) for path in SHOWING}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {path: answer.content for path, answer in answers.items()}


def next_step(site: Site) -> None:
    site.clock.time += P
    assert site.school.publisher.publish_due(UUID)


def test_a_ballot_is_shown_nowhere_before_its_step_and_everywhere_after(
    client: TestClient, site: Site
) -> None:
    before = shown(client)
    tracker = site.vote(0)
    assert shown(client) == before
    find = f"/e/{UUID}/find?tracker={tracker}"
    receipt = f"/e/{UUID}/receipt/{tracker}"
    hidden = [receipt, *(f"/{UUID}/board/tile/{each}/000.p/2" for each in ("0", "entries"))]
    assert {client.get(path).status_code for path in hidden} == {404}
    page = client.get(find).text
    assert "Aucun bulletin n’a ce numéro dans l’urne" in page
    assert "paraît ici d’ici 1 minute" in page
    next_step(site)
    after = shown(client)
    for path in SHOWING[:3]:
        assert after[path] != before[path], path
    assert after[SHOWING[0]].startswith(before[SHOWING[0]])
    assert len(after[SHOWING[0]]) > len(before[SHOWING[0]])
    assert tracker.encode() in after[f"/e/{UUID}/events"]
    assert tracker.encode() in after[f"/api/elections/{UUID}/ballots"]
    assert "Ce bulletin est dans l’urne" in client.get(find).text
    assert {client.get(path).status_code for path in hidden} == {200}


def test_an_entry_comes_with_its_step_but_why_nobody_can_vote_at_once(
    client: TestClient, site: Site
) -> None:
    before = shown(client)
    note_incident(site.school.database, UUID, "La page a été lente", site.clock)
    suspend_vote(site.school.database, UUID, "Coupure de courant", site.clock)
    assert shown(client) == before
    assert client.get(f"/{UUID}/journal/tile/entries/000.p/3").status_code == 404
    assert "Coupure de courant" in client.get(f"/e/{UUID}").text
    state = client.get(f"/api/elections/{UUID}/state").json()
    assert (state["state"], state["reason"]) == ("suspended", "Coupure de courant")
    next_step(site)
    journal = client.get(f"/e/{UUID}/journal").text
    assert "La page a été lente" in journal
    assert "Coupure de courant" in journal


def test_the_record_is_that_of_the_step_to_the_byte(client: TestClient, site: Site) -> None:
    site.vote(0)
    next_step(site)
    site.vote(1)
    with zipfile.ZipFile(io.BytesIO(client.get(f"/e/{UUID}/record").content)) as bundle:
        archive = bundle.read(f"{UUID}.bel")
    assert archive == client.get(f"/e/{UUID}/archive").content
    assert archive.count(b'"type":"Ballot"') == 1


def test_a_result_is_shown_once_it_is_published(client: TestClient, site: Site) -> None:
    site.vote(0)
    next_step(site)
    site.set_state(State.TALLIED)
    page = client.get(f"/e/{UUID}/result")
    assert page.status_code == 200
    assert "pas encore de résultat" in page.text
    assert "pas encore dans" not in client.get(f"/e/{UUID}/find?tracker=0000-0000-0000-0000").text


def test_votes_are_not_taken_by_a_server_whose_database_went_back(
    client: TestClient, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.school.folder.heads.unlink()
    body = {"sign_in_number": site.school.number(0), "pin": site.pin(0), **site.sent(0)}
    answer = client.post(f"/api/elections/{UUID}/cast", json=body)
    assert (answer.status_code, answer.json()) == (503, {"problem": "unavailable"})
    assert answer.headers["retry-after"]
    assert site.school.counts() == (0, 0)
    assert [
        vars(record)["fields"]["kind"] for record in caplog.records if record.message == "problem"
    ] == ["HeadLost"]
