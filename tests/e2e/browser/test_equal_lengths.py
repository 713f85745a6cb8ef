# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever watches the network of a parent sees the same for every choice: docs/protocol.md §9.6."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, Request, Route

from tests.e2e.browser.parent import Parent
from tests.site import Site

CHOICES = ("FCPE", "PEEP", "Parents indépendants", "Vote blanc")
Sent = tuple[str, str, int, int, int]


def seen(request: Request) -> Sent:
    """What can be seen of a request on its way: how long it is, and how long its answer is."""
    sizes, answer = request.sizes(), request.response()
    assert answer is not None
    address, receipt, tracker = request.url.partition("/receipt/")
    if receipt:  # the proof is as long as the board is high, whatever the ballot
        return request.method, address + receipt, len(tracker), answer.status, 0
    headers = (request.headers_array(), answer.headers_array())
    sent, came = (sum(len(h["name"] + h["value"]) for h in each) for each in headers)
    body = len(answer.body()) if request.method == "POST" else 0
    return request.method, request.url, sent + sizes["requestBodySize"], came, body


def visit(page: Page, site: Site, elector: int, choice: str) -> list[Sent]:
    """Vote, and return every request from the first to the last."""
    requests: list[Request] = []

    def note(request: Request) -> None:
        requests.append(request)

    page.on("requestfinished", note)
    page.goto("about:blank")
    with page.expect_event("requestfinished", lambda each: "/receipt/" in each.url):
        Parent(page, site, elector).vote(choice)
    page.remove_listener("requestfinished", note)
    # Those that are asked at once may end in any order.
    return sorted(seen(request) for request in requests if request.url.startswith("http"))


def test_every_choice_makes_the_same_requests_of_the_same_lengths(phone: Page, site: Site) -> None:
    visit(phone, site, len(CHOICES), "FCPE")  # fills the cache with script, style and election
    visits = {choice: visit(phone, site, i, choice) for i, choice in enumerate(CHOICES)}
    first, *others = visits.values()
    assert [sent[0] for sent in first].count("POST") == 2
    assert [sent[1] for sent in first].count(f"{site.page}/receipt/") == 1
    assert all(other == first for other in others), [set(first) ^ set(o) for o in others]
    assert site.school.counts() == (5, 5)


@pytest.mark.parametrize("choice", [CHOICES[0], CHOICES[-1]])
def test_a_cast_is_as_long_as_the_server_demands_at_every_try(
    parent: Parent, site: Site, choice: str
) -> None:
    bodies: list[dict[str, str]] = []

    def lose_the_first(route: Route) -> None:
        bodies.append(json.loads(route.request.post_data or "{}"))
        if len(bodies) == 1:
            route.abort()
        else:
            route.continue_()

    parent.page.route("**/cast", lose_the_first)
    parent.open_letter().sign_in().choose(choice).seal()
    parent.cast()
    parent.press("Essayer maintenant")
    parent.sees("Votre vote est enregistré")
    first, second = bodies
    assert first == second
    assert set(first) == {"sign_in_number", "pin", "ballot", "padding"}
    assert set(first["padding"]) == {"0"}
