# SPDX-License-Identifier: AGPL-3.0-or-later
"""The QR codes of the booth are read by another program from what the screen shows, and the
picture that a parent keeps shows the tracker, the same QR, and nothing of name or choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page

from tests.e2e.browser.conftest import a_phone
from tests.e2e.browser.parent import Parent
from tests.e2e.browser.pictures import line_box, qr_box, qr_codes, read_picture
from tests.simulator import UUID
from tests.site import Site, listening

TITLE, NAME, TRACKER = "600 46px Georgia, serif", "28px sans-serif", "600 44px monospace"
INSIDE = 40  # of the frame
QUIET = 8


@pytest.fixture
def other_phone(chromium: Browser) -> Iterator[Page]:
    """Somebody else's, who has only read a QR code."""
    with a_phone(chromium) as page:
        yield page


def shown(page: Page) -> Image.Image:
    """The whole page as the screen shows it."""
    return read_picture(page.screenshot(full_page=True))


def find_link(site: Site, tracker: str) -> str:
    return f"{site.url}/e/{UUID}/find?tracker={tracker}"


def is_published(parent: Parent) -> None:
    """Wait until the receipt has come, which the QR code then holds."""
    parent.reads("Paru dans l’urne, preuve vérifiée")
    parent.page.locator("[data-qr=receipt][src]").wait_for()


def saved_receipt(parent: Parent) -> Image.Image:
    with parent.page.expect_download() as image:
        parent.page.get_by_role("link", name="Enregistrer le reçu").click()
    return read_picture(image.value.path().read_bytes())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_qr_on_the_screen_leads_to_the_ballot(
    parent: Parent, site: Site, other_phone: Page, scheme: Literal["light", "dark"]
) -> None:
    parent.page.emulate_media(color_scheme=scheme)
    tracker = parent.vote()
    is_published(parent)
    (link,) = qr_codes(shown(parent.page))
    assert link.startswith(f"{site.url}/e/{UUID}/receipt#")
    other_phone.goto(link)
    other_phone.get_by_role("heading", name="Ce reçu est bon").wait_for()
    assert tracker in other_phone.inner_text("main")
    other_phone.get_by_role("link", name="Voir ce bulletin dans l’urne").click()
    other_phone.get_by_role("heading", name="Ce bulletin est dans l’urne").wait_for()
    assert tracker in other_phone.inner_text("main")


def test_before_the_step_the_qr_leads_to_where_the_ballot_will_be(
    phone: Page, tmp_path: Path
) -> None:
    with listening(tmp_path, seconds=60) as site:
        parent = Parent(phone, site, 0)
        tracker = parent.vote()
        (link,) = qr_codes(shown(phone))
        assert link == find_link(site, tracker)
        assert qr_codes(saved_receipt(parent)) == [link]


def test_the_qr_of_a_checked_ballot_leads_to_the_page_that_opens_it(
    parent: Parent, site: Site, other_phone: Page
) -> None:
    parent.open_letter().sign_in().choose("PEEP").seal()
    parent.page.get_by_text("Je veux d’abord vérifier l’appareil").click()
    parent.press("Ouvrir cette enveloppe pour vérifier")
    parent.sees("Bulletin d’essai")
    (link,) = qr_codes(shown(parent.page))
    assert link == f"{site.url}/e/{UUID}/check"
    other_phone.goto(link)
    other_phone.get_by_label("Fichier du bulletin d’essai").wait_for()


def test_the_picture_shows_the_tracker_and_a_qr_that_leads_to_the_ballot(
    parent: Parent, site: Site
) -> None:
    tracker = parent.vote()
    is_published(parent)
    picture = saved_receipt(parent)
    assert qr_codes(picture) == qr_codes(shown(parent.page))
    for text, font in (
        ("Reçu de vote", TITLE),
        (site.school.election.bindings.school.name, NAME),
        (tracker, TRACKER),
    ):
        assert line_box(parent.page, picture, text, font, INSIDE) is not None, text
    other = tracker[:-1] + ("0" if tracker[-1] != "0" else "1")
    assert line_box(parent.page, picture, other, TRACKER, INSIDE) is None


def test_the_picture_says_nothing_of_who_voted_or_for_whom(
    parent: Parent, site: Site, other_phone: Page
) -> None:
    """Without trackers and QR codes, whose text is known, those of two parents are one picture."""
    blank = []
    for person, label in ((parent, "PEEP"), (Parent(other_phone, site, 1), "Vote blanc")):
        tracker = person.vote(label)
        is_published(person)
        picture = saved_receipt(person)
        line = line_box(person.page, picture, tracker, TRACKER, INSIDE)
        assert line is not None
        left, top, right, bottom = qr_box(picture)
        around = (left - QUIET, top - QUIET, right + QUIET, bottom + QUIET)
        for box in (line, around):
            picture.paste(255, box)
        blank.append(picture)
    assert ImageChops.difference(*blank).getbbox() is None
    assert line_box(parent.page, blank[0], "Reçu de vote", TITLE, INSIDE) is not None
