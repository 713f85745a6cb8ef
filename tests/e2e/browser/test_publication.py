# SPDX-License-Identifier: AGPL-3.0-or-later
"""After *recorded*: a parent's page waits for the step and checks the proof by itself.

The server's steps are made by the test: docs/protocol.md §18.7, §20.
"""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from protocol.promises import verify_promise
from protocol.receipts import Receipt
from protocol.server_binding import BOARD
from tests.e2e.browser.axe import LOOKS, Look, faults, open_look
from tests.e2e.browser.conftest import a_phone
from tests.e2e.browser.parent import Parent
from tests.e2e.browser.publishing import (
    A_QUARTER,
    AN_HOUR,
    LATE,
    LOOK,
    NO_NETWORK,
    NOTICES,
    PUBLISHED,
    SHOW,
    WAITING,
    is_shown,
    is_told,
    later,
    lose_network,
    promise_of,
    saved,
)
from tests.e2e.browser.qr_codes import filming, photograph
from tests.french import JARGON, LONGEST_SENTENCE, sentences
from tests.simulator import CLOSES_AT
from tests.site import Site


def test_a_ballot_is_recorded_then_published_and_the_page_checks_it_by_itself(
    patient: Parent, stepping: Site
) -> None:
    tracker = patient.vote()
    patient.reads(WAITING)
    patient.reads("minutes au plus")
    expect(patient.page.get_by_role("link", name="Voir mon bulletin")).to_be_hidden()
    key = stepping.school.election.log_key(BOARD).verifier_key
    promise = verify_promise(promise_of(patient), key)
    later(patient)
    patient.reads(WAITING)
    stepping.publish()
    later(patient)
    is_told(patient, PUBLISHED)
    receipt = Receipt.decode(saved(patient, "Enregistrer la preuve (fichier)"))
    assert receipt.verify().size == 2
    assert (receipt.tracker, receipt.key, receipt.index) == (tracker, key, promise.index)
    assert receipt.event.payload == promise.ballot
    patient.page.get_by_role("link", name="Voir mon bulletin").click()
    patient.page.get_by_role("heading", name="Ce bulletin est dans l’urne").wait_for()


def test_the_code_on_the_screen_is_read_by_the_page_of_another_phone(
    patient: Parent, stepping: Site, chromium: Browser, tmp_path: Path
) -> None:
    tracker = patient.vote()
    stepping.publish()
    later(patient)
    is_told(patient, PUBLISHED)
    seen = patient.page.locator("[data-qr=receipt]").screenshot()
    markup = f'<img src="data:image/png;base64,{base64.b64encode(seen).decode()}">'
    frame = photograph(chromium, markup, "jpeg")
    with filming(chromium, tmp_path, frame) as browser, a_phone(browser) as other:
        other.goto(f"{stepping.page}/receipt")
        other.context.set_offline(offline=True)
        other.get_by_role("button", name="Lire son QR avec l’appareil photo").click()
        expect(other.get_by_role("heading", name="Ce reçu est bon")).to_be_visible()
        expect(other.locator(".tracker:visible")).to_have_text(tracker)
        picture = tmp_path / "recu.png"
        picture.write_bytes(saved(patient, "Enregistrer le reçu (image)"))
    with a_phone(chromium) as third:
        third.goto(f"{stepping.page}/receipt")
        third.get_by_label("Fichier du reçu, ou image de son QR").set_input_files(picture)
        expect(third.get_by_role("heading", name="Ce reçu est bon")).to_be_visible()


@pytest.mark.parametrize("closed", [False, True])
def test_a_page_that_was_closed_loses_nothing_the_letter_finds_and_checks_the_ballot(
    patient: Parent, stepping: Site, *, closed: bool
) -> None:
    tracker = patient.vote()
    patient.page.goto("about:blank")
    if closed:
        stepping.clock.time = CLOSES_AT + 301
        stepping.publish()
    _find_again(patient, closed=closed)
    if not closed:
        patient.reads("Il n’est pas encore dans l’urne publique")
        patient.reads("S’il n’y paraît toujours pas, prévenez le bureau des élections")
        assert patient.page.locator(".tracker:visible").count() == 0
        stepping.publish()
        patient.page.goto("about:blank")
        _find_again(patient, closed=closed)
    assert patient.tracker() == tracker
    patient.press(LOOK)
    is_shown(patient, PUBLISHED)
    assert Receipt.decode(saved(patient, "Enregistrer la preuve (fichier)")).tracker == tracker


def _find_again(parent: Parent, *, closed: bool) -> None:
    if closed:
        parent.page.goto(parent.link)
        parent.press("Savoir")
        parent.reads("Oui : un bulletin")
    else:
        parent.open_letter().sign_in()
        parent.sees("Ce code a déjà servi à voter")


def test_a_later_visit_asks_for_the_receipt_only_when_the_parent_does(
    patient: Parent, stepping: Site
) -> None:
    """Who voted is known to the server at this moment, and which ballot is theirs is not."""
    patient.vote()
    stepping.publish()
    asked: list[str] = []
    patient.page.goto("about:blank")
    patient.page.on("request", lambda request: asked.append(request.url))
    _find_again(patient, closed=False)
    patient.tracker()
    later(patient, AN_HOUR)
    assert not [url for url in asked if "/receipt/" in url]
    patient.press(LOOK)
    is_shown(patient, PUBLISHED)


# ------------------------------------------------------------------- a network that fails


def test_a_network_that_does_not_answer_is_no_broken_promise(
    patient: Parent, stepping: Site
) -> None:
    patient.vote()
    promise = promise_of(patient)
    lose_network(patient)
    patient.reads(WAITING)  # there is time yet
    later(patient, A_QUARTER)
    is_told(patient, NO_NETWORK)
    patient.reads("revenez plus tard")
    assert saved(patient, "Enregistrer la promesse (fichier)") == promise
    expect(patient.page.get_by_role("heading", name=LATE)).to_be_hidden()
    stepping.publish()
    patient.page.context.set_offline(False)  # the browser says so, and the page looks at once
    is_told(patient, PUBLISHED)


def test_a_network_that_is_back_does_not_excuse_the_server(patient: Parent) -> None:
    patient.vote()
    lose_network(patient)
    later(patient, A_QUARTER)
    is_told(patient, NO_NETWORK)
    patient.page.context.set_offline(False)
    is_told(patient, LATE)
    patient.page.context.set_offline(True)
    later(patient, AN_HOUR)
    is_told(patient, LATE)  # what was seen is not taken back


# ------------------------------------------------------------------- how it is said


@pytest.mark.share(3)
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_nothing_that_is_told_has_a_fault_and_all_of_it_is_plain(
    chromium: Browser, stepping: Site, look: Look
) -> None:
    context = open_look(chromium, look)
    page = context.new_page()
    Parent(page, stepping, 0).vote()
    for name in NOTICES:
        page.evaluate(SHOW, name)
        assert faults(page) == [], name
        text = page.locator("main").inner_text()
        assert JARGON.findall(text) == []
        assert [each for each in sentences(text) if len(each.split()) > LONGEST_SENTENCE] == []
    context.close()
