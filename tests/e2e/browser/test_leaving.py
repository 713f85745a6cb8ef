# SPDX-License-Identifier: AGPL-3.0-or-later
"""Leaving the booth in the middle of a vote: *reload*, and the link of another letter."""

from __future__ import annotations

import pytest
from playwright.sync_api import Dialog

from tests.e2e.browser.parent import Parent, held
from tests.simulator import CLOSES_AT
from tests.site import Site

START = "Vous allez voter"
CODE = "Le code de votre lettre"
PIN = "Vos chiffres secrets"
LISTS = "Choisissez une liste, ou votez blanc"
REVIEW = "Relisez votre choix"
SEALED = "Votre bulletin est prêt, mais pas encore déposé"
SENDING = "Dépôt de votre bulletin"
RECORDED = "Votre vote est enregistré"


def asked(parent: Parent) -> list[str]:
    """The questions that the browser asks from now on; each is answered with *stay*."""
    questions: list[str] = []

    def stay(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.dismiss()

    parent.page.on("dialog", stay)
    return questions


def reload(parent: Parent) -> None:
    """Press *reload*, whatever becomes of it."""
    parent.page.evaluate("setTimeout(() => location.reload())")
    parent.page.wait_for_timeout(300)


def test_leaving_is_questioned_from_the_code_on_until_the_vote_is_recorded(parent: Parent) -> None:
    questions = asked(parent)
    parent.page.goto(parent.link.partition("#")[0])
    parent.press("Commencer")
    parent.sees(CODE)
    reload(parent)
    parent.sees(START)
    assert questions == []
    parent.press("Commencer")
    parent.type_code(parent.site.code(0))
    steps = {
        PIN: parent.sign_in,
        LISTS: parent.choose,
        REVIEW: parent.seal,
        SEALED: parent.cast,
    }
    for count, (heading, go_on) in enumerate(steps.items(), 1):
        parent.sees(heading)
        reload(parent)
        parent.sees(heading)
        assert questions == ["beforeunload"] * count
        go_on()
    parent.sees(RECORDED)
    reload(parent)
    parent.sees(START)
    assert len(questions) == len(steps)


def test_leaving_is_questioned_while_the_ballot_is_on_its_way(parent: Parent) -> None:
    questions = asked(parent)
    parent.open_letter().sign_in().choose().seal()
    with held(parent, "cast"):
        parent.cast()
        parent.sees(SENDING)
        reload(parent)
        assert questions == ["beforeunload"]
        parent.sees(SENDING)
    parent.sees(RECORDED)


def test_leaving_is_not_questioned_where_the_code_has_voted(parent: Parent, site: Site) -> None:
    site.vote(0)
    questions = asked(parent)
    parent.open_letter().sign_in()
    parent.sees("Ce code a déjà servi à voter")
    reload(parent)
    parent.sees(START)
    assert questions == []


def test_leaving_is_not_questioned_where_the_ballot_came_too_late(
    parent: Parent, site: Site
) -> None:
    questions = asked(parent)
    parent.open_letter().sign_in().choose().seal()
    site.clock.time = CLOSES_AT + 301
    parent.cast()
    parent.sees("Le vote est clos")
    parent.back()
    parent.sees("Le vote est clos")
    reload(parent)
    parent.sees("Le vote est clos")
    assert questions == []


def test_a_code_of_a_link_is_not_lost_by_a_reload_without_a_question(parent: Parent) -> None:
    questions = asked(parent)
    parent.open_letter()
    parent.back()
    parent.sees(START)
    reload(parent)
    assert questions == ["beforeunload"]
    parent.press("Commencer")
    parent.sees(PIN)


def test_leaving_is_questioned_where_the_code_of_a_link_waits_for_the_start(
    parent: Parent,
) -> None:
    questions = asked(parent)
    parent.page.goto(parent.link)
    parent.page.get_by_role("heading", name=START).click()
    reload(parent)
    assert questions == ["beforeunload"]


def test_after_a_reload_back_never_shows_an_empty_page(parent: Parent) -> None:
    parent.open_letter().sign_in().choose()
    parent.page.on("dialog", lambda dialog: dialog.accept())
    parent.page.reload()
    parent.sees(START)
    parent.press("Commencer")
    parent.sees(CODE)
    for _ in range(3):
        parent.back()
        parent.sees(START)
    parent.press("Commencer")
    parent.type_code(parent.site.code(0))
    parent.sign_in()
    parent.sees(LISTS)


@pytest.mark.parametrize("elector", [0, 1])
def test_the_link_of_a_letter_opened_over_a_vote_begins_anew_and_leaves_the_address(
    parent: Parent, site: Site, elector: int
) -> None:
    questions = asked(parent)
    parent.open_letter().sign_in().choose()
    parent.page.evaluate("link => location.href = link", site.link(elector))
    parent.sees(START)
    assert parent.page.url == parent.link.partition("#")[0]
    parent.pin = site.pin(elector)
    parent.press("Commencer")
    parent.sign_in()
    parent.sees(LISTS)
    assert questions == []


def test_the_link_of_a_letter_opened_while_a_ballot_is_on_its_way_waits(
    parent: Parent, site: Site
) -> None:
    questions = asked(parent)
    tracker = parent.open_letter().sign_in().choose().seal()
    with held(parent, "cast"):
        parent.cast()
        parent.sees(SENDING)
        parent.page.evaluate("link => location.href = link", site.link(1))
        parent.page.wait_for_url(parent.link.partition("#")[0])
        parent.sees(SENDING)
    parent.sees(RECORDED)
    assert parent.tracker() == tracker
    assert questions == []
