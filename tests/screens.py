# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes every page and every screen of the booth as a picture, to be looked at: `make screens`.

Usage: python -m tests.screens FOLDER
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from tests.e2e.browser.axe import LOOKS
from tests.e2e.browser.conftest import FLAGS
from tests.e2e.browser.parent import Parent
from tests.e2e.browser.publishing import NOTICES
from tests.e2e.browser.publishing import SHOW as SHOW_NOTICE
from tests.e2e.browser.test_accessibility import SCREENS
from tests.pages import addresses
from tests.receipts import make_promise, make_receipt
from tests.simulator import CLOSES_AT, OPENS_AT, UUID
from tests.site import Site, listening, twelve_parents
from tests.situations import SITUATIONS

# One screen, as it is when a parent meets it; its details closed, its messages unsaid.
SHOW = """name => {
    for (const each of document.querySelectorAll('[data-screen]'))
        each.hidden = each.dataset.screen !== name;
}"""
# Links keep the colours of the scheme before until the second frame.
PAINT = "new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)))"
REMEMBER = """document.querySelector('[data-slot="sending"]').textContent =
    document.querySelector('[data-message="sending"]').content.textContent"""


def main(arguments: list[str]) -> int:
    """Write all pictures into the folder; 0, or 1 without Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None or len(arguments) != 1:
        print("usage: python -m tests.screens FOLDER (with Chromium: setup/chromium.sh)")
        return 1
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as place:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        with listening(Path(place) / "open") as site:
            draw_booth(browser, site, folder)
            draw_receipts(browser, site, folder / "open")
            draw_pages(browser, site, folder / "open", site.vote(1))
        with listening(Path(place) / "counted") as site:
            site.close_and_count()
            draw_pages(browser, site, folder / "counted", site.school.election.ballots[1].tracker())
        for name, each in SITUATIONS.items():
            with each.listening(Path(place) / name) as site:
                each.prepare(site)
                tracker = site.school.election.ballots[0].tracker()
                draw_addresses(browser, site, folder / name, each.addresses(UUID, tracker))
        browser.close()
    print(f"{len(list(folder.rglob('*.png')))} pictures in {folder}")
    return 0


def draw_pages(browser: Browser, site: Site, folder: Path, tracker: str) -> None:
    """Draw every page of the router; the booth is drawn by itself."""
    places = [each for each in addresses(site.school.uuid, tracker) if "/v/" not in each]
    draw_addresses(browser, site, folder, places)


def draw_addresses(browser: Browser, site: Site, folder: Path, places: list[str]) -> None:
    """Draw these pages of a site."""
    page = browser.new_page(locale="fr-FR")
    for place in places:
        page.goto(site.url + place)
        name = re.sub(r"\W+", "-", place.replace(site.school.uuid, "")).strip("-") or "home"
        draw(page, folder, name)
    page.context.close()


def draw_booth(browser: Browser, site: Site, folder: Path) -> None:
    """Go the whole way once, so that every screen has its content, then draw them one by one."""
    context = browser.new_context(locale="fr-FR", bypass_csp=True)
    parent = Parent(context.new_page(), site, 0)
    parent.open_letter().sign_in().choose().seal()
    parent.page.get_by_text("Je veux d’abord vérifier l’appareil").click()
    parent.press("Ouvrir cette enveloppe pour vérifier")
    parent.press("Continuer et voter")
    parent.sees("Votre bulletin est prêt, mais pas encore déposé")
    parent.cast()
    parent.sees("Votre vote est enregistré")
    parent.page.evaluate(REMEMBER)
    for name in SCREENS:
        parent.page.evaluate(SHOW, name)
        draw(parent.page, folder / "booth", name)
    parent.page.evaluate(SHOW, "recorded")
    for name in NOTICES:
        parent.page.evaluate(SHOW_NOTICE, name)
        draw(parent.page, folder / "booth", f"recorded-{name}")
    for name, moment in (("not-open", OPENS_AT - 100_000), ("closed", CLOSES_AT + 4000)):
        site.clock.time, now = moment, site.clock.time
        parent.page.goto("about:blank")
        parent.page.goto(site.link(0))
        parent.page.locator(f'[data-screen="{name}"]').wait_for()
        draw(parent.page, folder / "booth", name)
        site.clock.time = now
    context.close()


def draw_receipts(browser: Browser, site: Site, folder: Path) -> None:
    """Draw what the page that checks receipts says of a receipt, of a promise, and of neither."""
    election = twelve_parents()
    files = {
        "receipt": make_receipt(election),
        "promise": make_promise(election, 0, CLOSES_AT),
        "ahead": make_receipt(election, at=CLOSES_AT + 10**9),
        "wrong": make_receipt(election).replace(b"\nindex 1\n", b"\nindex 2\n"),
        "none": b"",
    }
    page = browser.new_page(locale="fr-FR")
    page.goto(f"{site.page}/receipt")
    for name, data in files.items():
        file = FilePayload(name=name, mimeType="text/plain", buffer=data)
        page.locator("#receipt-file").set_input_files(file)
        page.locator(f'[data-when="{name}"]').wait_for()
        draw(page, folder, f"receipt-{name}")
    page.context.close()


def draw(page: Page, folder: Path, name: str) -> None:
    """Draw what the page shows, in every look."""
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 740})
        page.evaluate(PAINT)
        page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
