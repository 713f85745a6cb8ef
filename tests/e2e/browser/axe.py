# SPDX-License-Identifier: AGPL-3.0-or-later
"""What axe-core, and a few measures of ours, find on a page as it is shown."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Literal, NamedTuple

from playwright.sync_api import Browser, BrowserContext, Page

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
# Every rule that axe-core has, those too that it leaves out unless asked.
RUN = """() => axe.run(document, {
    runOnly: {type: 'rule', values: axe.getRules().map(rule => rule.ruleId)},
    resultTypes: ['violations'],
})"""


class Look(NamedTuple):
    """How a page is shown: the scheme of colours, and the width of the window."""

    scheme: Literal["light", "dark"]
    width: int

    def __str__(self) -> str:
        return f"{self.scheme}-{self.width}"


LOOKS = tuple(Look(scheme, width) for scheme in ("light", "dark") for width in (360, 1280))
HEIGHT = 740


def open_look(browser: Browser, look: Look) -> BrowserContext:
    """Return a browser that shows pages so, for as many of them as there are."""
    return browser.new_context(
        bypass_csp=True,
        locale="fr-FR",
        reduced_motion="reduce",
        color_scheme=look.scheme,
        viewport={"width": look.width, "height": HEIGHT},
    )


def faults(page: Page) -> list[str]:
    """What axe-core finds by any rule, and what stands out of the window or of its frame."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(RUN)
    said = [
        f"{fault['id']}: {node['html'][:120]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
    return said + too_wide(page)


# What is wider than its place; a table may scroll where text is enlarged, see too_wide.
WIDE = """tables => {
    const out = [];
    const page = document.documentElement;
    if (page.scrollWidth > innerWidth) out.push('the page is wider than the window');
    for (const each of document.querySelectorAll('body *')) {
        if (!each.checkVisibility() || each.closest('.quiet, .skip, svg')) continue;
        const box = each.getBoundingClientRect();
        const scrolls = each.closest('.table-scroll');
        if (each.matches('.table-scroll') && tables && each.scrollWidth > each.clientWidth)
            out.push('a table must be scrolled: ' + each.innerText.slice(0, 60));
        if (!scrolls && (box.right > innerWidth + 1 || box.left < -1))
            out.push('out of the window: ' + each.outerHTML.slice(0, 90));
        const style = getComputedStyle(each);
        if (['hidden', 'clip'].includes(style.overflowX) && each.scrollWidth > each.clientWidth + 1
                && each.innerText) out.push('cut off: ' + each.outerHTML.slice(0, 90));
    }
    return out;
}"""
# Lines of text that lie over one another, of whichever elements.
OVERLAPS = """() => {
    const boxes = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walk.nextNode());) {
        const parent = node.parentElement;
        if (!node.data.trim() || !parent.checkVisibility({visibilityProperty: true})
            || parent.closest('.quiet, .skip')) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const box of range.getClientRects())
            if (box.width > 1 && box.height > 1) boxes.push([box, node.data.trim().slice(0, 40)]);
    }
    const out = [];
    boxes.forEach(([a, one], i) => boxes.slice(i + 1).forEach(([b, other]) => {
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        // Line boxes of large letters are taller than the letters.
        if (wide > 2 && high > 0.4 * Math.min(a.height, b.height)) out.push(one + ' over ' + other);
    }));
    return out;
}"""


def too_wide(page: Page, *, tables: bool = True) -> list[str]:
    """What is cut off or stands out of the window; with ``tables``, no table scrolls either."""
    found: list[str] = page.evaluate(WIDE, tables)
    return found


def overlaps(page: Page) -> list[str]:
    """Which texts lie over one another."""
    found: list[str] = page.evaluate(OVERLAPS)
    return found


def enlarge_text(page: Page, times: float) -> None:
    """Make every text so many times as large, as a browser's own setting does."""
    page.evaluate(
        """times => {
            const root = document.documentElement;
            root.style.fontSize = '';
            root.style.fontSize = times * parseFloat(getComputedStyle(root).fontSize) + 'px';
        }""",
        times,
    )
