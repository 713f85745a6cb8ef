# SPDX-License-Identifier: AGPL-3.0-or-later
"""Debian's Chromium, a phone of 360 pixels, and a school on a server of this process."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.browser.parent import Parent
from tests.e2e.browser.publishing import moment
from tests.site import Site, listening

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # The same engine without its windows, which took more time than the pages.
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert path is not None, "Chromium is missing: run setup/chromium.sh"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def whole(chromium: Browser) -> Iterator[Browser]:
    """The whole Chromium, as people have it."""
    browser = chromium.browser_type.launch(
        executable_path=shutil.which("chromium"), args=list(FLAGS)
    )
    yield browser
    browser.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with listening(tmp_path) as served:
        yield served


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A phone of its own."""
    with a_phone(chromium) as page:
        yield page


@contextmanager
def a_phone(chromium: Browser, timeout: int = 10_000) -> Iterator[Page]:
    """A French phone with nothing stored; whatever the page does wrong makes the test fail."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, locale="fr-FR", has_touch=True
    )
    page = context.new_page()
    page.set_default_timeout(timeout)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Policy" in line.text else None)
    yield page
    cookies = context.cookies()
    context.close()
    assert faults == []
    assert cookies == []


@pytest.fixture
def parent(phone: Page, site: Site) -> Parent:
    """The first parent of the roll, letter in hand."""
    return Parent(phone, site, 0)


@pytest.fixture
def stepping(tmp_path: Path) -> Iterator[Site]:
    """A server that publishes when the test says so: its clock stands still."""
    with listening(tmp_path, seconds=60) as served:
        yield served


@pytest.fixture
def patient(phone: Page, stepping: Site) -> Parent:
    """The first parent of that server, whose phone's clock can be moved."""
    phone.clock.install(time=moment(stepping.clock.time))
    return Parent(phone, stepping, 0)
