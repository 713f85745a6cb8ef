# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page that opens a trial ballot: what it says of each file, and whom it accuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from protocol.ballot import make_unsigned_ballot
from protocol.opened import export_opened
from tests.e2e.browser.axe import LOOKS, Look, faults, open_look
from tests.e2e.browser.conftest import a_phone
from tests.french import JARGON, LONGEST_SENTENCE, sentences
from tests.receipts import make_receipt
from tests.rng import seeded_rng
from tests.simulator import UUID, SimulatedElection
from tests.site import Site, listening, twelve_parents

GOOD = "Ce bulletin d’essai est bien fait"
WRONG = "Ce bulletin d’essai n’est pas correct"
CHANGED = "Ce bulletin d’essai a été modifié ou coupé en chemin"
NEWER = "Ce bulletin d’essai vient d’un programme plus récent"
ELSEWHERE = "Ce bulletin d’essai est d’une autre élection"
NONE = "Ce fichier n’est pas un bulletin d’essai"
ANOTHER = "AnotherPreau12"
PICTURE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose election nothing here changes."""
    with listening(tmp_path_factory.mktemp("school")) as served:
        yield served


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with a_phone(chromium) as page:
        yield page


def checked(election: SimulatedElection) -> bytes:
    """A trial ballot of this election, for its second list."""
    context, secret = election.election.context, election.private_credentials[0]
    rng = seeded_rng("a trial ballot")
    unsigned, opening = make_unsigned_ballot(context, secret, election.vote(1), rng)
    return export_opened(unsigned, opening, election.election.data)


@cache
def files() -> dict[str, tuple[str, bytes]]:
    """Each file, and what is to be said of it."""
    good = checked(twelve_parents())
    another = SimulatedElection(server=True, uuid=ANOTHER)
    namesake = SimulatedElection(server=True, seed="another")
    return {
        "as it was saved": (GOOD, good),
        "with a newline": (GOOD, good + b"\n"),
        "with line ends of Windows": (GOOD, good + b"\r\n"),
        "with a mark of an editor": (GOOD, b"\xef\xbb\xbf" + good),
        "with another choice": (WRONG, good.replace(b"[[0,0,1", b"[[0,1,0")),
        "of a namesake with other keys": (WRONG, checked(namesake)),
        "cut short": (CHANGED, good[:-20]),
        "written anew": (CHANGED, good.replace(b",", b", ")),
        "without an election": (CHANGED, b'{"evote_checked_ballot":1}'),
        "with an election that is no number": (CHANGED, good.replace(UUID.encode(), b"?", 1)),
        "of a version that is none": (CHANGED, good.replace(b'ballot":1', b'ballot":0', 1)),
        "of a later version": (NEWER, good.replace(b'ballot":1', b'ballot":2', 1)),
        "of a later version, with nothing": (NEWER, b'{"evote_checked_ballot":3}'),
        "of another election": (ELSEWHERE, checked(another)),
        "a receipt": (NONE, make_receipt(twelve_parents())),
        "a large picture": (NONE, PICTURE + bytes(20_000_000)),
        "nothing": (NONE, b""),
    }


def give(page: Page, folder: Path, data: bytes) -> None:
    """Choose a file with this content, under a name of its own: else it would be no change."""
    file = folder / f"essai-{len(list(folder.iterdir()))}.json"
    file.write_bytes(data)
    page.get_by_label("Fichier du bulletin d’essai").set_input_files(file)


def says(page: Page, heading: str) -> str:
    """Wait until this is said, see that nothing else is, and return what is shown with it."""
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    for other in {GOOD, WRONG, CHANGED, NEWER, ELSEWHERE, NONE} - {heading}:
        expect(page.get_by_role("heading", name=other)).to_be_hidden()
    return page.get_by_role("heading", name=heading).locator("..").inner_text()


def test_only_a_trial_ballot_of_this_election_that_does_not_hold_accuses_the_device(
    page: Page, school: Site, tmp_path: Path
) -> None:
    page.goto(f"{school.page}/check")
    for what, (heading, data) in files().items():
        give(page, tmp_path, data)
        said = says(page, heading)
        accuses = "ne votez pas avec l’appareil qui l’a fait" in said
        assert accuses == (heading == WRONG), what


def test_it_says_of_which_other_election_and_which_file_is_to_be_chosen(
    page: Page, school: Site, tmp_path: Path
) -> None:
    page.goto(f"{school.page}/check")
    give(page, tmp_path, files()["of another election"][1])
    assert ANOTHER in says(page, ELSEWHERE)
    give(page, tmp_path, files()["nothing"][1])
    assert re.search(r"son nom commence par «\s*preau-essai\s*»", says(page, NONE))


@pytest.mark.share(3)
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_no_answer_has_a_fault_and_every_one_is_plain(
    chromium: Browser, school: Site, tmp_path: Path, look: Look
) -> None:
    context = open_look(chromium, look)
    page = context.new_page()
    page.goto(f"{school.page}/check")
    for heading, data in files().values():
        give(page, tmp_path, data)
        text = says(page, heading)
        assert faults(page) == [], heading
        assert JARGON.findall(text) == []
        assert [each for each in sentences(text) if len(each.split()) > LONGEST_SENTENCE] == []
    context.close()
