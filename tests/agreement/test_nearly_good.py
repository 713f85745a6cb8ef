# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots that are nearly good, sent to the API: never a fault of ours, and the verifier's verdict.

An honest ballot is changed here and there as JSON, perhaps not at all, and then, perhaps, signed
again by its elector, so that every rule is reached and some of them may enter.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import example, given, settings
from hypothesis import strategies as st

from protocol.sending import padding_for
from tests.agreement.mutations import mutate
from tests.agreement.voted_once import (
    ELECTION,
    FIRST,
    HONEST,
    new_site,
    signed,
    verifier_accepts,
)
from tests.db.rows import Unchanged
from tests.simulator import UUID
from tests.site import Site
from tests.tamper.forge.texts import canonical

THOROUGH = settings().max_examples >= 1000
BASES = (HONEST, *(ELECTION.cast(0, choice).encode() for choice in (1, 2, None)), FIRST)
REFUSED = (
    (422, {"outcome": "ballot_refused", "tracker": None, "promise": None}),
    (
        409,
        {"outcome": "credential_used_but_not_this_sign_in", "tracker": None, "promise": None},
    ),
    (422, {"problem": "malformed"}),
)


@st.composite
def nearly_good(draw: st.DrawFn) -> str:
    value = json.loads(draw(st.sampled_from(BASES)))
    random = Random(draw(st.integers(0, 2**32)))
    for _ in range(draw(st.integers(0, 3))):
        if isinstance(value, dict):
            value = mutate(value, random)
    if isinstance(value, dict) and draw(st.booleans()):
        value = signed(value)
    return (value if isinstance(value, bytes) else canonical(value)).decode()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with one ballot on its board, which stays as it is: nothing that enters is sent."""
    made = new_site(tmp_path_factory.mktemp("shared"))
    yield made
    made.school.database.close()


@pytest.fixture(scope="module")
def rows(shared: Site) -> Unchanged:
    return Unchanged(shared.school.database)


def sent(site: Site, ballot: str) -> Response:
    """What an elector who has not voted is answered."""
    pin = site.pin(0)
    padding = padding_for(site.school.election.election.context, pin, ballot)
    asked = {"sign_in_number": site.school.number(0), "pin": pin, "padding": padding}
    client = TestClient(site.app, base_url=site.url, raise_server_exceptions=False)
    return client.post(f"/api/elections/{UUID}/cast", json={**asked, "ballot": ballot})


@settings(derandomize=not THOROUGH, database=None)
@given(ballot=nearly_good())
@example(ballot=HONEST.decode())
@example(ballot=signed(json.loads(HONEST)).decode())
@example(ballot=FIRST.decode())
def test_a_nearly_good_ballot_is_answered_as_the_verifier_judges_it(
    shared: Site, rows: Unchanged, ballot: str
) -> None:
    if verifier_accepts(shared.school.archive(), ballot.encode()):
        assert_enters(ballot)
        return
    answer = sent(shared, ballot)
    assert (answer.status_code, answer.json()) in REFUSED
    rows.check()


def assert_enters(ballot: str) -> None:
    """On a server of its own it is recorded, to the byte."""
    with TemporaryDirectory() as folder:
        site = new_site(Path(folder))
        answer = sent(site, ballot)
        assert (answer.status_code, answer.json()["outcome"]) == (200, "recorded")
        assert site.school.counts() == (2, 2)
        assert ballot.encode() in site.school.archive()
        site.school.database.close()


def test_some_of_them_enter_and_most_do_not(shared: Site) -> None:
    found = []

    @settings(derandomize=True, database=None, max_examples=60)
    @given(ballot=nearly_good())
    def look(ballot: str) -> None:
        found.append(verifier_accepts(shared.school.archive(), ballot.encode()))

    look()
    assert 10 <= sum(found) <= 40 <= len(found)
