# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page that checks a receipt says who else than the server vouches for the board: §20.2, §18.6.

And of a promise, whether any server may have made it: §20.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser.axe import LOOKS, Look, faults, open_look
from tests.e2e.browser.conftest import a_phone
from tests.e2e.browser.qr_codes import draw
from tests.e2e.browser.test_receipt_page import GOOD, PROMISE, UNTIL, give, says
from tests.french import JARGON, LONGEST_SENTENCE, sentences
from tests.receipts import make_promise, make_receipt
from tests.simulator import SimulatedElection
from tests.site import Site, listening, twelve_parents

COUNT = (
    "Témoins de l’élection qui ont signé aussi cet état de l’urne : {} sur 3. Le résultat en"
    " demandera 2."
)
MISSING = "Ni que d’autres que le serveur voient cette même urne : il manque encore des témoins."
NO_ROOM = "ni les signatures des témoins. Gardez aussi le fichier du reçu"
AGAINST_THE_RULE = (
    "Vérifiez d’abord l’heure de cet appareil : une promesse va au plus à 16 minutes."
)
YEAR_2286 = 10**10 - 1


@cache
def witnessed() -> SimulatedElection:
    return replace(twelve_parents(), seed="witnessed", witnesses=3, quorum=2)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with listening(tmp_path_factory.mktemp("school"), election=witnessed()) as served:
        yield served


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with a_phone(chromium) as page:
        yield page


@pytest.mark.parametrize("cosigned", [(), (2,), (1, 3), (1, 2, 3)], ids=len)
def test_a_receipt_is_good_and_says_how_many_witnesses_signed_too(
    page: Page, school: Site, tmp_path: Path, cosigned: tuple[int, ...]
) -> None:
    page.goto(f"{school.page}/receipt")
    give(page, tmp_path, make_receipt(witnessed(), cosigned=cosigned))
    says(page, GOOD)
    expect(page.get_by_text(COUNT.format(len(cosigned)))).to_be_visible()
    expect(page.get_by_text(MISSING)).to_be_visible(visible=len(cosigned) < 2)
    expect(page.get_by_text(NO_ROOM)).to_be_hidden()


def test_a_line_that_no_witness_signed_counts_for_nothing(
    page: Page, school: Site, tmp_path: Path
) -> None:
    other = make_receipt(replace(witnessed(), seed="others"), cosigned=(1, 2))
    lines = [line for line in other.splitlines(keepends=True) if b" temoin-" in line]
    page.goto(f"{school.page}/receipt")
    give(page, tmp_path, make_receipt(witnessed()) + b"".join(lines))
    says(page, GOOD)
    expect(page.get_by_text(COUNT.format(0))).to_be_visible()


def test_of_a_link_nothing_is_said_that_it_cannot_show(page: Page, school: Site) -> None:
    link = draw(make_receipt(witnessed(), cosigned=(1, 2)), f"{school.page}/receipt").link
    page.goto(link)
    says(page, GOOD)
    expect(page.get_by_text(NO_ROOM)).to_be_visible()
    expect(page.get_by_text("ont signé aussi")).to_be_hidden()
    expect(page.get_by_text(MISSING)).to_be_hidden()


def test_a_promise_for_the_year_2286_is_against_the_rule(
    page: Page, school: Site, tmp_path: Path
) -> None:
    page.goto(f"{school.page}/receipt")
    give(page, tmp_path, make_promise(witnessed(), 0, YEAR_2286))
    says(page, PROMISE)
    expect(page.get_by_text(AGAINST_THE_RULE)).to_be_visible()
    expect(page.get_by_text("novembre 2286")).to_be_visible()
    give(page, tmp_path, make_promise(witnessed(), 0, UNTIL), "another.promise")
    expect(page.get_by_text("samedi 10 octobre")).to_be_visible()
    expect(page.get_by_text(AGAINST_THE_RULE)).to_be_hidden()


@pytest.mark.share(3)
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_these_answers_are_plain_and_have_no_fault(
    chromium: Browser, school: Site, tmp_path: Path, look: Look
) -> None:
    context = open_look(chromium, look)
    page = context.new_page()
    page.goto(f"{school.page}/receipt")
    for heading, data in (
        (GOOD, make_receipt(witnessed(), cosigned=(1,))),
        (PROMISE, make_promise(witnessed(), 0, YEAR_2286)),
    ):
        give(page, tmp_path, data, f"{len(heading)}.txt")
        says(page, heading)
        assert faults(page) == []
        text = page.locator("main").inner_text()
        assert JARGON.findall(text) == []
        assert [each for each in sentences(text) if len(each.split()) > LONGEST_SENTENCE] == []
    context.close()
