# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever a request is refused for, the database is afterwards as it was before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import insert

from evote.casting import Outcome
from evote.database.board_tables import AlphaRow, RevokedRow
from evote.database.elections import State
from evote.lifecycle.in_force import encode_booth
from evote.pins import TRIES
from evote.web.security import MAX_BODY_BYTES
from protocol.sending import padding_for
from tests.db.rows import COUNTERS, all_rows
from tests.simulator import CLOSES_AT, OPENS_AT, UUID
from tests.site import Site

API = f"/api/elections/{UUID}"
Ask = Callable[[TestClient, Site], Response]


def wrong(pin: str) -> str:
    return "000000" if pin != "000000" else "000001"


def cast(
    client: TestClient,
    site: Site,
    elector: int = 0,
    *,
    uuid: str = UUID,
    origin: str | None = None,
    **changed: str,
) -> Response:
    """Cast as an elector would, but for what is changed."""
    sign_in = {"sign_in_number": site.school.number(elector), "pin": site.pin(elector)}
    asked = {**sign_in, "ballot": site.school.ballot(elector).decode(), **changed}
    context = site.school.election.election.context
    body = {"padding": padding_for(context, asked["pin"], asked["ballot"]), **asked}
    headers = {} if origin is None else {"Origin": origin}
    return client.post(f"/api/elections/{uuid}/cast", json=body, headers=headers)


def pre_check(client: TestClient, site: Site, **changed: str) -> Response:
    asked = {"sign_in_number": site.school.number(0), "pin": site.pin(0), **changed}
    return client.post(f"{API}/pre-check", json=asked)


def add(site: Site, table: type, **values: object) -> None:
    with site.school.database.write() as connection:
        connection.execute(insert(table), {**site.school.held().place, **values})


def vote_of(site: Site, elector: int) -> str:
    return site.school.ballot(elector).decode()


def in_state(site: Site, state: State) -> None:
    site.set_state(state)


def at(site: Site, time: int) -> None:
    site.clock.time = time


def revoke(site: Site) -> None:
    key = site.school.election.cast(0, 0).credential.encode()
    add(site, RevokedRow, credential=key, height=0)


def take_alpha(site: Site) -> None:
    """Let another ballot have a part of this one."""
    site.vote(3)
    choice = site.school.election.cast(0, 0).unsigned.answers[0].choices[1]
    add(site, AlphaRow, height=1, alpha=choice.alpha.encode())


def use_up(site: Site) -> None:
    for _ in range(TRIES):
        site.school.casting.pre_check(UUID, site.school.number(0), site.school.pin(1))


def nothing(_site: Site) -> None:
    """What comes before this refusal is what there is anyway."""


def twisted(site: Site) -> str:
    before, name, after = vote_of(site, 0).partition('"challenge":"')
    return before + name + ("2" if after[0] == "1" else "1") + after[1:]


