# SPDX-License-Identifier: AGPL-3.0-or-later
"""Parents vote on a phone of 360 pixels: well, badly, twice, late, offline, without JavaScript."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from evote.database.elections import State
from tests.db.school import audit
from tests.e2e.browser.parent import Parent, reads
from tests.simulator import CLOSES_AT
from tests.site import Site

CAST = "**/cast"


def test_a_parent_votes_and_finds_the_ballot_again(
    parent: Parent, site: Site, tmp_path: Path
) -> None:
    sent: list[str] = []
    parent.page.on("request", lambda request: sent.append(request.url))
    parent.open_letter()
    assert len(sent) <= 6, sent
    assert all(url.startswith(site.url) for url in sent)
    tracker = parent.sign_in().choose("PEEP").seal()
    assert site.school.counts() == (0, 0)
    parent.cast()
    parent.sees("Votre vote est enregistré")
    assert site.school.counts() == (1, 1)
    assert parent.tracker() == tracker
    assert not any(site.code(0) in url for url in sent)
    with parent.page.expect_download() as image:
        parent.page.get_by_role("link", name="Enregistrer le reçu").click()
    assert image.value.path().read_bytes().startswith(b"\x89PNG")
    parent.page.get_by_role("link", name="Voir mon bulletin dans l’urne").click()
    parent.page.get_by_role("heading", name="Ce bulletin est dans l’urne").wait_for()
    assert tracker in parent.page.inner_text("main")
    audit(site.school, tmp_path / "record")


def test_the_code_leaves_the_address_bar_and_the_history_at_once(parent: Parent) -> None:
    parent.page.goto(parent.site.link(0))
    parent.sees("Vous allez voter")
    assert parent.page.url.endswith(parent.site.school.uuid)
    assert parent.page.evaluate("history.length") <= 2
    stored = "[localStorage.length, sessionStorage.length, document.cookie.length]"
    assert parent.page.evaluate(stored) == [0, 0, 0]


def test_blank_is_a_choice_like_another(parent: Parent, site: Site) -> None:
    parent.vote("Vote blanc")
    assert site.school.counts() == (1, 1)


def test_a_choice_can_be_changed_until_the_envelope_is_closed(parent: Parent) -> None:
    parent.open_letter().sign_in()
    parent.press("Relire mon choix")
    parent.reads("Choisissez une liste, ou le vote blanc.")
    parent.choose("FCPE")
    parent.press("Changer de choix")
    expect(parent.page.get_by_role("radio", name="FCPE")).to_be_checked()
    parent.choose("PEEP")
    expect(parent.page.locator('[data-slot="chosen"]').first).to_have_text("PEEP")


def test_a_typed_code_may_be_in_lower_case_and_a_mistyped_group_is_named(parent: Parent) -> None:
    page, code = parent.page, parent.site.code(0)
    page.goto(parent.site.link(0).partition("#")[0])
    parent.press("Commencer")
    groups = code.split("-")
    wrong = "0" if groups[2][0] != "0" else "1"
    page.get_by_label("Recopiez ce code").fill(
        "-".join([*groups[:2], wrong + groups[2][1:], *groups[3:]])
    )
    parent.press("Continuer")
    parent.reads("Une faute de frappe dans le groupe 3")
    page.get_by_label("Recopiez ce code").fill(code[:20])
    parent.press("Continuer")
    parent.reads("Un code compte 31 signes, et il y en a ici 18")
    page.get_by_label("Recopiez ce code").fill(code.lower().replace("-", " "))
    parent.press("Continuer")
    parent.sees("Vos chiffres secrets")


def test_a_mistyped_code_of_a_link_is_kept_to_be_mended(parent: Parent) -> None:
    link, code = parent.site.link(0), parent.site.code(0)
    wrong = "0" if code[0] != "0" else "1"
    parent.page.goto(link.replace(f"#{code}", f"#{wrong}{code[1:]}"))
    parent.press("Commencer")
    parent.reads("Une faute de frappe dans le groupe 1")
    field = parent.page.get_by_label("Recopiez ce code")
    expect(field).to_have_value(f"{wrong}{code[1:]}")
    field.fill(code)
    parent.press("Continuer")
    parent.sees("Vos chiffres secrets")
    parent.press("Taper un autre code de lettre")
    expect(field).to_have_value(code)


@pytest.mark.parametrize("typed", ["12345", "1234567", "12 34 5a", "abcdef"])
def test_what_cannot_be_the_secret_digits_is_not_sent(parent: Parent, typed: str) -> None:
    sent: list[str] = []
    parent.page.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
    parent.open_letter()
    field = parent.page.get_by_label("Tapez les chiffres")
    field.fill(typed)
    parent.press("Continuer")
    parent.reads("Il faut 6 chiffres, et rien d’autre")
    assert sent == []
    pin = parent.site.pin(0)
    field.fill(f" {pin[:3]} {pin[3:]} ")
    parent.press("Continuer")
    parent.sees("Choisissez une liste, ou votez blanc")


def test_a_wrong_pin_is_said_and_the_right_one_goes_on(parent: Parent) -> None:
    parent.open_letter()
    right = parent.site.pin(0)
    wrong = "000000" if right != "000000" else "000001"
    parent.page.get_by_label("Tapez les chiffres").fill(wrong)
    parent.press("Continuer")
    parent.reads("ne vont pas ensemble")
    parent.sign_in()
    parent.sees("Choisissez une liste, ou votez blanc")


def test_a_list_that_was_not_sealed_stops_the_booth(parent: Parent) -> None:
    def forge(route: Route) -> None:
        route.fulfill(json=json.loads(route.fetch().text())[:-1])

    parent.page.route("**/credentials.json", forge)
    parent.open_letter()
    parent.sees("Cette page refuse de continuer")


def test_a_ballot_is_checked_on_another_device_without_network_then_the_vote_is_cast(
    parent: Parent, site: Site, chromium: Browser, tmp_path: Path
) -> None:
    posts: list[str] = []
    parent.page.on("request", lambda r: posts.append(r.url) if r.method == "POST" else None)
    tracker = parent.open_letter().sign_in().choose("PEEP").seal()
    parent.page.get_by_text("Je veux d’abord vérifier l’appareil").click()
    parent.press("Ouvrir cette enveloppe pour vérifier")
    parent.sees("Bulletin d’essai")
    with parent.page.expect_download() as download:
        parent.page.get_by_role("link", name="Enregistrer le fichier").click()
    file = tmp_path / "essai.json"
    download.value.save_as(file)
    assert len(posts) == 1  # the pre-check; nothing of the ballot has left
    _examine(chromium, site, file, tracker, tmp_path)
    parent.press("Continuer et voter")
    parent.sees("Votre bulletin est prêt, mais pas encore déposé")
    cast = parent.tracker()
    assert cast != tracker
    parent.cast()
    parent.sees("Votre vote est enregistré")
    assert site.school.counts() == (1, 1)
    assert tracker.encode() not in site.school.archive()


def _examine(chromium: Browser, site: Site, file: Path, tracker: str, folder: Path) -> None:
    """Open a checked ballot with the saved page and no network, and with the verifier."""
    other = chromium.new_page(locale="fr-FR")
    other.goto(f"{site.page}/check")
    with other.expect_download() as download:
        other.get_by_role("link", name="Enregistrer cette page").click()
    saved = folder / "verifier.html"
    download.value.save_as(saved)
    other.context.set_offline(offline=True)
    other.goto(saved.as_uri())
    other.get_by_label("Fichier du bulletin d’essai").set_input_files(file)
    other.get_by_role("heading", name="Ce bulletin d’essai est bien fait").wait_for()
    assert "PEEP" in other.inner_text("main")
    assert tracker in other.inner_text("main")
    damaged = folder / "damaged.json"
    damaged.write_bytes(re.sub(rb'"randomness":\[\["\d', rb'"randomness":[["9', file.read_bytes()))
    other.get_by_label("Fichier du bulletin d’essai").set_input_files(damaged)
    other.get_by_role("heading", name="Ce bulletin d’essai n’est pas correct").wait_for()
    other.context.close()


def test_a_network_lost_in_the_middle_loses_no_ballot_and_casts_none_twice(
    parent: Parent, site: Site
) -> None:
    tries: list[bytes | None] = []

    def lose(route: Route) -> None:
        tries.append(route.request.post_data_buffer)
        if len(tries) == 1:
            route.abort()  # never arrives
        elif len(tries) == 2:
            route.fetch()  # arrives, and its answer is lost
            route.abort()
        else:
            route.continue_()

    parent.page.route(CAST, lose)
    parent.open_letter().sign_in().choose().seal()
    parent.cast()
    parent.reads("nous ne savons pas encore")
    assert site.school.counts() == (0, 0)
    parent.press("Essayer maintenant")
    parent.reads("Nouvel essai dans 4 secondes")
    assert site.school.counts() == (1, 1)
    parent.press("Essayer maintenant")
    parent.sees("Votre vote est enregistré")
    assert site.school.counts() == (1, 1)
    assert len(tries) == 3
    assert len(set(tries)) == 1


def test_a_server_that_is_away_is_asked_again(parent: Parent, site: Site) -> None:
    answers = iter((503, 503))

    def fail(route: Route) -> None:
        status = next(answers, None)
        if status is None:
            route.continue_()
        else:
            route.fulfill(status=status, json={"problem": "unavailable"})

    parent.page.route(CAST, fail)
    parent.open_letter().sign_in().choose().seal()
    parent.cast()
    parent.press("Essayer maintenant")
    parent.press("Essayer maintenant")
    parent.sees("Votre vote est enregistré")
    assert site.school.counts() == (1, 1)


def test_a_network_lost_before_the_lists_is_said(parent: Parent) -> None:
    parent.open_letter()
    parent.page.context.set_offline(offline=True)
    parent.sign_in()
    parent.reads("Rien n’a été enregistré")
    parent.page.context.set_offline(offline=False)
    parent.sign_in()
    parent.sees("Choisissez une liste, ou votez blanc")


def test_two_presses_cast_one_ballot(parent: Parent, site: Site) -> None:
    posts: list[str] = []
    parent.page.on("request", lambda r: posts.append(r.url) if r.url.endswith("/cast") else None)
    parent.open_letter().sign_in().choose().seal()
    button = parent.page.get_by_role("button", name="Déposer mon bulletin")
    button.evaluate("button => { button.click(); button.click(); }")
    parent.sees("Votre vote est enregistré")
    assert len(posts) == 1
    assert site.school.counts() == (1, 1)


def test_who_has_voted_finds_the_tracker_again_and_cannot_vote_again(
    parent: Parent, site: Site
) -> None:
    tracker = parent.vote()
    parent.page.goto("about:blank")
    parent.open_letter().sign_in()
    parent.sees("Ce code a déjà servi à voter")
    assert parent.tracker() == tracker
    assert site.school.counts() == (1, 1)


@pytest.mark.parametrize(
    ("state", "heading"),
    [
        (State.SEALED, "Le vote n’est pas encore ouvert"),
        (State.SUSPENDED, "Le vote est suspendu"),
        (State.CANCELLED, "Cette élection est annulée"),
        (State.CLOSED, "Le vote est clos"),
    ],
)
def test_whoever_comes_when_the_vote_is_not_open_is_told_so(
    parent: Parent, state: State, heading: str
) -> None:
    parent.site.set_state(state)
    parent.page.goto(parent.site.link(0))
    parent.sees(heading)


def test_a_ballot_that_comes_after_closing_is_said_not_to_be_recorded(
    parent: Parent, site: Site
) -> None:
    parent.open_letter().sign_in().choose().seal()
    site.clock.time = CLOSES_AT + 301
    parent.cast()
    parent.sees("Le vote est clos")
    parent.reads("Votre bulletin n’est pas enregistré")
    assert site.school.counts() == (0, 0)


def test_after_closing_the_letter_says_whether_its_code_was_used(phone: Page, site: Site) -> None:
    tracker = site.vote(0)
    site.clock.time = CLOSES_AT + 301
    for elector, words in ((0, "Oui : un bulletin"), (1, "Non : aucun bulletin")):
        phone.goto("about:blank")
        phone.goto(site.link(elector))
        phone.get_by_role("button", name="Savoir").click()
        reads(phone, words)
        assert (tracker in phone.inner_text("main")) is (elector == 0)


def test_the_keyboard_alone_votes(parent: Parent, site: Site) -> None:
    page = parent.page
    page.goto(site.link(0))
    parent.sees("Vous allez voter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    parent.sees("Vos chiffres secrets")
    page.keyboard.press("Tab")
    page.keyboard.type(site.pin(0))
    page.keyboard.press("Enter")
    parent.sees("Choisissez une liste, ou votez blanc")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    parent.sees("Relisez votre choix")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    parent.sees("Votre bulletin est prêt, mais pas encore déposé")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    parent.sees("Votre vote est enregistré")
    assert site.school.counts() == (1, 1)


def test_the_verifier_opens_what_the_booth_exports(parent: Parent, tmp_path: Path) -> None:
    tracker = parent.open_letter().sign_in().choose("FCPE").seal()
    parent.page.get_by_text("Je veux d’abord vérifier l’appareil").click()
    parent.press("Ouvrir cette enveloppe pour vérifier")
    with parent.page.expect_download() as download:
        parent.page.get_by_role("link", name="Enregistrer le fichier").click()
    file, archive = tmp_path / "essai.json", tmp_path / f"{parent.site.school.uuid}.bel"
    download.value.save_as(file)
    archive.write_bytes(parent.site.school.archive())
    done = subprocess.run(
        [sys.executable, "-m", "audit", "opened", str(file), "--election", str(archive)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert tracker in done.stdout
    alone = subprocess.run(
        [sys.executable, "-m", "audit", "opened", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert alone.returncode == 0, alone.stdout + alone.stderr
    assert tracker in alone.stdout
