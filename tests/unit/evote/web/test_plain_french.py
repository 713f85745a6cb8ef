# SPDX-License-Identifier: AGPL-3.0-or-later
"""« Comment ça marche » makes its points, and no page for parents asks them to know our words.

The points are looked for by what they are about, so that their sentences may be written better.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from tests.french import JARGON, LONGEST_SENTENCE, sentences
from tests.pages import addresses
from tests.simulator import UUID
from tests.site import make_site, twelve_parents

# What a parent must find there, as the words that one item of the list must have.
POINTS = {
    "two secrets come apart, and both are needed": ("lettre", "code", "à part", "chiffres", "deux"),
    "the choice is closed up on one's own device": ("appareil", "enveloppe", "avant"),
    "the server does not see it": ("serveur", "jamais", "choix"),
    "nobody can open the box alone": ("personne", "seul", "clés"),
    "ballots are not opened, lists are added up": ("enveloppes", "total", "liste"),
    "anybody can check all of it": ("chacun", "télécharger", "contrôles"),
}


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A French visitor of a school where two parents have voted."""
    site = make_site(tmp_path_factory.mktemp("plain"))
    site.vote(0)
    site.vote(1, None)
    french = {"Accept-Language": "fr"}
    yield TestClient(site.app, base_url=site.url, headers=french)
    site.school.database.close()


def how_it_works(visitor: TestClient) -> list[str]:
    """The items of « Comment ça marche » on the election's page."""
    page = visitor.get(f"/e/{UUID}").text
    (section,) = re.findall(r"<section><h2>Comment ça marche</h2>(.*?)</section>", page, re.DOTALL)
    return [without_tags(item) for item in re.findall(r"<li>(.*?)</li>", section, re.DOTALL)]


def without_tags(html: str) -> str:
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.DOTALL)
    text = re.sub(r"</(p|li|h\d|dd|dt|small|a|button|summary)>", ".\n", text)
    return re.sub(r"<[^>]+>", "", text).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("point", POINTS)
def test_how_it_works_makes_its_points(visitor: TestClient, point: str) -> None:
    words = POINTS[point]
    items = [item.lower() for item in how_it_works(visitor)]
    assert any(all(word in item for word in words) for item in items), items


def test_how_it_works_says_how_many_keys_it_takes(visitor: TestClient) -> None:
    threshold = twelve_parents().threshold
    assert any(f"clés d’au moins {threshold} " in item for item in how_it_works(visitor))


def test_how_it_works_is_short_and_in_short_sentences(visitor: TestClient) -> None:
    items = how_it_works(visitor)
    assert 3 <= len(items) <= 6
    for item in items:
        assert all(len(each.split()) <= LONGEST_SENTENCE for each in sentences(item)), item


# All but the page for those who compare the server's files.
FOR_PARENTS = [path for path in addresses(UUID, "0000-0000-0000-0000") if path != "/status"]


@pytest.mark.parametrize("path", FOR_PARENTS)
def test_no_page_for_parents_speaks_the_language_of_the_trade(
    visitor: TestClient, path: str
) -> None:
    found = JARGON.findall(without_tags(visitor.get(path).text))
    assert found == []
