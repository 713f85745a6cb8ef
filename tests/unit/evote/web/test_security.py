# SPDX-License-Identifier: AGPL-3.0-or-later
"""Headers of every kind of answer, what may change anything, and what guessing gains."""

from __future__ import annotations

import base64
import hashlib
import re
import signal
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx2 import Response

from evote.pins import TRIES
from evote.web.api import same_origin
from evote.web.app import ROUTERS
from evote.web.assets import read_assets
from evote.web.serving import serve
from tests.db.rows import all_rows
from tests.pages import NO_PAGES, PAGES, addresses
from tests.simulator import UUID
from tests.site import Site, make_site

API = f"/api/elections/{UUID}"
TRACKER = "0000-0000-0000-0000"
ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
CHANGING = {"/api/elections/{uuid}/pre-check", "/api/elections/{uuid}/cast"}
# One address for each kind of answer, and its method.
ANSWERS = {
    "a page": ("GET", f"/e/{UUID}"),
    "the booth": ("GET", f"/v/{UUID}"),
    "a download": ("GET", f"/e/{UUID}/archive"),
    "a record": ("GET", f"/e/{UUID}/record"),
    "a checkpoint": ("GET", f"/{UUID}/board/checkpoint"),
    "a tile": ("GET", f"/{UUID}/journal/tile/0/000.p/1"),
    "no tile": ("GET", f"/{UUID}/journal/tile/0/001"),
    "entries": ("GET", f"/{UUID}/board/tile/entries/000.p/1"),
    "a journal": ("GET", f"/e/{UUID}/journal.jsonl"),
    "no receipt": ("GET", f"/e/{UUID}/receipt/{TRACKER}"),
    "a file": ("GET", read_assets()["booth.js"].href),
    "another address": ("GET", f"/e/{UUID}/"),
    "the API": ("GET", f"{API}/state"),
    "no page": ("GET", "/nothing"),
    "no operation": ("GET", "/api/nothing"),
    "no method": ("DELETE", f"/e/{UUID}"),
    "no request": ("POST", f"{API}/cast"),
    "health": ("GET", "/healthz"),
}


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A school on https, that no test of this file changes."""
    site = make_site(tmp_path_factory.mktemp("public"), url="https://vote.example.org", seconds=60)
    yield TestClient(site.app, base_url=site.url, follow_redirects=False)
    site.school.database.close()


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_kind_of_answer_has_every_header(public: TestClient, kind: str) -> None:
    headers = public.request(*ANSWERS[kind]).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")  # objects, frames and workers included
    if headers.get("content-type", "").startswith("text/html"):
        for part in ("base-uri 'none'", "frame-ancestors 'none'", "form-action "):
            assert part in policy
        assert "unsafe" not in policy
        assert headers["cross-origin-opener-policy"] == "same-origin"
    else:  # loads nothing, has no forms, opens no window
        assert policy == "default-src 'none'; frame-ancestors 'none'"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert "set-cookie" not in headers
    assert "access-control-allow-origin" not in headers


def test_without_https_nobody_is_told_to_use_it(client: TestClient) -> None:
    assert "strict-transport-security" not in client.get("/").headers


def test_a_page_on_the_way_to_a_vote_allows_no_script_but_its_own(public: TestClient) -> None:
    policy = public.get(f"/v/{UUID}").headers["content-security-policy"]
    for part in ("script-src 'self';", "connect-src 'self';", "trusted-types 'none'"):
        assert part in policy
    page = public.get(f"/e/{UUID}").headers["content-security-policy"]
    assert "script-src" not in page
    assert "connect-src" not in page


@pytest.mark.parametrize("path", addresses(UUID, TRACKER))
def test_every_file_that_a_page_loads_is_checked_by_its_hash(public: TestClient, path: str) -> None:
    page = public.get(path).text
    loaded = re.findall(r"<(?:script|link)[^>]*(?:src|href)=\"(/[^\"]*)\"[^>]*>", page)
    checked = re.findall(r'(?:src|href)="(/assets/[^"]*)" integrity="sha384-([^"]*)"', page)
    assert [href for href, _ in checked] == loaded
    assert loaded or path.endswith(("/check", "/receipt"))
    for href, integrity in checked:
        data = public.get(href).content
        assert base64.b64encode(hashlib.sha384(data).digest()).decode() == integrity


def test_looking_twenty_times_changes_nothing_and_uses_up_no_letter(
    client: TestClient, site: Site
) -> None:
    """Programs that look at mail open its links: nothing but a person's press counts."""
    before = all_rows(site.school.database)
    for pattern in (*PAGES, *(NO_PAGES - CHANGING)):
        path = pattern.replace("{uuid}", UUID).replace("{tag}", "en-XA")
        for _ in range(20 if "/v/" in path else 2):
            assert client.get(path).status_code in (200, 404), path
        got, head = client.get(path), client.head(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers.get("content-type") == got.headers.get("content-type")
    assert all_rows(site.school.database) == before
    assert site.vote(0)


def test_what_changes_anything_is_a_post_from_our_own_pages() -> None:
    for route in ROUTES:
        assert route.methods == ({"POST"} if route.path in CHANGING else {"GET"}), route.path
        asked = [each.call for each in route.dependant.dependencies]
        assert (same_origin in asked) == (route.path in CHANGING), route.path


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", [f"/e/{UUID}", f"{API}/cast", f"/v/{UUID}"])
def test_no_other_method_is_answered(public: TestClient, method: str, path: str) -> None:
    assert public.request(method, path).status_code == 405


def test_the_program_that_serves_writes_no_log_of_its_own_and_believes_no_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[uvicorn.Config] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, **_: told.append(self.config))
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit):  # it has not started
        serve("127.0.0.1", 0, 1)
    signal.signal(signal.SIGTERM, before)
    (config,) = told
    assert (config.access_log, config.server_header, config.proxy_headers) == (False,) * 3


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_no_page_of_the_framework_is_there(public: TestClient, path: str) -> None:
    assert public.get(path).status_code == 404


