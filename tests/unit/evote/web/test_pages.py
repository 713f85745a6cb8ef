# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every page has: its headers, its language, and no word that gettext has not seen."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from evote.database.elections import State
from tests.pages import NO_PAGES, PAGES, addresses, routes
from tests.simulator import CLOSES_AT, OPENS_AT, UUID
from tests.site import Site

ABSENT = "0000-0000-0000-0000"


def test_every_route_has_a_case() -> None:
    assert routes() == set(PAGES) | NO_PAGES


@pytest.mark.parametrize("path", addresses(UUID, ABSENT))
def test_every_page_answers_with_strict_headers(visitor: TestClient, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code in (200, 404)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    camera = "camera=(self)" if path.endswith("/receipt") else "camera=()"
    assert camera in answer.headers["permissions-policy"].split(", ")
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers


@pytest.mark.parametrize("path", addresses(UUID, ABSENT))
def test_no_page_asks_another_site_or_has_a_script_or_style_in_a_tag(
    visitor: TestClient, path: str
) -> None:
    page = visitor.get(path).text
    assert not re.findall(r"""(?:src|href|action)=["']?(?:https?:)?//""", page)
    assert not re.findall(r"<[^>]*\s(?:on\w+|style)=", page)


@pytest.mark.parametrize("state", [each for each in State if each is not State.DRAFT])
@pytest.mark.parametrize("path", ["/", "/status", f"/e/{UUID}", f"/e/{UUID}/turnout"])
def test_every_state_has_its_words(client: TestClient, site: Site, state: State, path: str) -> None:
    site.set_state(state)
    assert client.get(path).status_code == 200


class _Texts(HTMLParser):
    """Collects the texts of a page, and of the attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        for name, value in attrs:
            if name in ("alt", "aria-label", "placeholder", "title", "data-title") and value:
                self.texts.append(value)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.texts.append(data.strip())


# What is the same in every language: names, hashes, trackers, commands and the names of files.
NAMES = re.compile(
    r"Préau|École Jules Ferry|Élection des représentants des parents d'élèves|FCPE|PEEP"
    r"|Parents indépendants|\b[A-Z][a-z]+ [FP]\b|SimuLatedPreau|evote-audit verify|belenios-tool"
    r" election verify|\.bel|preau-|\.zip|booth\.js|style\.css|court|[0-9a-f]{8,}|[\w+/]{43}"
    r"|[0-9A-Z]{4}(-[0-9A-Z]{4}){3}"
)


def untranslated(page: str, names: set[str]) -> list[str]:
    """Return the lines of a page with letters that gettext has not seen."""
    reader = _Texts()
    reader.feed(re.sub(r'<li lang="fr">.*?</li>', "", page))  # the minutes' own words
    text = "\n".join(reader.texts)
    while (inner := re.sub("⟦[^⟦⟧]*⟧", "", text)) != text:
        text = inner
    for name in names:
        text = text.replace(name, "")
    lines = NAMES.sub("", text).splitlines()
    return [line for line in lines if re.search(r"[^\W\d_]", line)]


@pytest.mark.parametrize("counted", [False, True])
def test_every_word_has_gone_through_gettext(
    client: TestClient, site: Site, *, counted: bool
) -> None:
    site.vote(0)
    if counted:
        site.close_and_count()
    members = site.school.election.bindings.ceremony.members
    names = {m.name for m in members} | {m.role for m in members}
    found = {}
    for path in addresses(UUID, site.school.election.ballots[0].tracker()):
        if path == f"/v/{UUID}":  # in one language alone; /en-XA/v/… is the same in the other
            continue
        page = client.get(path, headers={"Accept-Language": "en-XA"}).text
        assert "⟦" in page
        found[path] = untranslated(page, names)
    assert not any(found.values()), found


def test_dates_are_in_words_with_their_zone_and_distance(client: TestClient, site: Site) -> None:
    site.clock.time = CLOSES_AT - (3600 + 120)
    text = client.get(f"/e/{UUID}").text.replace("\u00a0", " ")
    assert "dimanche 11 octobre à 8 h 26, heure de Paris, dans 1 heure 2 minutes" in text
    assert "encore 5 minutes pour arriver" in text


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (OPENS_AT - 1, "Pas encore ouvert"),
        (OPENS_AT, "Vote ouvert"),
        (CLOSES_AT + 300, "Vote ouvert"),
        (CLOSES_AT + 301, "Vote clos"),
    ],
)
def test_what_is_open_follows_the_clock(
    client: TestClient, site: Site, time: int, words: str
) -> None:
    site.clock.time = time
    assert words in client.get(f"/e/{UUID}").text


def test_the_names_of_lists_cannot_become_markup(client: TestClient, site: Site) -> None:
    evil = '"><script>alert(1)</script>'
    page = client.get(f"/e/{UUID}/find", params={"tracker": evil}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_ballot_is_found_by_its_tracker_however_it_is_typed(
    client: TestClient, site: Site
) -> None:
    tracker = site.vote(3)
    typed = tracker.replace("-", " ").lower()
    page = client.get(f"/e/{UUID}/find", params={"tracker": typed}).text
    assert "est dans l’urne" in page
    assert tracker in page
    assert "Aucun bulletin" in client.get(f"/e/{UUID}/find?tracker={ABSENT}").text
    assert "16 signes" in client.get(f"/e/{UUID}/find?tracker=ABCD").text


def test_the_archive_is_the_board_to_the_byte(client: TestClient, site: Site) -> None:
    site.vote(0)
    answer = client.get(f"/e/{UUID}/archive")
    assert answer.content == site.school.archive()
    assert answer.headers["content-disposition"] == f'attachment; filename="{UUID}.bel"'


def test_the_result_shows_every_step_and_name(client: TestClient, site: Site) -> None:
    assert "pas encore de résultat" in client.get(f"/e/{UUID}/result").text
    site.close_and_count()
    page = client.get(f"/e/{UUID}/result").text
    assert "quotient électoral" in page
    for each in site.school.election.candidate_lists:
        assert each.label in page
    assert "Aubry F" in page
    assert "Sièges à pourvoir" in page
