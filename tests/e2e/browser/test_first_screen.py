# SPDX-License-Identifier: AGPL-3.0-or-later
"""Before anything is asked, a parent reads what to have at hand, how long it takes and until when.

The points are looked for by what they are about, so that their sentences may be written better.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.e2e.browser.parent import Parent
from tests.french import JARGON, LONGEST_SENTENCE, sentences
from tests.site import Site

POINTS = {
    "how long it takes": r"\b(?:deux|2) minutes\b",
    "until when": r"fermeture[^.]*\d+ octobre[^.]*\d+ h\b[^.]*heure de Paris",
    "that the vote is secret": r"vote est secret",
    "that it is closed up before it is sent": r"sur cet appareil, avant d’être envoyé",
    "that it is final": r"définitif|qu’une fois",
}


def visible(page: Page, selector: str = "main") -> str:
    """What is shown, as one line of ordinary spaces."""
    return re.sub(r"\s+", " ", page.locator(selector).inner_text())


def at_hand(page: Page) -> list[str]:
    """The things to have at hand, as a parent sees them."""
    page.get_by_role("heading", name="À avoir sous la main").wait_for()
    items = page.locator("section:not([hidden]) .sheet li:visible")
    return [re.sub(r"\s+", " ", text) for text in items.all_inner_texts()]


def first_screen(parent: Parent, site: Site, *, with_code: bool) -> Page:
    link = site.link(0)
    parent.page.goto(link if with_code else link.partition("#")[0])
    parent.sees("Vous allez voter")
    return parent.page


@pytest.mark.parametrize("with_code", [True, False])
def test_it_says_what_to_have_at_hand(parent: Parent, site: Site, *, with_code: bool) -> None:
    letter, digits = at_hand(first_screen(parent, site, with_code=with_code))
    assert re.search(r"\blettre\b.*\bcode\b", letter)
    assert bool(re.search(r"rien à taper", letter)) == with_code
    assert re.search(r"\bchiffres secrets\b.*\bà part\b", digits)
    assert site.pin(0) not in visible(parent.page)


@pytest.mark.parametrize("point", POINTS)
def test_it_says_what_one_must_know_before_voting(parent: Parent, site: Site, point: str) -> None:
    page = first_screen(parent, site, with_code=True)
    assert re.search(POINTS[point], visible(page), re.IGNORECASE)


def test_it_is_short_and_plain_and_asks_for_nothing_yet(parent: Parent, site: Site) -> None:
    page = first_screen(parent, site, with_code=True)
    text = page.locator("main").inner_text()
    assert len(text.split()) <= 120
    assert all(len(each.split()) <= LONGEST_SENTENCE for each in sentences(text))
    assert JARGON.findall(text) == []
    assert page.locator("input:visible, textarea:visible").count() == 0