@pytest.mark.parametrize("path", [read_assets()["booth.js"].href, f"/e/{UUID}/archive"])
def test_ten_thousand_ranges_are_not_even_read(public: TestClient, path: str) -> None:
    ranges = ",".join(f"{n}-{n}" for n in range(10_000))
    whole, asked = public.get(path), public.get(path, headers={"Range": f"bytes={ranges}"})
    assert (asked.status_code, asked.content) == (200, whole.content)


def ask(client: TestClient, site: Site, what: str, **changed: str) -> Response:
    body = {"sign_in_number": site.school.number(0), "pin": site.pin(0), **changed}
    body |= site.sent(0) if what == "cast" else {}
    return client.post(f"{API}/{what}", json=body)


def other_pin(site: Site, n: int) -> str:
    """One of the PINs that are not the first parent's."""
    return f"{(int(site.pin(0)) + 1 + n) % 10**6:06d}"


def test_guessing_a_pin_ends_after_ten_tries_wherever_they_are_made(
    client: TestClient, site: Site
) -> None:
    for n in range(TRIES):
        what = ("pre-check", "cast")[n % 2]
        assert ask(client, site, what, pin=other_pin(site, n)).status_code == 403
    for what in ("pre-check", "cast"):
        assert ask(client, site, what).json()["outcome"] == "code_or_pin_wrong"
    assert site.school.counts() == (0, 0)
    assert site.vote(1)


def test_guessing_codes_finds_nobody_and_stops_nobody(client: TestClient, site: Site) -> None:
    numbers = {site.school.number(elector) for elector in range(12)}
    for n in range(200):
        guess = hashlib.sha256(str(n).encode()).hexdigest()[:32]
        assert guess not in numbers
        assert ask(client, site, "pre-check", sign_in_number=guess).status_code == 403
    assert ask(client, site, "pre-check").json()["outcome"] == "ready"


@pytest.mark.parametrize("what", ["pre-check", "cast"])
def test_nobody_learns_who_has_a_code_or_who_has_voted_without_the_pin(
    client: TestClient, site: Site, what: str
) -> None:
    """An elector who has not voted, one who has, one without tries left, and nobody: one answer."""
    site.vote(1)
    for _ in range(TRIES):
        site.school.casting.pre_check(UUID, site.school.number(2), site.school.pin(3))
    pin = other_pin(site, 0)
    assert pin not in (site.pin(1), site.pin(2))
    numbers = [site.school.number(elector) for elector in (0, 1, 2)] + ["0" * 32]
    answers = [ask(client, site, what, sign_in_number=number, pin=pin) for number in numbers]
    assert len({(each.status_code, each.content, str(each.headers)) for each in answers}) == 1
    nothing = {"tracker": None, "promise": None}
    assert answers[0].json() == {"outcome": "code_or_pin_wrong", **nothing}


def test_no_page_and_no_answer_names_an_elector(client: TestClient, site: Site) -> None:
    site.close_and_count()
    paths = [*addresses(UUID, TRACKER), f"/e/{UUID}/archive", f"/e/{UUID}/record"]
    for path in (*paths, *(f"{API}/{name}" for name in ("state", "ballots", "election.json"))):
        content = client.get(path).content
        assert b"NOM00" not in content, path  # the names of the roll: tests/db/school.py
        for elector in range(12):
            assert site.school.number(elector).encode() not in content, path


def test_no_address_leads_to_another_file(public: TestClient) -> None:
    for name in ("../keys", "%2e%2e/keys", "..%2fkeys", f"{UUID}.key", "booth.js"):
        assert public.get(f"/assets/{name}").status_code == 404
