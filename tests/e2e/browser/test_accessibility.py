# SPDX-License-Identifier: AGPL-3.0-or-later
"""axe-core finds nothing by any rule, on any page or screen of the booth, in four looks.

The pages come from the router (tests/pages.py), the screens of the booth from its page. One
browser context for each look is used for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browser.axe import HEIGHT, LOOKS, Look, enlarge_text, faults, open_look, too_wide
from tests.e2e.browser.axe import overlaps as texts_that_overlap
from tests.pages import addresses
from tests.site import Site, listening
from tests.situations import SITUATIONS

SCREENS = (
    *("loading", "ready", "code", "pin", "choose", "review", "sealing", "sealed", "checking"),
    *("sending", "recorded", "voted", "desk", "not-open", "suspended", "cancelled", "closed"),
    *("unlisted", "refused", "digits", "unknown", "offline", "unable", "broken"),
)
SHOW = """name => {
    for (const each of document.querySelectorAll('[data-screen]'))
        each.hidden = each.dataset.screen !== name;
    for (const each of document.querySelectorAll('[data-when], details'))
        { each.hidden = false; each.open = true; }
    for (const each of document.querySelectorAll('[data-slot="tracker"]'))
        each.textContent = 'ABCD-EFGH-JKMN-PQRS';
}"""
PATTERNS = addresses("{uuid}", "{tracker}")
# What a result changes is looked at before and after it; the rest once.
CASES = [("open", pattern) for pattern in PATTERNS] + [
    ("counted", pattern)
    for pattern in PATTERNS
    if pattern == "/" or pattern.startswith("/e/{uuid}")
]
STATES = [(name, pattern) for name, each in SITUATIONS.items() for pattern in each.pages]
# A phone whose text is set to 200 %; a window of 1280 that is zoomed to 200 %, and a small phone.
LARGE = {
    "text-200-at-360": (360, 2.0),
    "zoom-200-of-1280": (640, 1.0),
    "zoom-200-of-360": (180, 1.0),
}


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Site]]:
    """One election that is open, one whose result is published, and one for each situation."""
    one, other = (tmp_path_factory.mktemp(name) for name in ("open", "counted"))
    with ExitStack() as stack:
        opened, counted = (stack.enter_context(listening(folder)) for folder in (one, other))
        opened.vote(0)
        counted.close_and_count()
        found = {"open": opened, "counted": counted}
        for name, each in SITUATIONS.items():
            found[name] = stack.enter_context(each.listening(tmp_path_factory.mktemp(name)))
            each.prepare(found[name])
        yield found


@pytest.fixture(scope="module", params=LOOKS, ids=str)
def shown(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """One page in one look, to go from address to address."""
    context = open_look(chromium, request.param)
    yield context.new_page()
    context.close()


def go(page: Page, site: Site, pattern: str) -> None:
    tracker = site.school.election.ballots[0].tracker()
    place = pattern.replace("{uuid}", site.school.uuid).replace("{tracker}", tracker)
    page.goto(site.url + place)


@pytest.mark.share(5)
@pytest.mark.parametrize(("state", "pattern"), CASES)
def test_no_page_has_a_fault(shown: Page, sites: dict[str, Site], state: str, pattern: str) -> None:
    go(shown, sites[state], pattern)
    assert faults(shown) == []


@pytest.mark.share(5)
@pytest.mark.parametrize(("state", "pattern"), STATES)
def test_no_page_of_another_state_or_of_a_problem_has_a_fault(
    shown: Page, sites: dict[str, Site], state: str, pattern: str
) -> None:
    go(shown, sites[state], pattern)
    if pattern == SITUATIONS[state].pages[0]:
        assert SITUATIONS[state].words in shown.inner_text("main").replace("\u2019", "'")
    assert faults(shown) == []


@pytest.fixture(scope="module")
def plain(chromium: Browser) -> Iterator[Page]:
    context = open_look(chromium, Look("light", 360))
    yield context.new_page()
    context.close()


@pytest.mark.share(5)
@pytest.mark.parametrize("large", LARGE)
@pytest.mark.parametrize(("state", "pattern"), CASES)
def test_enlarged_no_page_is_cut_off_or_overlaps(
    plain: Page, sites: dict[str, Site], state: str, pattern: str, large: str
) -> None:
    width, times = LARGE[large]
    plain.set_viewport_size({"width": width, "height": HEIGHT // 2})
    go(plain, sites[state], pattern)
    enlarge_text(plain, times)
    assert too_wide(plain, tables=False) + texts_that_overlap(plain) == []


# ------------------------------------------------------------------ the booth


@pytest.fixture(scope="module")
def booth_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with listening(tmp_path_factory.mktemp("booth")) as site:
        yield site


def open_booth(page: Page, site: Site) -> Page:
    """Return the booth's page, of which any screen can be shown."""
    page.goto(site.link(0))
    page.locator('[data-screen="ready"]').wait_for()
    return page


