# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever comes as a ballot from somebody who may vote, no answer is a fault of ours.

None of it is the ballot of an elector who has not yet voted, so none enters, and no row changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from evote.casting import Outcome
from protocol.sending import padding_for
from tests.agreement.mutations import mutate, nodes
from tests.db.rows import Unchanged
from tests.db.school import make_election
from tests.simulator import UUID
from tests.site import Site, make_site, twelve_parents

Q = 2**252 + 27742317777372353535851937790883648493
P = 2**255 - 19
THOROUGH = settings().max_examples >= 1000
# The same few each time, unless one searches for long.
searched = settings(derandomize=not THOROUGH, database=None)

FULL = twelve_parents().cast(0, 0)
REAL = FULL.encode().decode()
OTHER = make_election(12, 3, uuid=f"{UUID[:-1]}z").cast(0, 0)
CHECKED = REAL[: REAL.index(',"signature":')] + "}"
SIMILAR = {
    "of another election": OTHER.encode().decode(),
    "checked, so never signed": CHECKED,
    "with the signature of another ballot": replace(FULL, signature=OTHER.signature)
    .encode()
    .decode(),
}

# What a parser may stumble over, in the place of any value of a ballot.
NUMBERS = (str(Q), str(Q + 1), "-1", "00", "01", "+1", "1.0", "1e3", " 1", "9" * 800)
POINTS = (
    *(f"{y:064x}" for y in (0, 1, 2, P - 1, P, P + 1, 2**255, 2**256 - 1)),
    "A" * 64,
    "0" * 63,
)
VALUES: tuple[Any, ...] = (2**64, -(10**300), 1.5, 10**1000, [[[]]], {"": {}}, "\x00", "\ud800")
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
any_json = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=20,
)
odd = st.sampled_from((*NUMBERS, *POINTS, *VALUES)) | any_json


@st.composite
def replaced(draw: st.DrawFn) -> str:
    """One value of the real ballot, or of its parts, is another or of another type."""
    value = json.loads(REAL)
    holder, key = draw(st.sampled_from(nodes(value)))
    holder[key] = draw(odd)
    return json.dumps(value, separators=(",", ":"))


@st.composite
def renamed(draw: st.DrawFn) -> str:
    """One member has another name, is missing, or comes twice."""
    value = json.loads(REAL)
    places = [(holder, key) for holder, key in nodes(value) if isinstance(holder, dict)]
    holder, key = draw(st.sampled_from(places))
    if draw(st.booleans()):
        holder[draw(st.text(max_size=5))] = holder[key]
    if draw(st.booleans()):
        del holder[key]
    text = json.dumps(value, separators=(",", ":"))
    member = f'"{key}":'
    return text.replace(member, f"{member}0,{member}", 1) if draw(st.booleans()) else text


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A few of the changes that both readings of an archive must agree upon."""
    random, value = Random(draw(st.integers(0, 2**32))), json.loads(REAL)
    for _ in range(draw(st.integers(1, 3))):
        if isinstance(value, bytes) or not value:
            break
        value = mutate(value, random)
    return value.decode() if isinstance(value, bytes) else json.dumps(value, separators=(",", ":"))


@st.composite
def flipped(draw: st.DrawFn) -> str:
    """Some characters are others, or the end is missing."""
    data = list(REAL)
    for _ in range(draw(st.integers(1, 4))):
        data[draw(st.integers(0, len(data) - 1))] = chr(draw(st.integers(32, 126)))
    return "".join(data)[: draw(st.sampled_from((None, 1, len(REAL) // 2, -1)))]


nested = st.builds(
    lambda opening, depth: opening * depth,
    st.sampled_from(("[", '{"a":', '{"answers":[')),
    st.integers(1, 2_000),
)
texts = st.one_of(
    *(st.text(), st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=3000)),
    *(any_json.map(json.dumps), st.just("[" + "9" * 5000 + "]"), nested),
    *(replaced(), renamed(), mutated(), flipped(), st.sampled_from(list(SIMILAR.values()))),
).filter(lambda text: text != REAL)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One school for all: nothing of what is sent may change it."""
    made = make_site(tmp_path_factory.mktemp("fuzz"))
    yield made
    made.school.database.close()


@pytest.fixture(scope="module")
def client(site: Site) -> TestClient:
    return TestClient(site.app, base_url=site.url, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def rows(site: Site) -> Unchanged:
    return Unchanged(site.school.database)


def sent(site: Site, ballot: str) -> dict[str, str]:
    """A request of somebody who may vote, of the right length where that can be."""
    context = site.school.election.election.context
    return {
        "sign_in_number": site.school.number(0),
        "pin": site.pin(0),
        "ballot": ballot,
        "padding": padding_for(context, site.pin(0), ballot),
    }


def assert_refused(client: TestClient, site: Site, body: object, rows: Unchanged) -> None:
    content = json.dumps(body)
    headers = {"Content-Type": "application/json"}
    answer = client.post(f"/api/elections/{UUID}/cast", content=content, headers=headers)
    refused = {"outcome": "ballot_refused", "tracker": None, "promise": None}
    assert (answer.status_code, answer.json()) in ((422, refused), (422, {"problem": "malformed"}))
    rows.check()


@searched
@given(ballot=texts)
def test_no_text_sent_as_a_ballot_breaks_the_server(
    client: TestClient, site: Site, rows: Unchanged, ballot: str
) -> None:
    assert_refused(client, site, sent(site, ballot), rows)


@searched
@given(ballot=texts | st.binary())
def test_no_bytes_given_to_casting_break_it(
    site: Site, rows: Unchanged, ballot: str | bytes
) -> None:
    """Casting itself trusts neither the length nor the characters that its API lets pass."""
    data = ballot if isinstance(ballot, bytes) else ballot.encode(errors="surrogatepass")
    assert site.school.cast(0, data).outcome is Outcome.BALLOT_REFUSED
    rows.check()


@searched
@given(body=any_json)
def test_no_json_sent_in_place_of_a_request_breaks_the_server(
    client: TestClient, site: Site, rows: Unchanged, body: object
) -> None:
    assert_refused(client, site, body, rows)


@searched
@given(member=st.sampled_from(("sign_in_number", "pin", "ballot", "padding")), value=any_json)
def test_no_json_in_the_place_of_a_member_breaks_the_server(
    client: TestClient, site: Site, rows: Unchanged, member: str, value: object
) -> None:
    body = {**sent(site, SIMILAR["of another election"]), member: value}
    assert_refused(client, site, body, rows)


@pytest.mark.parametrize("what", SIMILAR)
def test_what_only_looks_like_a_ballot_is_refused_by_casting(
    client: TestClient, site: Site, rows: Unchanged, what: str
) -> None:
    body = sent(site, SIMILAR[what])
    answer = client.post(f"/api/elections/{UUID}/cast", json=body)
    assert (answer.status_code, answer.json()["outcome"]) == (422, "ballot_refused")
    rows.check()
