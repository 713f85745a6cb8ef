# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the link of a letter loads in a new browser, counted as `make bench` counts it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from bench.booth import MAX_LOAD_BYTES, MAX_LOAD_REQUESTS, weigh
from tests.db.school import make_election
from tests.site import listening

ELECTORS = 400
KEY_BYTES = 32


def test_the_first_load_for_400_electors_is_light(chromium: Browser, tmp_path: Path) -> None:
    """Page, programs, election and every public credential, with the headers of each answer."""
    election = make_election(ELECTORS, lists=6)
    with listening(tmp_path, election=election) as site:
        load = weigh(chromium, site.link(0))
    weights = dict(load)
    uuid = site.school.uuid
    assert {f"v/{uuid}", f"api/elections/{uuid}/credentials.json"} <= set(weights)
    # No compression makes random keys smaller than they are: all of them are in what is counted.
    assert weights[f"api/elections/{uuid}/credentials.json"] > ELECTORS * KEY_BYTES
    assert len(load) <= MAX_LOAD_REQUESTS, load
    assert sum(weight for _, weight in load) < MAX_LOAD_BYTES, load
