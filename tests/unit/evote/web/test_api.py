# SPDX-License-Identifier: AGPL-3.0-or-later
"""The booth's API: exact bytes, one answer for each outcome, and nothing changed by a refusal."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from evote.board.leaves import read_leaves
from evote.casting import Casting, Outcome
from evote.database.connection import Database, DatabaseUnavailable
from evote.database.elections import State
from evote.web.problems import STATUSES
from evote.web.security import MAX_BODY_BYTES
from protocol.promises import verify_promise
from protocol.sending import padding_for
from protocol.server_binding import BOARD
from tests.db.school import NOON
from tests.simulator import CLOSES_AT, UUID
from tests.site import Site, make_site

API = f"/api/elections/{UUID}"


def body(site: Site, elector: int, **changed: str) -> dict[str, str]:
    ballot = site.school.ballot(elector).decode()
    sign_in = {"sign_in_number": site.school.number(elector), "pin": site.pin(elector)}
    asked = {**sign_in, "ballot": ballot, **changed}
    context = site.school.election.election.context
    return {"padding": padding_for(context, asked["pin"], asked["ballot"]), **asked}


def pre_check(client: TestClient, site: Site, elector: int, **changed: str) -> Response:
    asked = body(site, elector, **changed)
    del asked["ballot"], asked["padding"]
    return client.post(f"{API}/pre-check", json=asked)


def cast(client: TestClient, site: Site, elector: int, **changed: str) -> Response:
    return client.post(f"{API}/cast", json=body(site, elector, **changed))


def test_every_outcome_has_a_status() -> None:
    assert set(STATUSES) == set(Outcome)


def test_what_was_sealed_is_given_to_the_byte(client: TestClient, site: Site) -> None:
    election = site.school.election
    assert client.get(f"{API}/election.json").content == election.election.data
    assert client.get(f"{API}/credentials.json").content == election.credentials.data


def test_a_parent_votes_once(client: TestClient, site: Site) -> None:
    assert pre_check(client, site, 0).json()["outcome"] == "ready"
    first = cast(client, site, 0)
    assert (first.status_code, first.json()["outcome"]) == (200, "recorded")
    assert first.headers["cache-control"] == "no-store"
    assert cast(client, site, 0).json() == first.json()
    other = site.school.ballot(0, 1, "another").decode()
    again = cast(client, site, 0, ballot=other)
    assert (again.status_code, again.json()["outcome"]) == (409, "already_voted")
    assert pre_check(client, site, 0).json()["outcome"] == "already_voted"
    assert site.school.counts() == (1, 1)
    assert client.get(f"{API}/ballots").json() == {
        "ballots": [
            {
                "tracker": first.json()["tracker"],
                "credential": site.school.election.cast(0, 0).credential.encode(),
            }
        ]
    }


@pytest.mark.parametrize("later", [0, 61])
def test_what_is_recorded_is_promised_and_a_retry_anew(
    client: TestClient, site: Site, later: int
) -> None:
    assert site.school.election.bindings.server is not None
    key = site.school.election.bindings.server.board_key
    cast(client, site, 1)
    first = cast(client, site, 0).json()["promise"]
    site.clock.time = NOON + later
    promise = verify_promise(cast(client, site, 0).json()["promise"].encode(), key)
    assert promise.is_of(site.school.ballot(0))
    assert (promise.origin, promise.index) == (key.name, 2)
    assert promise.until == -(-(NOON + later + 300) // 60) * 60
    with site.school.database.read() as connection:
        leaves = list(read_leaves(connection, site.school.held(), BOARD, 0))
    assert leaves[2].hex() == promise.event
    before = verify_promise(first.encode(), key)
    assert replace(before, until=promise.until) == promise


def test_what_is_not_recorded_is_not_promised(client: TestClient, site: Site) -> None:
    site.set_state(State.SUSPENDED)
    assert cast(client, site, 0).json()["promise"] is None
    assert pre_check(client, site, 0).json()["promise"] is None


def test_an_unknown_code_and_a_wrong_pin_have_one_answer(client: TestClient, site: Site) -> None:
    wrong = "000000" if site.pin(0) != "000000" else "000001"
    one = pre_check(client, site, 0, pin=wrong)
    other = pre_check(client, site, 0, sign_in_number="0" * 32)
    assert (one.status_code, one.content) == (other.status_code, other.content)
    assert one.json()["outcome"] == "code_or_pin_wrong"


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (State.SEALED, "not_open_yet"),
        (State.SUSPENDED, "suspended"),
        (State.CLOSED, "closed"),
        (State.CANCELLED, "closed"),
    ],
)
def test_no_ballot_enters_unless_the_vote_is_open(
    client: TestClient, site: Site, state: State, outcome: str
) -> None:
    site.set_state(state)
    answer = cast(client, site, 0)
    assert (answer.status_code, answer.json()["outcome"]) == (409, outcome)
    assert site.school.counts() == (0, 0)


def test_the_grace_is_for_ballots_on_their_way(client: TestClient, site: Site) -> None:
    site.clock.time = CLOSES_AT + 300
    assert cast(client, site, 0).json()["outcome"] == "recorded"
    site.clock.time += 1
    assert cast(client, site, 1).json()["outcome"] == "closed"


BAD_BODIES: dict[str, Any] = {
    "nothing": {},
    "a list": [],
    "another member": {"x": 1},
    "a number for a PIN": {"pin": 123456},
    "a number in capitals": {"sign_in_number": "A" * 32},
    "a lone surrogate": {"pin": "\ud800"},
    "an accent in the ballot": {"ballot": "é"},
    "a very long ballot": {"ballot": "x" * 200_001},
    "another padding": {"padding": "1"},
    "no padding": {"padding": ""},
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_what_is_no_request_is_refused_and_never_repeated(
    client: TestClient, site: Site, name: str
) -> None:
    bad = BAD_BODIES[name]
    content = json.dumps({**body(site, 0), **bad} if bad else bad)
    headers = {"Content-Type": "application/json"}
    answer = client.post(f"{API}/cast", content=content, headers=headers)
    assert (answer.status_code, answer.json()) == (422, {"problem": "malformed"})
    assert site.school.counts() == (0, 0)


@pytest.mark.parametrize("more", [-1, 1])
def test_a_cast_of_another_length_is_refused_before_anything_is_looked_up(
    client: TestClient, site: Site, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    asked = body(site, 0)
    monkeypatch.delattr(Casting, "cast")
    asked["padding"] = "0" * (len(asked["padding"]) + more)
    answer = client.post(f"{API}/cast", json=asked)
    assert (answer.status_code, answer.json()) == (422, {"problem": "malformed"})


def test_every_recorded_ballot_is_asked_and_answered_in_one_length(
    client: TestClient, site: Site
) -> None:
    lengths = set()
    for elector, choice in enumerate((0, 1, 2, None, 0)):
        ballot = site.school.ballot(elector, choice).decode()
        answer = client.post(f"{API}/cast", json=body(site, elector, ballot=ballot))
        assert answer.json()["outcome"] == "recorded"
        headers = sum(len(name) + len(value) for name, value in answer.headers.raw)
        lengths.add((len(answer.request.content), len(answer.content), headers))
    assert len(lengths) == 1


def test_a_body_longer_than_any_ballot_is_not_read(client: TestClient) -> None:
    long = b" " * (MAX_BODY_BYTES + 1)
    headers = {"Content-Type": "application/json"}
    announced = client.post(f"{API}/cast", content=long, headers=headers)
    parts = client.post(f"{API}/cast", content=iter([long[:1000]] * 300), headers=headers)
    assert announced.status_code == parts.status_code == 413


def test_a_ballot_that_is_no_ballot_is_refused(client: TestClient, site: Site) -> None:
    answer = cast(client, site, 0, ballot="{}")
    assert (answer.status_code, answer.json()["outcome"]) == (422, "ballot_refused")
    assert site.school.counts() == (0, 0)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "https://localhost:8000"},
    ],
)
def test_another_site_cannot_send_a_ballot(
    client: TestClient, site: Site, headers: dict[str, str]
) -> None:
    answer = client.post(f"{API}/cast", json=body(site, 0), headers=headers)
    assert answer.status_code == 403
    assert site.school.counts() == (0, 0)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_this_machine_is_one_site_under_each_of_its_names(
    client: TestClient, site: Site, name: str
) -> None:
    assert site.url == "http://127.0.0.1:8000"
    headers = {"Origin": f"http://{name}:8000"}
    answer = client.post(f"{API}/cast", json=body(site, 0), headers=headers)
    assert answer.json()["outcome"] == "recorded"


def test_a_school_has_one_site(tmp_path: Path) -> None:
    made = make_site(tmp_path, "https://Vote.Ecole.fr:443", seconds=60)
    with TestClient(made.app, "https://vote.ecole.fr") as client:
        for origin, status in (("https://vote.ecole.fr", 200), ("https://localhost", 403)):
            answer = client.post(f"{API}/cast", json=body(made, 0), headers={"Origin": origin})
            assert answer.status_code == status


@pytest.mark.parametrize("what", ["pre-check", "cast"])
def test_a_site_at_another_address_than_its_settings_says_that_it_is_out_of_order(
    tmp_path: Path, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The parent did nothing wrong, and nothing of hers was refused: the booth says so of a 503."""
    made = make_site(tmp_path, "https://vote.ecole.fr", seconds=60)
    sent = body(made, 0)
    asked = sent if what == "cast" else {name: sent[name] for name in ("sign_in_number", "pin")}
    headers = {"Origin": "https://scrutin.ecole.fr", "Sec-Fetch-Site": "same-origin"}
    with TestClient(made.app, "https://scrutin.ecole.fr") as client:
        answer = client.post(f"{API}/{what}", json=asked, headers=headers)
        assert (answer.status_code, answer.json()) == (503, {"problem": "unavailable"})
        assert made.school.counts() == (0, 0)
        assert "WrongPublicUrl" in str([vars(record) for record in caplog.records])
        headers["Sec-Fetch-Site"] = "cross-site"
        assert client.post(f"{API}/{what}", json=asked, headers=headers).status_code == 403


