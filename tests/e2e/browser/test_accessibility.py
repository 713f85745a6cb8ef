# SPDX-License-Identifier: AGPL-3.0-or-later
"""axe-core finds nothing on any page or screen, light and dark, narrow and wide; none is cut off.

The pages come from the router (tests/pages.py), the screens of the booth from its page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.pages import addresses
from tests.site import Site, listening

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCREENS = (
    *("loading", "ready", "code", "pin", "choose", "review", "sealing", "sealed", "checking"),
    *("sending", "recorded", "voted", "desk", "not-open", "suspended", "cancelled", "closed"),
    *("unlisted", "refused", "offline", "unable", "broken"),
)
SHOW = """name => {
    for (const each of document.querySelectorAll('[data-screen]'))
        each.hidden = each.dataset.screen !== name;
    for (const each of document.querySelectorAll('[data-when], details'))
        { each.hidden = false; each.open = true; }
    for (const each of document.querySelectorAll('[data-slot="tracker"]'))
        each.textContent = 'ABCD-EFGH-JKMN-PQRS';
}"""
SEEN = ["color-contrast", "target-size"]
Scheme = Literal["light", "dark"]
LOOKS: list[tuple[Scheme, int]] = [(s, w) for s in ("light", "dark") for w in (360, 1280)]


@pytest.fixture(scope="module", params=[False, True], ids=["open", "counted"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """One election that is open, and one whose result is published."""
    with listening(tmp_path_factory.mktemp("served")) as site:
        site.vote(0)
        if request.param:
            site.close_and_count()
        yield site


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(bypass_csp=True, locale="fr-FR", reduced_motion="reduce")
    yield context.new_page()
    context.close()


def faults(page: Page, *, all_rules: bool) -> list[str]:
    """What axe-core finds, and whether anything stands out of the window."""
    rules = {"type": "tag", "values": RULES} if all_rules else {"type": "rule", "values": SEEN}
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate(f"axe.run(document, {json.dumps(options)})")
    said = [
        f"{fault['id']}: {node['html'][:120]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        said.append("wider than the window")
    return said


def look_at(page: Page) -> dict[str, list[str]]:
    """The faults of the page as it is, in every look that has any."""
    said = {}
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 740})
        # What a page is made of does not depend on its look; its colours and sizes do.
        said[f"{scheme} {width}"] = faults(page, all_rules=(scheme, width) == LOOKS[0])
    return {name: some for name, some in said.items() if some}


@pytest.mark.parametrize("index", range(len(addresses("", ""))))
def test_no_page_has_a_fault(page: Page, served: Site, index: int) -> None:
    tracker = served.school.election.ballots[0].tracker()
    page.goto(served.url + addresses(served.school.uuid, tracker)[index])
    page.evaluate(AXE)
    assert look_at(page) == {}


@pytest.fixture(scope="module")
def booth(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The booth's page, of which any screen can be shown."""
    context = chromium.new_context(bypass_csp=True, locale="fr-FR", reduced_motion="reduce")
    page = context.new_page()
    with listening(tmp_path_factory.mktemp("booth")) as site:
        page.goto(site.link(0))
        page.locator('[data-screen="ready"]').wait_for()
        page.evaluate(AXE)
        yield page
    context.close()


def test_every_screen_of_the_booth_is_looked_at(booth: Page) -> None:
    names = booth.eval_on_selector_all("[data-screen]", "all => all.map(e => e.dataset.screen)")
    assert sorted(names) == sorted(SCREENS)


@pytest.mark.parametrize("name", SCREENS)
def test_no_screen_of_the_booth_has_a_fault(booth: Page, name: str) -> None:
    booth.evaluate(SHOW, name)
    assert look_at(booth) == {}


@pytest.mark.parametrize("name", SCREENS)
def test_at_a_zoom_of_200_percent_on_a_phone_nothing_is_cut_off(booth: Page, name: str) -> None:
    booth.evaluate(SHOW, name)
    booth.set_viewport_size({"width": 180, "height": 370})  # what 360 × 740 shows at 200 %
    wide = """Array.from(document.querySelectorAll('body *'))
        .filter(e => e.getBoundingClientRect().right > 181 && e.offsetParent)
        .map(e => e.outerHTML.slice(0, 80))"""
    assert booth.evaluate("document.documentElement.scrollWidth") <= 180, booth.evaluate(wide)


def test_touch_targets_are_large(booth: Page) -> None:
    small = []
    booth.set_viewport_size({"width": 360, "height": 740})
    for name in SCREENS:
        booth.evaluate(SHOW, name)
        sizes = booth.eval_on_selector_all(
            "button, a.button, summary, input[type=text], textarea, .choice",
            "all => all.filter(e => e.offsetParent).map(e => [e.innerText, e.offsetHeight])",
        )
        small += [(name, text, height) for text, height in sizes if height < 48]
    assert small == []
