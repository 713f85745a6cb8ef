# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two parents one after the other on one device, as on the school's tablet: docs/protocol.md §20.

What the page has said and offered of one ballot is not said of the next parent's.
"""

from __future__ import annotations

from playwright.sync_api import expect

from protocol.receipts import Receipt
from tests.e2e.browser.parent import Parent, held
from tests.e2e.browser.publishing import (
    LOOK,
    PUBLISHED,
    RECORDED,
    WAITING,
    is_shown,
    is_told,
    later,
    saved,
)
from tests.simulator import CLOSES_AT
from tests.site import Site

PROOF = "Enregistrer la preuve (fichier)"
SEALED = "Votre bulletin est prêt, mais pas encore déposé"
CODE_WAS_USED = "Oui : un bulletin"


def _is_not_proved(parent: Parent) -> None:
    """Nothing says that a ballot is published, and no file of another ballot is offered."""
    expect(parent.page.get_by_role("heading", name=PUBLISHED)).to_have_count(0)
    expect(parent.page.get_by_role("link", name=PROOF)).to_have_count(0)
    assert parent.page.locator("[data-receipt-file][href], [data-qr=receipt][src]").count() == 0


def _closed(parent: Parent, *electors: int) -> list[str]:
    """Let these vote, close, and open the page of the letter; return their trackers."""
    site = parent.site
    trackers = [site.vote(elector) for elector in electors]
    site.clock.time = CLOSES_AT + 301
    site.publish()
    parent.page.goto(parent.link)
    return trackers


def _ask(parent: Parent, code: str) -> None:
    parent.page.get_by_label("Code de la lettre").fill(code)
    parent.press("Savoir")


def test_the_proof_of_one_ballot_is_not_told_of_the_next_parents(
    patient: Parent, stepping: Site
) -> None:
    stepping.vote(0)
    stepping.publish()
    patient.page.goto(patient.link.partition("#")[0])
    patient.press("Commencer")
    patient.type_code(stepping.code(0))
    patient.sign_in()
    patient.press(LOOK)
    is_shown(patient, PUBLISHED)
    patient.back()
    patient.type_code(stepping.code(1))
    _is_not_proved(patient)
    patient.pin = stepping.pin(1)
    tracker = patient.sign_in().choose().seal()
    patient.cast()
    patient.sees(RECORDED)
    patient.reads(WAITING)
    _is_not_proved(patient)
    stepping.publish()
    later(patient)
    is_told(patient, PUBLISHED)
    assert Receipt.decode(saved(patient, PROOF)).tracker == tracker


def test_the_tracker_of_one_ballot_that_comes_late_is_not_shown_as_the_next_parents(
    patient: Parent, stepping: Site
) -> None:
    first = stepping.vote(0)
    stepping.publish()
    patient.page.goto(patient.link.partition("#")[0])
    patient.press("Commencer")
    patient.type_code(stepping.code(0))
    with patient.page.expect_response("**/ballots"), held(patient, "ballots"):
        with patient.page.expect_request("**/ballots"):
            patient.sign_in()
        patient.back()
        patient.type_code(stepping.code(1))
        patient.pin = stepping.pin(1)
        tracker = patient.sign_in().choose().seal()
        assert tracker != first
    patient.page.wait_for_timeout(500)
    patient.sees(SEALED)
    assert patient.tracker() == tracker


def test_after_closing_the_proof_of_one_ballot_is_not_told_of_the_next_code(
    patient: Parent, stepping: Site
) -> None:
    first, second = _closed(patient, 0, 2)
    patient.press("Savoir")
    patient.reads(CODE_WAS_USED)
    patient.press(LOOK)
    is_shown(patient, PUBLISHED)
    assert Receipt.decode(saved(patient, PROOF)).tracker == first
    _ask(patient, stepping.code(2))
    expect(patient.page.locator(".tracker:visible")).to_have_text(second)
    _is_not_proved(patient)
    patient.press(LOOK)
    is_shown(patient, PUBLISHED)
    assert Receipt.decode(saved(patient, PROOF)).tracker == second


def test_beside_a_mistyped_code_no_ballot_of_another_is_shown(
    patient: Parent, stepping: Site
) -> None:
    _closed(patient, 0)
    patient.press("Savoir")
    patient.reads(CODE_WAS_USED)
    _ask(patient, stepping.code(1)[:20])
    patient.reads("Un code compte 31 signes")
    expect(patient.page.locator(".tracker:visible")).to_have_count(0)
    _is_not_proved(patient)


def test_a_proof_that_comes_after_the_next_code_is_dropped(patient: Parent, stepping: Site) -> None:
    _, second = _closed(patient, 0, 2)
    patient.press("Savoir")
    patient.reads(CODE_WAS_USED)
    with patient.page.expect_response("**/receipt/*"), held(patient, "receipt/*") as looks:
        patient.press(LOOK)
        _ask(patient, stepping.code(2))
        expect(patient.page.locator(".tracker:visible")).to_have_text(second)
        assert len(looks) == 1
    patient.page.wait_for_timeout(500)
    _is_not_proved(patient)
    expect(patient.page.locator("[data-live]")).to_be_empty()