@pytest.fixture(scope="module", params=LOOKS, ids=str)
def booth(request: pytest.FixtureRequest, chromium: Browser, booth_site: Site) -> Iterator[Page]:
    context = open_look(chromium, request.param)
    yield open_booth(context.new_page(), booth_site)
    context.close()


@pytest.fixture(scope="module")
def small_booth(chromium: Browser, booth_site: Site) -> Iterator[Page]:
    context = open_look(chromium, Look("light", 360))
    yield open_booth(context.new_page(), booth_site)
    context.close()


def test_every_screen_of_the_booth_is_looked_at(small_booth: Page) -> None:
    screens = "all => all.map(each => each.dataset.screen)"
    assert sorted(small_booth.eval_on_selector_all("[data-screen]", screens)) == sorted(SCREENS)


@pytest.mark.share(5)
@pytest.mark.parametrize("name", SCREENS)
def test_no_screen_of_the_booth_has_a_fault(booth: Page, name: str) -> None:
    booth.evaluate(SHOW, name)
    assert faults(booth) == []


@pytest.mark.share(5)
@pytest.mark.parametrize("large", LARGE)
@pytest.mark.parametrize("name", SCREENS)
def test_enlarged_no_screen_is_cut_off_or_overlaps(
    small_booth: Page, name: str, large: str
) -> None:
    width, times = LARGE[large]
    small_booth.set_viewport_size({"width": width, "height": HEIGHT // 2})
    enlarge_text(small_booth, times)
    small_booth.evaluate(SHOW, name)
    assert too_wide(small_booth, tables=False) + texts_that_overlap(small_booth) == []
    enlarge_text(small_booth, 1)


def test_touch_targets_are_large(small_booth: Page) -> None:
    small = []
    small_booth.set_viewport_size({"width": 360, "height": HEIGHT})
    for name in SCREENS:
        small_booth.evaluate(SHOW, name)
        sizes = small_booth.eval_on_selector_all(
            "button, a.button, summary, input[type=text], textarea, .choice",
            "all => all.filter(e => e.offsetParent).map(e => [e.innerText, e.offsetHeight])",
        )
        small += [(name, text, height) for text, height in sizes if height < 48]
    assert small == []


@pytest.mark.parametrize(("screen", "field"), [("code", "#code"), ("closed", "#used-code")])
def test_a_whole_code_is_seen_in_its_field(
    small_booth: Page, booth_site: Site, screen: str, field: str
) -> None:
    small_booth.set_viewport_size({"width": 360, "height": HEIGHT})
    small_booth.evaluate(SHOW, screen)
    small_booth.fill(field, booth_site.code(0))
    hidden = "field => field.scrollHeight - field.clientHeight"
    assert small_booth.locator(field).evaluate(hidden) <= 0


def test_nothing_moves_for_those_who_ask_for_no_motion(small_booth: Page) -> None:
    moving = "document.getAnimations().filter(a => a.effect.getTiming().duration > 0).length"
    small_booth.evaluate(SHOW, "sending")
    assert small_booth.evaluate(moving) == 0
    small_booth.emulate_media(reduced_motion="no-preference")
    assert small_booth.evaluate(moving) > 0
    small_booth.emulate_media(reduced_motion="reduce")


def test_with_forced_colours_every_frame_and_the_choice_made_are_seen(small_booth: Page) -> None:
    small_booth.emulate_media(forced_colors="active")
    small_booth.evaluate(SHOW, "choose")
    small_booth.locator("input[type=radio]").first.check()
    frames = small_booth.eval_on_selector_all(
        ".choice, .button",
        "all => all.filter(e => e.offsetParent).map(e => getComputedStyle(e))"
        ".map(s => [parseFloat(s.borderTopWidth), s.borderTopStyle, s.borderTopColor])",
    )
    assert all(width >= 1 and style == "solid" for width, style, _ in frames)
    chosen, *others = [colour for _, _, colour in frames[:4]]
    assert chosen not in others
    small_booth.emulate_media(forced_colors="none")
