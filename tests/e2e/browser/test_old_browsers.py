# SPDX-License-Identifier: AGPL-3.0-or-later
"""A browser that cannot vote gets a plain page with the other ways; an older one votes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.browser.parent import Parent, reads
from tests.site import Site

OTHER_WAYS = "Si l’école met une tablette à la disposition"
# What a browser may lack, and how this one is made to lack it.
LACKING = {
    "the generator": "Object.defineProperty(window, 'crypto', {value: undefined})",
    "its random values": "delete Crypto.prototype.getRandomValues",
    "requests": "delete window.fetch",
    "requests that end": "delete window.AbortController",
    "text of bytes": "delete window.TextDecoder",
}
# What came after 2020, to browsers and to the language.
RECENT = """
    delete Element.prototype.replaceChildren; delete Array.prototype.at; delete Object.hasOwn;
    delete String.prototype.replaceAll; delete String.prototype.at; delete window.structuredClone;
    delete Array.prototype.findLast; delete Promise.any; delete AbortSignal.timeout;
    delete Array.prototype.toSorted; delete Object.groupBy; delete Crypto.prototype.randomUUID;
    delete Uint8Array.prototype.toHex; delete Uint8Array.fromHex;
"""


def test_without_javascript_the_page_says_how_to_vote_otherwise(
    chromium: Browser, site: Site
) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(site.link(0))
    reads(page, "Vous pouvez quand même voter")
    reads(page, OTHER_WAYS)
    expect(page.get_by_text("La page de vote se prépare")).to_be_hidden()
    page.goto(site.page)
    expect(page.get_by_role("heading", name="Le bureau des élections")).to_be_visible()
    context.close()


@pytest.mark.parametrize("name", LACKING)
def test_a_browser_that_lacks_what_a_vote_needs_says_so_and_how_to_vote_otherwise(
    chromium: Browser, site: Site, name: str
) -> None:
    context = chromium.new_context(locale="fr-FR")
    context.add_init_script(LACKING[name])
    page = context.new_page()
    page.goto(site.link(0))
    reads(page, OTHER_WAYS)
    assert "scellée" not in page.locator("main").inner_text()
    assert "#" not in page.url
    context.close()


def test_a_browser_that_cannot_read_the_script_says_so_after_a_while(
    chromium: Browser, site: Site
) -> None:
    context = chromium.new_context(locale="fr-FR")
    page = context.new_page()

    def unreadable(route: Route) -> None:
        route.fulfill(content_type="text/javascript", body="let 2 = words of tomorrow;")

    page.route("**/assets/booth*.js", unreadable)
    page.goto(site.link(0))
    reads(page, "Votre navigateur ne peut pas ouvrir la page de vote")
    reads(page, OTHER_WAYS)
    context.close()


def test_a_phone_of_2020_votes(phone: Page, site: Site) -> None:
    phone.add_init_script(RECENT)
    Parent(phone, site, 0).vote("PEEP")
    assert site.school.counts() == (1, 1)
