# SPDX-License-Identifier: AGPL-3.0-or-later
"""A parent at the booth: what a person does, in the words that a person sees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from playwright.sync_api import Page, Route, expect

from tests.site import Site


@dataclass
class Person:
    """Somebody at a browser, with the link of the letter and the PIN."""

    page: Page
    link: str
    pin: str

    def open_letter(self) -> Self:
        """Follow the link of the letter, and begin."""
        self.page.goto(self.link)
        self.press("Commencer")
        return self

    def type_code(self, code: str) -> None:
        self.page.get_by_label("Recopiez ce code").fill(code)
        self.press("Continuer")

    def sign_in(self) -> Self:
        self.page.get_by_label("Tapez les chiffres").fill(self.pin)
        self.press("Continuer")
        return self

    def choose(self, label: str = "PEEP") -> Self:
        self.page.get_by_role("radio", name=label).check()
        self.press("Relire mon choix")
        return self

    def seal(self) -> str:
        """Close the envelope; return the tracker that is shown before anything is sent."""
        self.press("Fermer l’enveloppe")
        self.sees("Votre bulletin est prêt, mais pas encore déposé")
        return self.tracker()

    def cast(self) -> None:
        self.press("Déposer mon bulletin")

    def vote(self, label: str = "PEEP") -> str:
        """Go the whole way; return the tracker."""
        tracker = self.open_letter().sign_in().choose(label).seal()
        self.cast()
        self.sees("Votre vote est enregistré")
        return tracker

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()

    def back(self) -> None:
        """Press the phone's own button."""
        self.page.go_back(wait_until="commit")

    def forward(self) -> None:
        self.page.go_forward(wait_until="commit")

    def sees(self, heading: str) -> None:
        """Wait until the screen with this heading is shown."""
        expect(self.page.get_by_role("heading", name=heading, level=1)).to_be_visible()

    def reads(self, text: str) -> None:
        """Wait until these words are shown."""
        reads(self.page, text)

    def tracker(self) -> str:
        return self.page.locator("section:not([hidden]) .tracker").first.inner_text().strip()


class Parent(Person):
    """One elector of the site, counted from 0."""

    def __init__(self, page: Page, site: Site, elector: int) -> None:
        super().__init__(page, site.link(elector), site.pin(elector))
        self.site, self.elector = site, elector


def reads(page: Page, text: str) -> None:
    """Wait until these words are shown; a screen that is hidden does not count."""
    shown = page.locator("main").get_by_text(text).locator("visible=true").first
    shown.wait_for(timeout=12_000)


@contextmanager
def held(person: Person, operation: str) -> Iterator[list[Route]]:
    """Requests of this operation, which get no answer before the end of the block."""
    routes: list[Route] = []

    def hold(route: Route) -> None:
        routes.append(route)

    person.page.route(f"**/{operation}", hold)
    yield routes
    for route in routes:
        route.continue_()
    person.page.unroute(f"**/{operation}")
