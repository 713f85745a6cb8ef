# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names of schools, lists, candidates and persons are shown as they are, and are never markup."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from evote.lifecycle.cancelling import cancel_election
from evote.lifecycle.voting import note_incident, suspend_vote
from protocol.ceremony import Member
from tests.hostile import EVIL, hostile_election
from tests.pages import addresses
from tests.simulator import UUID
from tests.site import Site, make_site

PERSONS = (Member(f"Aïcha {EVIL}", f"directrice {EVIL}"), Member("Bruno Carré", "enseignant"))

# The scripts of our own: the booth's; those of the pages that work offline, and their data.
OURS = {f"/v/{UUID}": 1, "/check": 2, "/receipt": 2}


class Tags(HTMLParser):
    """What a browser would make of a page: tags with an attribute that acts, and texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.acting: list[str] = []
        self.text = ""
        self.scripts = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.acting += [f"{tag} {name}" for name, _ in attrs if name.startswith("on")]
        self.acting += [tag for name, value in attrs if (name, value) == ("src", "x")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[Site]:
    site = make_site(tmp_path, election=hostile_election())
    yield site
    site.school.database.close()


def look_everywhere(site: Site) -> dict[str, Tags]:
    client = TestClient(site.app, base_url=site.url)
    tracker = site.school.election.cast(0, 0).tracker()
    pages = {path: Tags(client.get(path).text) for path in addresses(UUID, tracker)}
    for path, page in pages.items():
        assert page.acting == [], path
        assert page.scripts == next((n for end, n in OURS.items() if path.endswith(end)), 0), path
    return pages


def test_names_of_an_open_election_are_shown_and_nothing_else(hostile: Site) -> None:
    hostile.vote(0)
    note_incident(hostile.school.database, UUID, f"Panne {EVIL}", hostile.clock)
    suspend_vote(hostile.school.database, UUID, f"Coupure {EVIL}", hostile.clock)
    hostile.publish()
    pages = look_everywhere(hostile)
    for shown in (f"École {EVIL}", f"un {EVIL}", f"A {EVIL}", f"Coupure {EVIL}"):
        assert shown in pages[f"/e/{UUID}"].text
    assert f"Panne {EVIL}" in pages[f"/e/{UUID}/journal"].text


def test_names_in_a_result_and_in_a_cancellation_are_shown_too(hostile: Site) -> None:
    hostile.close_and_count()
    page = look_everywhere(hostile)[f"/e/{UUID}/result"]
    for shown in (f"deux {EVIL}", f"A {EVIL}"):
        assert shown in page.text


def test_persons_who_cancel_are_shown_too(hostile: Site) -> None:
    cancel_election(hostile.school.database, UUID, f"Oubli {EVIL}", PERSONS, hostile.clock)
    page = look_everywhere(hostile)[f"/e/{UUID}"]
    for shown in (f"Oubli {EVIL}", f"Aïcha {EVIL}", f"directrice {EVIL}"):
        assert shown in page.text


def test_what_a_visitor_types_is_shown_too(hostile: Site) -> None:
    client = TestClient(hostile.app, base_url=hostile.url)
    page = Tags(client.get(f"/e/{UUID}/find", params={"tracker": EVIL[:80]}).text)
    assert (page.acting, page.scripts) == ([], 0)
