# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server that lists a ballot and gives no receipt, or none any more: docs/protocol.md §20.2.

What it gave may be all that ever shows the ballot, so that the page never lets go of it.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.browser.parent import Parent
from tests.e2e.browser.publishing import (
    AN_HOUR,
    GONE,
    LATE,
    LOOK,
    NO_NETWORK,
    OTHERS,
    PUBLISHED,
    UNPROVED,
    UNSTAMPED_RECEIPT,
    WHOM,
    WRONG_RECEIPT,
    Change,
    answering,
    giving,
    is_shown,
    is_told,
    later,
    saved,
    without,
)
from tests.site import Site

STILL_TO_COME = "pas encore paru"
LISTED = "La liste du serveur montre ce bulletin"
BEFORE = "Enregistrer le fichier donné avant"
GIVEN = "Enregistrer le fichier du serveur"

#: What the server gives first, and what the page calls it.
RECEIPTS_GIVEN: dict[str, tuple[Change, str]] = {
    "a proof": (lambda receipt: receipt, PUBLISHED),
    "one without its stamp": (
        lambda receipt: b"".join(receipt.splitlines(keepends=True)[:-1]),
        UNSTAMPED_RECEIPT,
    ),
    "one that is not good": (
        lambda receipt: receipt.replace(b"\nindex 1\n", b"\nindex 0\n"),
        WRONG_RECEIPT,
    ),
}


def silent(route: Route) -> None:
    """As without network."""
    route.abort()


def filtered(route: Route) -> None:
    """As of a school's filter, which lets no such file through."""
    route.fulfill(status=404, content_type="text/html", body="<h1>Page bloquée</h1>")


def on_a_later_visit(parent: Parent) -> None:
    parent.vote()
    parent.site.publish()
    parent.page.goto("about:blank")
    parent.open_letter().sign_in()
    parent.sees("Ce code a déjà servi à voter")


def _is_gone(parent: Parent) -> None:
    is_shown(parent, GONE)
    parent.reads("c’est peut-être un incident")
    parent.reads(WHOM)
    parent.reads(OTHERS)
    expect(parent.page.get_by_text(STILL_TO_COME).locator("visible=true")).to_have_count(0)
    for name in (PUBLISHED, UNPROVED, UNSTAMPED_RECEIPT, WRONG_RECEIPT):
        expect(parent.page.get_by_role("heading", name=name)).to_have_count(0)


@pytest.mark.parametrize("what", RECEIPTS_GIVEN)
def test_a_ballot_taken_away_is_not_told_to_be_still_to_come_after(
    patient: Parent, what: str
) -> None:
    on_a_later_visit(patient)
    change, said = RECEIPTS_GIVEN[what]
    with giving(patient, change) as given:
        patient.press(LOOK)
        is_shown(patient, said)
    with answering(patient, without):
        patient.press(LOOK)
        _is_gone(patient)
        assert saved(patient, BEFORE) == given[0]
    with answering(patient, silent):
        patient.press(LOOK)
        patient.reads(NO_NETWORK)
        _is_gone(patient)
        assert saved(patient, BEFORE) == given[0]
    patient.press(LOOK)
    is_shown(patient, PUBLISHED)
    expect(patient.page.get_by_role("heading", name=GONE)).to_have_count(0)


@pytest.mark.parametrize("what", RECEIPTS_GIVEN)
def test_a_network_that_is_silent_takes_nothing_back(patient: Parent, what: str) -> None:
    on_a_later_visit(patient)
    change, said = RECEIPTS_GIVEN[what]
    with giving(patient, change) as given:
        patient.press(LOOK)
        is_shown(patient, said)
    with answering(patient, silent):
        patient.press(LOOK)
        patient.reads(NO_NETWORK)
        is_shown(patient, said)
        offered = "Enregistrer la preuve (fichier)" if said == PUBLISHED else GIVEN
        assert saved(patient, offered) == given[0]


def test_the_best_receipt_stays_offered_beside_a_later_one_and_after_it(patient: Parent) -> None:
    on_a_later_visit(patient)
    patient.press(LOOK)
    is_shown(patient, PUBLISHED)
    proof = saved(patient, "Enregistrer la preuve (fichier)")
    for what in ("one without its stamp", "one that is not good"):
        change, said = RECEIPTS_GIVEN[what]
        with giving(patient, change) as given:
            patient.press(LOOK)
            is_shown(patient, said)
            assert saved(patient, GIVEN) == given[0]
            assert saved(patient, BEFORE) == proof
    with answering(patient, without):
        patient.press(LOOK)
        _is_gone(patient)
        assert saved(patient, BEFORE) == proof


