# SPDX-License-Identifier: AGPL-3.0-or-later
"""What changed between the lists and the casting is told as what it is, and nothing is recorded."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from evote.database.elections import State
from evote.lifecycle.amending import NewHours, prepare_hours
from tests.db.amending import amend
from tests.e2e.browser.parent import Parent
from tests.e2e.browser.publishing import RECORDED
from tests.e2e.browser.test_lost_answers import AGAIN, CAST, reach_the_ceiling
from tests.simulator import CLOSES_AT
from tests.site import Site

NOT_RECORDED = "Votre bulletin n’est pas enregistré"


def is_not_blamed_on_the_ballot(parent: Parent) -> None:
    assert "a refusé ce bulletin" not in parent.page.locator("main").inner_text()


def test_digits_that_are_refused_at_the_last_moment_are_said_to_be(
    parent: Parent, site: Site
) -> None:
    parent.open_letter().sign_in().choose().seal()
    reach_the_ceiling(site)
    parent.cast()
    parent.sees("Vos chiffres secrets sont refusés pour le moment")
    parent.reads("Rien n’est enregistré, et le code de votre lettre reste bon")
    parent.reads("Recommencez dans une heure, ou demandez à l’école")
    is_not_blamed_on_the_ballot(parent)
    assert site.school.counts() == (0, 0)


def test_an_election_that_is_cancelled_meanwhile_is_said_to_be(parent: Parent, site: Site) -> None:
    parent.open_letter().sign_in().choose().seal()
    site.set_state(State.CANCELLED)
    parent.cast()
    parent.sees("Cette élection est annulée")
    parent.reads(NOT_RECORDED)
    expect(parent.page.get_by_role("heading", name="Le vote est clos")).to_be_hidden()


def test_an_election_that_is_cancelled_before_the_digits_is_said_to_be(
    parent: Parent, site: Site
) -> None:
    parent.open_letter()
    site.set_state(State.CANCELLED)
    parent.sign_in()
    parent.sees("Cette élection est annulée")
    assert NOT_RECORDED not in parent.page.locator("main").inner_text()


def test_the_hours_shown_are_those_of_now(parent: Parent, site: Site) -> None:
    """Not those of when the page was opened: the bureau may have signed others since."""
    parent.open_letter().sign_in().choose().seal()
    before = parent.page.locator('[data-screen="closed"] [data-slot="closes"]').text_content()
    school, hours = site.school, NewHours(closes_at=CLOSES_AT + 7200)
    amend(school, prepare_hours(school.database, school.uuid, hours, "Une panne", site.clock))
    site.clock.time = CLOSES_AT + 86_400
    parent.cast()
    parent.sees("Le vote est clos")
    parent.reads(NOT_RECORDED)
    closes = parent.page.locator('[data-screen="closed"] [data-slot="closes"]')
    expect(closes).not_to_have_text(before or "")


def test_a_server_that_is_away_is_not_called_a_network_that_is(parent: Parent, site: Site) -> None:
    tries: list[Route] = []

    def answer(route: Route) -> None:
        tries.append(route)
        if len(tries) == 1:
            route.fulfill(status=503, json={"problem": "unavailable"})
        else:
            route.continue_()

    parent.page.route(CAST, answer)
    parent.open_letter().sign_in().choose().seal()
    parent.cast()
    parent.reads("Le service est momentanément arrêté : nous ne savons pas encore")
    parent.press(AGAIN)
    parent.sees(RECORDED)
    assert site.school.counts() == (1, 1)