# Why, what comes before, the request, and the status and word of its answer.
REFUSALS: dict[str, tuple[Callable[[Site], object], Ask, int, str]] = {
    "a wrong PIN": (
        nothing,
        lambda c, s: cast(c, s, pin=wrong(s.pin(0))),
        403,
        "code_or_pin_wrong",
    ),
    "another's PIN": (nothing, lambda c, s: cast(c, s, pin=s.pin(1)), 403, "code_or_pin_wrong"),
    "an unknown code": (
        nothing,
        lambda c, s: cast(c, s, sign_in_number="0" * 32),
        403,
        "code_or_pin_wrong",
    ),
    "no tries left": (use_up, cast, 403, "code_or_pin_wrong"),
    "a second ballot": (
        lambda s: s.vote(0),
        lambda c, s: cast(c, s, ballot=s.school.ballot(0, 1, "another").decode()),
        409,
        "already_voted",
    ),
    "another's ballot again": (
        lambda s: s.vote(1),
        lambda c, s: cast(c, s, ballot=vote_of(s, 1)),
        409,
        "credential_used_but_not_this_sign_in",
    ),
    "another's credential": (
        lambda s: s.vote(1),
        lambda c, s: cast(c, s, ballot=s.school.ballot(1, 1, "another").decode()),
        409,
        "credential_used_but_not_this_sign_in",
    ),
    "not open yet": (lambda s: in_state(s, State.SEALED), cast, 409, "not_open_yet"),
    "before its hours": (lambda s: at(s, OPENS_AT - 1), cast, 409, "not_open_yet"),
    "after its grace": (lambda s: at(s, CLOSES_AT + 301), cast, 409, "closed"),
    "closed": (lambda s: in_state(s, State.CLOSED), cast, 409, "closed"),
    "cancelled": (lambda s: in_state(s, State.CANCELLED), cast, 409, "closed"),
    "suspended": (lambda s: in_state(s, State.SUSPENDED), cast, 409, "suspended"),
    "no ballot": (nothing, lambda c, s: cast(c, s, ballot="{}"), 422, "ballot_refused"),
    "a proof that does not hold": (
        nothing,
        lambda c, s: cast(c, s, ballot=twisted(s)),
        422,
        "ballot_refused",
    ),
    "a space too many": (
        nothing,
        lambda c, s: cast(c, s, ballot=vote_of(s, 0) + " "),
        422,
        "ballot_refused",
    ),
    "a reserve that is not activated": (
        nothing,
        lambda c, s: cast(c, s, ballot=vote_of(s, 12)),
        422,
        "ballot_refused",
    ),
    "a credential that was replaced": (revoke, cast, 422, "ballot_refused"),
    "a part of another ballot": (take_alpha, cast, 422, "ballot_refused"),
    "another site": (
        nothing,
        lambda c, s: cast(c, s, origin="https://evil.example"),
        403,
        "malformed",
    ),
    "another length": (nothing, lambda c, s: cast(c, s, padding=""), 422, "malformed"),
    "too long": (
        nothing,
        lambda c, _: c.post(f"{API}/cast", content=b" " * (MAX_BODY_BYTES + 1)),
        413,
        "malformed",
    ),
    "another election": (
        nothing,
        lambda c, s: cast(c, s, uuid="AnotherNumber12"),
        404,
        "unknown_election",
    ),
    "a pre-check with a wrong PIN": (
        nothing,
        lambda c, s: pre_check(c, s, pin=wrong(s.pin(0))),
        403,
        "code_or_pin_wrong",
    ),
    "a pre-check with an unknown code": (
        nothing,
        lambda c, s: pre_check(c, s, sign_in_number="0" * 32),
        403,
        "code_or_pin_wrong",
    ),
    "a pre-check after voting": (lambda s: s.vote(0), pre_check, 409, "already_voted"),
    "a pre-check after closing": (lambda s: at(s, CLOSES_AT + 301), pre_check, 409, "closed"),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_a_refused_request_changes_nothing(client: TestClient, site: Site, why: str) -> None:
    prepare, ask, status, word = REFUSALS[why]
    prepare(site)
    but = COUNTERS if word == "code_or_pin_wrong" else ()
    before = all_rows(site.school.database, but=but)
    answer = ask(client, site)
    said = answer.json()
    assert (answer.status_code, said.get("outcome", said.get("problem"))) == (status, word)
    assert all_rows(site.school.database, but=but) == before


def test_every_refusal_of_a_ballot_is_among_them() -> None:
    words = {word for _, _, _, word in REFUSALS.values()}
    refusals = set(Outcome) - {Outcome.READY, Outcome.RECORDED}
    assert words == {each.value for each in refusals} | {"malformed", "unknown_election"}


def test_an_open_page_still_casts_though_the_server_has_another_booth(
    client: TestClient, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """The page that a parent has open is the sealed one: docs/adr/0013."""
    site.replace_booth(encode_booth(()))
    assert client.get(f"/v/{UUID}").status_code == 503
    assert "booth is not the sealed one" in caplog.text
    assert pre_check(client, site).json()["outcome"] == "ready"
    first = cast(client, site)
    assert first.json()["outcome"] == "recorded"
    assert cast(client, site).json() == first.json()