def test_of_two_receipts_that_are_not_good_the_first_is_not_lost(patient: Parent) -> None:
    """It may be the one that convicts, as of a ballot published elsewhere than promised."""
    on_a_later_visit(patient)
    with giving(patient, RECEIPTS_GIVEN["one that is not good"][0]) as first:
        patient.press(LOOK)
        is_shown(patient, WRONG_RECEIPT)
        expect(patient.page.get_by_role("link", name=BEFORE)).to_have_count(0)  # it is the same
    with giving(patient, lambda receipt: receipt[:300]):
        patient.press(LOOK)
        assert saved(patient, BEFORE) == first[0]


def test_a_ballot_taken_away_while_the_parent_waits_is_told_with_what_was_given(
    patient: Parent, stepping: Site
) -> None:
    with giving(patient, RECEIPTS_GIVEN["one without its stamp"][0]) as given:
        patient.vote()
        stepping.publish()
        later(patient)
        is_told(patient, UNSTAMPED_RECEIPT)
    with answering(patient, without):
        later(patient)
        is_told(patient, GONE)
        _is_gone(patient)
        assert saved(patient, BEFORE) == given[0]
        assert saved(patient, "Enregistrer la promesse (fichier)")
        later(patient, AN_HOUR)
        is_told(patient, GONE)
        expect(patient.page.get_by_role("heading", name=LATE)).to_be_hidden()
    later(patient, AN_HOUR)
    is_told(patient, PUBLISHED)


def test_what_was_given_of_one_ballot_is_not_told_of_the_next_parents(
    patient: Parent, stepping: Site
) -> None:
    for elector in (0, 1):
        stepping.vote(elector)
    stepping.publish()
    patient.page.goto(patient.link.partition("#")[0])
    patient.press("Commencer")
    patient.type_code(stepping.code(0))
    patient.sign_in()
    patient.press(LOOK)
    is_shown(patient, PUBLISHED)
    patient.back()
    patient.type_code(stepping.code(1))
    patient.pin = stepping.pin(1)
    patient.sign_in()
    with answering(patient, without):
        patient.press(LOOK)
        is_shown(patient, UNPROVED)
        expect(patient.page.get_by_role("heading", name=GONE)).to_have_count(0)
        expect(patient.page.locator("[data-best-file][href]")).to_have_count(0)


def _is_unproved(parent: Parent) -> None:
    is_shown(parent, UNPROVED)
    parent.reads(LISTED)
    parent.reads("prévenez le bureau des élections, à l’école")
    parent.reads("une fédération de parents, ou toute personne qui surveille l’urne")
    expect(parent.page.get_by_text(STILL_TO_COME).locator("visible=true")).to_have_count(0)
    expect(parent.page.get_by_role("heading", name=GONE)).to_be_hidden()


def test_a_ballot_that_is_listed_and_not_proved_is_not_told_to_be_still_to_come(
    patient: Parent,
) -> None:
    on_a_later_visit(patient)
    with answering(patient, without):
        patient.press(LOOK)
        _is_unproved(patient)
        live = patient.page.locator("[data-live]")
        live.evaluate("place => { place.textContent = ''; }")
        patient.press(LOOK)
        expect(live).to_have_text(UNPROVED)  # whoever asks again is told again
        _is_unproved(patient)
    with answering(patient, silent):
        patient.press(LOOK)
        patient.reads(NO_NETWORK)
        _is_unproved(patient)
    patient.press(LOOK)
    is_shown(patient, PUBLISHED)
    expect(patient.page.get_by_role("heading", name=UNPROVED)).to_be_hidden()


def test_one_answer_without_a_receipt_is_asked_for_again_by_the_page(patient: Parent) -> None:
    asked: list[str] = []

    def at_first_without(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            without(route)
        else:
            route.continue_()

    on_a_later_visit(patient)
    with answering(patient, at_first_without):
        patient.press(LOOK)
        is_shown(patient, PUBLISHED)
    assert len(asked) == 2
    expect(patient.page.locator("[data-live]")).to_have_text(PUBLISHED)


@pytest.mark.parametrize("when", ["after a proof", "before one"])
def test_who_answers_not_found_in_the_servers_place_takes_nothing_away(
    patient: Parent, when: str
) -> None:
    on_a_later_visit(patient)
    if when == "after a proof":
        patient.press(LOOK)
        is_shown(patient, PUBLISHED)
    with answering(patient, filtered):
        patient.press(LOOK)
        patient.reads(NO_NETWORK)
    for wrong in (GONE, UNPROVED):
        expect(patient.page.get_by_role("heading", name=wrong)).to_be_hidden()
    if when == "after a proof":
        is_shown(patient, PUBLISHED)
        assert saved(patient, "Enregistrer la preuve (fichier)")
