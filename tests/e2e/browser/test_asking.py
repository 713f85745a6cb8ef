# SPDX-License-Identifier: AGPL-3.0-or-later
"""While an answer is awaited, and where it is lost: what the booth says, and what it sends once."""

from __future__ import annotations

from playwright.sync_api import Locator, Route, expect
from sqlalchemy import text

from tests.e2e.browser.parent import Parent, held
from tests.e2e.browser.test_strangers import CODE as OF_ANOTHER_ELECTION
from tests.simulator import CLOSES_AT
from tests.site import Site

ASKING = "Vérification en cours…"
PIN = "Vos chiffres secrets"
LISTS = "Choisissez une liste, ou votez blanc"
CLOSED = "Le vote est clos"
UNLISTED = "Ce code n’est pas de cette élection"


def _wrong_pins(site: Site) -> int:
    with site.school.database.read() as connection:
        return int(connection.scalar(text("SELECT sum(wrong_pins) FROM sign_in")) or 0)


def _type_wrong_digits(parent: Parent) -> None:
    wrong = "000000" if parent.pin != "000000" else "000001"
    parent.page.get_by_label("Tapez les chiffres").fill(wrong)


def _asking(parent: Parent) -> Locator:
    return parent.page.locator("form").get_by_text(ASKING).locator("visible=true")


def test_four_presses_while_the_network_is_slow_cost_one_try(parent: Parent, site: Site) -> None:
    parent.open_letter()
    _type_wrong_digits(parent)
    button = parent.page.locator("[data-form=pin] button[type=submit]")
    with held(parent, "pre-check") as asked:
        for _ in range(3):
            button.dispatch_event("click")
        parent.page.get_by_label("Tapez les chiffres").press("Enter")
        expect(_asking(parent)).to_be_in_viewport()
        expect(button).to_have_attribute("aria-disabled", "true")
        expect(parent.page.locator("[data-live]")).to_have_text(ASKING)
        parent.page.wait_for_timeout(300)
        assert len(asked) == 1
    parent.reads("ne vont pas ensemble")
    expect(_asking(parent)).to_have_count(0)
    expect(button).to_have_attribute("aria-disabled", "false")
    expect(parent.page.locator("[data-live]")).to_be_empty()
    assert _wrong_pins(site) == 1
    parent.sign_in()
    parent.sees(LISTS)


def test_another_code_does_not_wait_for_the_answer_about_the_one_before(parent: Parent) -> None:
    parent.page.goto(parent.link.partition("#")[0])
    parent.press("Commencer")
    parent.type_code(parent.site.code(0))
    with held(parent, "pre-check") as asked:
        _type_wrong_digits(parent)
        parent.press("Continuer")
        expect(_asking(parent)).to_be_visible()
        parent.press("Taper un autre code de lettre")
        parent.type_code(parent.site.code(1))
        parent.sees(PIN)
        expect(_asking(parent)).to_have_count(0)
        parent.pin = parent.site.pin(1)
        parent.sign_in()
        expect(_asking(parent)).to_be_visible()
        assert len(asked) == 2
    parent.sees(LISTS)


def test_an_answer_lost_at_the_digits_is_not_said_to_be_a_request_that_was_not_sent(
    parent: Parent, site: Site
) -> None:
    def lose(route: Route) -> None:
        route.fetch()  # it arrives, and its answer is lost
        route.abort()

    parent.page.route("**/pre-check", lose)
    parent.open_letter()
    _type_wrong_digits(parent)
    parent.press("Continuer")
    parent.reads("Rien n’a été enregistré, mais des chiffres faux ont pu être comptés")
    assert "envoyé" not in parent.page.locator("#pin-error").inner_text()
    assert _wrong_pins(site) == 1
    expect(_asking(parent)).to_have_count(0)
    parent.page.unroute("**/pre-check")
    parent.sign_in()
    parent.sees(LISTS)


def test_a_new_screen_has_nothing_of_the_last_one_left_to_be_read_aloud(parent: Parent) -> None:
    live = parent.page.locator("[data-live]")
    parent.open_letter().sign_in()
    parent.sees(LISTS)
    expect(live).to_be_empty()
    parent.choose().seal()
    with held(parent, "cast"):
        parent.cast()
        parent.sees("Dépôt de votre bulletin")
        expect(live).to_be_empty()


def test_after_closing_the_last_code_asked_about_is_the_one_that_is_answered(
    parent: Parent, site: Site
) -> None:
    site.vote(0)
    site.clock.time = CLOSES_AT + 301
    parent.page.goto(parent.link)
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    parent.page.route("**/ballots", hold)
    parent.press("Savoir")
    expect(_asking(parent)).to_be_visible()
    parent.page.get_by_label("Code de la lettre").fill(site.code(1))
    parent.page.locator("[data-form=used] button[type=submit]").dispatch_event("click")
    parent.page.wait_for_timeout(300)
    first, second = asked
    second.continue_()
    parent.reads("Non : aucun bulletin")
    first.continue_()  # the first answer comes last
    parent.page.wait_for_timeout(500)
    expect(parent.page.get_by_text("Oui : un bulletin").locator("visible=true")).to_have_count(0)
    expect(parent.page.locator(".tracker:visible")).to_have_count(0)
    expect(_asking(parent)).to_have_count(0)


def test_after_closing_a_code_of_another_election_leads_back_to_the_question_not_to_a_vote(
    parent: Parent, site: Site
) -> None:
    site.vote(0)
    site.clock.time = CLOSES_AT + 301
    parent.page.goto(parent.link)
    parent.page.get_by_label("Code de la lettre").fill(OF_ANOTHER_ELECTION)
    parent.press("Savoir")
    parent.sees(UNLISTED)
    parent.press("Taper un autre code de lettre")
    parent.sees(CLOSED)
    parent.page.get_by_label("Code de la lettre").fill(site.code(0))
    parent.press("Savoir")
    parent.reads("Oui : un bulletin")