def test_a_form_cannot_send_a_ballot(client: TestClient, site: Site) -> None:
    headers = {"Content-Type": "text/plain"}
    assert client.post(f"{API}/pre-check", content=b"{}", headers=headers).status_code == 422


@pytest.mark.parametrize("name", ["sign_in_number", "pin", "ballot"])
def test_a_member_that_is_said_twice_is_refused(client: TestClient, site: Site, name: str) -> None:
    asked = body(site, 0)
    twice = json.dumps(asked)[:-1] + f", {json.dumps(name)}: {json.dumps(asked[name])}}}"
    assert json.loads(twice) == asked
    headers = {"Content-Type": "application/json"}
    answer = client.post(f"{API}/cast", content=twice, headers=headers)
    assert (answer.status_code, answer.json()) == (422, {"problem": "malformed"})
    assert site.school.counts() == (0, 0)


@pytest.mark.parametrize("path", ["/api/elections/AnotherElection/state", "/api/nothing"])
def test_what_is_not_here_is_said_in_json(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("uuid", ["a%00b", "..%2f..", "0" * 14, "é", "x" * 70])
def test_no_number_of_an_election_breaks_the_database(client: TestClient, uuid: str) -> None:
    assert client.get(f"/e/{uuid}").status_code == 404
    assert client.get(f"/v/{uuid}").status_code == 404


def test_a_database_that_is_away_is_said_to_be(
    client: TestClient, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = body(site, 0)

    def away(_self: Database) -> None:
        raise DatabaseUnavailable("away")

    monkeypatch.setattr(Database, "read", away)
    monkeypatch.setattr(Database, "write", away)
    answer = client.post(f"{API}/cast", json=asked)
    assert (answer.status_code, answer.json()) == (503, {"problem": "unavailable"})
    assert "retry-after" in answer.headers
    page = client.get(f"/e/{UUID}")
    assert (page.status_code, "arrêté un moment" in page.text) == (503, True)
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_fault_of_ours_shows_nothing_of_itself(
    client: TestClient,
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_self: Database) -> None:
        raise ValueError("secret words")

    monkeypatch.setattr(Database, "read", fail)
    page = client.get(f"/e/{UUID}")
    assert page.status_code == 500
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "secret words" not in page.text
    assert "secret words" not in caplog.text
