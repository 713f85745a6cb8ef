# SPDX-License-Identifier: AGPL-3.0-or-later
"""No page counts who has voted more finely than the steps, but the board by its own events."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from evote.clock import HOUR
from tests.pages import addresses
from tests.simulator import UUID
from tests.site import Site

API = f"/api/elections/{UUID}"
ELECTORS = 12
# The board itself: each of its events is one ballot, and anybody may download it.
BOARD = {f"/e/{UUID}/events"}
QUIET = [p for p in addresses(UUID, "0000-0000-0000-0000") if p not in BOARD]
QUIET += ["/healthz", f"{API}/state", f"{API}/election.json", f"{API}/credentials.json"]


def texts(client: TestClient) -> dict[str, bytes]:
    return {path: client.get(path).content for path in QUIET}


def turnout(client: TestClient) -> list[str]:
    page = client.get(f"/e/{UUID}/turnout").text
    return re.findall(r'<td class="number">(\d+)</td>', page)


def test_a_vote_changes_no_page_but_the_boards(client: TestClient, site: Site) -> None:
    before = texts(client)
    for elector in range(ELECTORS):
        site.vote(elector)
        assert texts(client) == before, elector


def test_the_page_moves_by_whole_hours_and_by_ten_at_least(client: TestClient, site: Site) -> None:
    hour = site.clock.time // HOUR * HOUR
    for elector in range(9):
        site.vote(elector)
    site.clock.time = hour + HOUR
    assert turnout(client) == []
    site.vote(9)
    site.vote(10)
    site.clock.time = hour + 2 * HOUR - 1
    assert turnout(client) == []
    site.clock.time = hour + 2 * HOUR
    assert turnout(client) == ["11"]
    site.vote(11)
    site.clock.time = hour + 5 * HOUR
    assert turnout(client) == ["11"]
    site.clock.time += 40 * HOUR
    assert turnout(client) == ["11", "12"]


@pytest.mark.parametrize("over", [False, True])
def test_the_board_shows_its_events_without_counting_them_aloud(
    client: TestClient, site: Site, *, over: bool
) -> None:
    site.vote(0)
    if over:
        site.clock.time += 40 * HOUR
    page = client.get(f"/e/{UUID}/events").text
    assert ("1 bulletin dans" in page) is over
    assert page.count("tracker=") == 1
    assert not re.search(r"\d+ h \d\d", page)
