# SPDX-License-Identifier: AGPL-3.0-or-later
"""The answer to a cast is lost, and the next answer does not tell of it: docs/adr/0010.

The ballot may be on the board, so the page never says that it is not recorded: it looks there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Route, expect

from evote.database.elections import lock_election
from evote.pins import TRIES, TRIES_WHEN_MANY_FAIL, renew_pin
from protocol.secret import Secret
from tests.e2e.browser.parent import Parent
from tests.e2e.browser.publishing import (
    PUBLISHED,
    RECORDED,
    UNPROVED,
    WRONG_PROMISE,
    answering,
    is_told,
    later,
    without,
)
from tests.site import Site

CAST = "**/cast"
UNKNOWN = "Nous ne savons pas encore si votre bulletin est enregistré"
REFUSED = "Votre bulletin n’est pas enregistré"
DIGITS = "Vos chiffres secrets sont refusés pour le moment"
OTHER = "<p>Bonjour.</p>"
SENDING = "Dépôt de votre bulletin"
AGAIN = "Essayer maintenant"
Meanwhile = Callable[[Site], None]


def mistype(site: Site, elector: int, times: int) -> None:
    for _ in range(times):
        site.school.casting.pre_check(site.school.uuid, site.school.number(elector), Secret("-"))


def use_up(site: Site) -> None:
    mistype(site, 0, TRIES)


def renew(site: Site) -> None:
    school = site.school
    with school.database.write() as connection:
        held = lock_election(connection, school.uuid)
        renew_pin(connection, held, school.folder.load(school.uuid), 1)


def reach_the_ceiling(site: Site) -> None:
    mistype(site, 0, TRIES_WHEN_MANY_FAIL)
    for elector in range(3, 6):
        mistype(site, elector, TRIES)


MEANWHILE: dict[str, Meanwhile] = {
    "its tries are used up": use_up,
    "it gets other digits": renew,
    "many mistype, and it did twice": reach_the_ceiling,
}


@contextmanager
def losing(parent: Parent, meanwhile: Meanwhile, *, arrives: bool = True) -> Iterator[None]:
    """Lose the first answer, or what was sent; then let this happen."""
    casts: list[Route] = []

    def lose(route: Route) -> None:
        casts.append(route)
        if len(casts) > 1:
            route.continue_()
            return
        if arrives:
            assert route.fetch().json()["outcome"] == "recorded"
        meanwhile(parent.site)
        route.abort()

    parent.page.route(CAST, lose)
    yield
    parent.page.unroute(CAST)


def look(parent: Parent) -> None:
    """Let the page look once more."""
    with parent.page.expect_response("**/ballots") as answer:
        later(parent)
    answer.value.finished()
    parent.page.wait_for_timeout(300)


def step(parent: Parent) -> None:
    """Let the server publish, and the page look."""
    parent.site.clock.time += 60
    parent.site.publish()
    look(parent)


def is_not_known(parent: Parent, tracker: str) -> None:
    """The page says so, keeps the tracker, and says nothing that may be false."""
    parent.sees(UNKNOWN)
    assert parent.tracker() == tracker
    words = parent.page.locator("main").inner_text()
    for wrong in ("n’est pas enregistré", "rien n’est enregistré", "a refusé"):
        assert wrong not in words


@pytest.mark.parametrize("what", MEANWHILE)
def test_a_ballot_whose_answer_was_lost_is_looked_for_on_the_board_where(
    patient: Parent, stepping: Site, what: str
) -> None:
    tracker = patient.open_letter().sign_in().choose().seal()
    with losing(patient, MEANWHILE[what]):
        patient.cast()
        patient.press(AGAIN)
        is_not_known(patient, tracker)
        assert stepping.school.counts() == (1, 1)
        look(patient)
        is_not_known(patient, tracker)  # it is recorded, but not published yet
        stepping.publish()
        later(patient)
        patient.sees(RECORDED)
    assert patient.tracker() == tracker
    is_told(patient, PUBLISHED)
    expect(patient.page.get_by_role("heading", name=WRONG_PROMISE)).to_be_hidden()


def test_one_that_the_board_lists_and_does_not_prove_is_told_to_be_unproved(
    patient: Parent, stepping: Site
) -> None:
    """Its answer was lost, so that nothing was promised that could be broken."""
    tracker = patient.open_letter().sign_in().choose().seal()
    silences = [2]  # a network that fails is no answer, and shortens no waiting

    def at_first_silent(route: Route) -> None:
        if silences[0]:
            silences[0] -= 1
            route.abort()
        else:
            without(route)

    with losing(patient, use_up), answering(patient, at_first_silent):
        patient.cast()
        patient.press(AGAIN)
        is_not_known(patient, tracker)
        step(patient)
        patient.sees(RECORDED)
        unproved = patient.page.get_by_role("heading", name=UNPROVED)
        while silences[0]:
            later(patient)
            patient.page.wait_for_timeout(200)
        expect(unproved).to_be_hidden()
        with patient.page.expect_response("**/receipt/*"):
            later(patient)
        patient.page.wait_for_timeout(200)
        expect(unproved).to_be_hidden()  # it asks again
        later(patient)
        is_told(patient, UNPROVED)
    later(patient)
    is_told(patient, PUBLISHED)
    expect(patient.page.get_by_role("heading", name=UNPROVED)).to_be_hidden()


def test_one_that_never_arrived_is_not_recorded_once_a_later_step_is_without_it(
    patient: Parent, stepping: Site
) -> None:
    tracker = patient.open_letter().sign_in().choose().seal()
    with losing(patient, use_up, arrives=False):
        patient.cast()
        patient.press(AGAIN)
        is_not_known(patient, tracker)
        for _ in range(2):  # what was sent may be on its way yet
            step(patient)
            is_not_known(patient, tracker)
        look(patient)  # no step was made since
        is_not_known(patient, tracker)
        step(patient)
        patient.sees(DIGITS)
    assert stepping.school.counts() == (0, 0)


STEPS: dict[str, Callable[[bytes], bytes]] = {
    "is no checkpoint": lambda _: OTHER.encode(),
    "has a stamp that does not hold": lambda note: note[:-20] + b"A" + note[-19:],
}


@pytest.mark.parametrize("what", STEPS)
def test_nothing_is_said_from_a_step_that(patient: Parent, what: str) -> None:
    def forge(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=STEPS[what](response.body()))

    patient.page.route("**/board/checkpoint", forge)
    tracker = patient.open_letter().sign_in().choose().seal()
    with losing(patient, use_up, arrives=False):
        patient.cast()
        patient.press(AGAIN)
        for _ in range(5):
            step(patient)
            is_not_known(patient, tracker)


def test_the_ballot_of_another_device_is_told_with_its_own_tracker(
    patient: Parent, stepping: Site
) -> None:
    other: list[str] = []

    def vote_elsewhere(site: Site) -> None:
        other.append(site.vote(0))
        use_up(site)

    patient.open_letter().sign_in().choose().seal()
    with losing(patient, vote_elsewhere, arrives=False):
        patient.cast()
        patient.press(AGAIN)
        patient.sees(UNKNOWN)
        stepping.publish()
        later(patient)
        patient.sees("Ce code a déjà servi à voter")
    assert patient.tracker() == other[0]


STRANGERS: dict[str, tuple[int, str]] = {
    "too many requests": (429, '{"error":"too many requests"}'),
    "too early": (425, "{}"),
    "a filter": (403, '{"title":"Forbidden"}'),
}


@pytest.mark.share(2)
@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("arrives", [True, False])
def test_what_somebody_on_the_way_answers_is_no_answer(
    parent: Parent, site: Site, who: str, *, arrives: bool
) -> None:
    status, body = STRANGERS[who]
    tries: list[Route] = []

    def answer(route: Route) -> None:
        tries.append(route)
        if len(tries) == 1 and arrives:
            route.fetch()
            route.abort()
        elif len(tries) < 3:
            route.fulfill(status=status, body=body, content_type="application/json")
        else:
            route.continue_()

    parent.page.route(CAST, answer)
    tracker = parent.open_letter().sign_in().choose().seal()
    parent.cast()
    parent.press(AGAIN)
    parent.reads("Nouvel essai dans 4 secondes")
    parent.sees(SENDING)
    assert parent.tracker() == tracker
    parent.press(AGAIN)
    parent.sees(RECORDED)
    assert site.school.counts() == (1, 1)


OWN: dict[str, tuple[int, dict[str, str | None]]] = {
    "of the ballot": (422, {"outcome": "ballot_refused", "tracker": None, "promise": None}),
    "of the request": (422, {"problem": "malformed"}),
}


@pytest.mark.parametrize("what", OWN)
def test_the_server_s_own_refusal_still_reads_refused(parent: Parent, what: str) -> None:
    status, content = OWN[what]
    parent.page.route(CAST, lambda route: route.fulfill(status=status, json=content))
    parent.open_letter().sign_in().choose().seal()
    parent.cast()
    parent.sees(REFUSED)


@pytest.mark.parametrize("what", OWN)
def test_after_a_lost_answer_only_a_refusal_that_looked_at_the_board_is_one(
    parent: Parent, what: str
) -> None:
    status, content = OWN[what]
    tries: list[Route] = []

    def answer(route: Route) -> None:
        tries.append(route)
        if len(tries) == 1:
            route.abort()
        else:
            route.fulfill(status=status, json=content)

    parent.page.route(CAST, answer)
    tracker = parent.open_letter().sign_in().choose().seal()
    parent.cast()
    parent.press(AGAIN)
    if "outcome" in content:
        parent.sees(REFUSED)
    else:
        is_not_known(parent, tracker)
