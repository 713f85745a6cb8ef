# SPDX-License-Identifier: AGPL-3.0-or-later
"""The phone's own *back* and *forward* at each screen of a vote, 360 pixels wide."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.browser.parent import Parent, held
from tests.site import Site

START = "Vous allez voter"
CODE = "Le code de votre lettre"
PIN = "Vos chiffres secrets"
LISTS = "Choisissez une liste, ou votez blanc"
REVIEW = "Relisez votre choix"
SEALED = "Votre bulletin est prêt, mais pas encore déposé"
CHECKING = "Bulletin d’essai"
SENDING = "Dépôt de votre bulletin"
RECORDED = "Votre vote est enregistré"
VOTED = "Ce code a déjà servi à voter"


def goes_back_to(parent: Parent, heading: str) -> None:
    """Press *back*; the screen is shown from its top, with the focus on its heading."""
    parent.back()
    parent.sees(heading)
    title = parent.page.locator("section:not([hidden]) h1")
    expect(title).to_be_focused()
    expect(title).to_be_in_viewport()


def test_back_goes_one_screen_back_from_each_and_the_vote_goes_on(
    parent: Parent, site: Site
) -> None:
    parent.page.goto("about:blank")
    parent.open_letter().sign_in().choose("FCPE").seal()
    goes_back_to(parent, REVIEW)
    expect(parent.page.locator('[data-slot="chosen"]').first).to_have_text("FCPE")
    goes_back_to(parent, LISTS)
    expect(parent.page.get_by_role("radio", name="FCPE")).to_be_checked()
    goes_back_to(parent, PIN)
    goes_back_to(parent, START)
    assert site.school.counts() == (0, 0)
    parent.press("Commencer")
    tracker = parent.sign_in().choose("PEEP").seal()
    parent.cast()
    parent.sees(RECORDED)
    assert parent.tracker() == tracker
    assert site.school.counts() == (1, 1)


def test_before_the_first_screen_back_leaves_the_booth(parent: Parent) -> None:
    parent.page.goto("about:blank")
    parent.page.goto(parent.link)
    parent.sees(START)
    parent.back()
    assert parent.page.url == "about:blank"


def test_back_leads_from_the_digits_to_a_typed_code_and_from_there_to_the_start(
    parent: Parent,
) -> None:
    parent.page.goto(parent.link.partition("#")[0])
    parent.press("Commencer")
    parent.type_code(parent.site.code(0))
    parent.sees(PIN)
    goes_back_to(parent, CODE)
    expect(parent.page.get_by_label("Recopiez ce code")).to_have_value(parent.site.code(0))
    goes_back_to(parent, START)


def test_after_a_button_that_goes_back_the_browser_goes_on_from_there(parent: Parent) -> None:
    parent.open_letter().sign_in().choose("FCPE")
    parent.press("Changer de choix")
    parent.sees(LISTS)
    parent.choose("PEEP")
    parent.sees(REVIEW)
    goes_back_to(parent, LISTS)
    goes_back_to(parent, PIN)
    parent.press("Taper un autre code de lettre")
    parent.type_code(parent.site.code(0))
    parent.sees(PIN)
    goes_back_to(parent, START)


def test_forward_brings_no_ballot_back(parent: Parent, site: Site) -> None:
    left = parent.open_letter().sign_in().choose().seal()
    goes_back_to(parent, REVIEW)
    parent.forward()
    parent.sees(REVIEW)
    goes_back_to(parent, LISTS)
    parent.forward()
    parent.sees(LISTS)
    parent.choose()
    assert parent.seal() != left
    parent.cast()
    parent.sees(RECORDED)
    assert left.encode() not in site.school.archive()
    assert site.school.counts() == (1, 1)


def test_back_from_a_checked_ballot_leads_to_the_review_and_never_to_that_ballot(
    parent: Parent, site: Site
) -> None:
    opened = parent.open_letter().sign_in().choose().seal()
    parent.page.get_by_text("Je veux d’abord vérifier l’appareil").click()
    parent.press("Ouvrir cette enveloppe pour vérifier")
    parent.sees(CHECKING)
    goes_back_to(parent, REVIEW)
    parent.forward()
    parent.sees(REVIEW)
    assert parent.seal() != opened
    parent.press("Ouvrir cette enveloppe pour vérifier")
    parent.press("Changer de choix")
    parent.sees(LISTS)
    goes_back_to(parent, PIN)
    assert site.school.counts() == (0, 0)


def test_back_while_the_envelope_is_being_closed_leaves_it_open(parent: Parent) -> None:
    parent.open_letter().sign_in().choose()
    parent.page.evaluate(
        "() => { window.requestAnimationFrame = (draw) => setTimeout(draw, 600); }"
    )
    parent.press("Fermer l’enveloppe")
    parent.sees("L’enveloppe se ferme")
    goes_back_to(parent, REVIEW)
    parent.page.wait_for_timeout(900)
    parent.sees(REVIEW)


def test_back_while_the_ballot_is_on_its_way_changes_nothing(parent: Parent, site: Site) -> None:
    tracker = parent.open_letter().sign_in().choose().seal()
    with held(parent, "cast") as casts:
        parent.cast()
        for _ in range(3):
            goes_back_to(parent, SENDING)
        parent.forward()
        parent.sees(SENDING)
        assert len(casts) == 1
        assert site.school.counts() == (0, 0)
    parent.sees(RECORDED)
    assert parent.tracker() == tracker
    assert len(casts) == 1
    assert site.school.counts() == (1, 1)
    goes_back_to(parent, RECORDED)


def test_back_after_recorded_offers_no_vote_and_shows_the_receipt_still(
    parent: Parent, site: Site
) -> None:
    parent.page.goto("about:blank")
    tracker = parent.vote()
    posts: list[str] = []
    parent.page.on("request", lambda r: posts.append(r.url) if r.method == "POST" else None)
    for _ in range(4):
        goes_back_to(parent, RECORDED)
        assert parent.tracker() == tracker
    parent.forward()
    parent.sees(RECORDED)
    assert parent.page.locator("section:not([hidden])").count() == 1
    assert posts == []
    assert site.school.counts() == (1, 1)
    assert parent.page.evaluate("[...document.querySelectorAll(':checked')].length") == 0


def test_an_answer_that_comes_after_back_moves_no_screen(parent: Parent) -> None:
    parent.open_letter()
    with parent.page.expect_response("**/pre-check"), held(parent, "pre-check") as asking:
        parent.sign_in()
        goes_back_to(parent, START)
        assert len(asking) == 1
    parent.page.wait_for_timeout(300)
    parent.sees(START)
    parent.press("Commencer")
    parent.sign_in()
    parent.sees(LISTS)


def test_back_from_a_code_that_has_voted_leads_to_another_letter(
    parent: Parent, site: Site
) -> None:
    site.vote(0)
    parent.page.goto(parent.link.partition("#")[0])
    parent.press("Commencer")
    parent.type_code(site.code(0))
    parent.sign_in()
    parent.sees(VOTED)
    goes_back_to(parent, CODE)
    parent.type_code(site.code(1))
    expect(parent.page.get_by_label("Tapez les chiffres")).to_have_value("")
    parent.pin = site.pin(1)
    parent.sign_in().choose().seal()
    parent.cast()
    parent.sees(RECORDED)


def test_what_one_parent_chose_is_not_shown_with_another_letter(parent: Parent, site: Site) -> None:
    parent.open_letter().sign_in().choose("FCPE")
    parent.sees(REVIEW)
    goes_back_to(parent, LISTS)
    goes_back_to(parent, PIN)
    parent.press("Taper un autre code de lettre")
    parent.type_code(site.code(1))
    parent.pin = site.pin(1)
    parent.sign_in()
    parent.sees(LISTS)
    assert parent.page.get_by_role("radio", checked=True).count() == 0


def test_history_holds_numbers_and_one_address_without_code(parent: Parent) -> None:
    states: list[object] = []

    def note(heading: str) -> None:
        parent.sees(heading)
        states.append(parent.page.evaluate("history.state"))

    parent.page.goto(parent.link.partition("#")[0])
    note(START)
    parent.press("Commencer")
    note(CODE)
    parent.type_code(parent.site.code(0))
    note(PIN)
    parent.sign_in()
    note(LISTS)
    parent.choose()
    note(REVIEW)
    parent.seal()
    note(SEALED)
    parent.cast()
    note(RECORDED)
    assert states == [0, 1, 2, 3, 4, 5, 5]
    session = parent.page.context.new_cdp_session(parent.page)
    entries = session.send("Page.getNavigationHistory")["entries"]
    addresses = {entry["url"] for entry in entries} - {"about:blank"}
    assert addresses == {parent.link.partition("#")[0]}
    stored = "[localStorage.length, sessionStorage.length, document.cookie.length]"
    assert parent.page.evaluate(stored) == [0, 0, 0]


def test_a_jump_to_the_content_is_no_screen(parent: Parent) -> None:
    parent.open_letter().sign_in().choose()
    parent.sees(REVIEW)
    parent.page.get_by_role("link", name="Aller au contenu").press("Enter")
    parent.page.wait_for_url("**#content")
    parent.sees(REVIEW)
    parent.back()
    parent.sees(REVIEW)
    goes_back_to(parent, LISTS)
