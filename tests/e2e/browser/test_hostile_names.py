# SPDX-License-Identifier: AGPL-3.0-or-later
"""In a real browser too, a list called like a script is voted for like any other."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.browser.parent import Parent
from tests.hostile import EVIL, hostile_election
from tests.site import listening


def test_a_list_with_a_hostile_name_is_chosen_and_nothing_of_it_runs(
    phone: Page, tmp_path: Path
) -> None:
    asked: list[str] = []
    phone.on("dialog", lambda dialog: asked.append(dialog.message))
    with listening(tmp_path, election=hostile_election()) as site:
        parent = Parent(phone, site, 0).open_letter().sign_in()
        expect(phone.locator("main")).to_contain_text(f"A {EVIL}")
        parent.choose(f"deux {EVIL}")
        expect(phone.locator('[data-slot="chosen"]').first).to_have_text(f"deux {EVIL}")
        parent.seal()
        parent.cast()
        parent.sees("Votre vote est enregistré")
        assert site.school.counts() == (1, 1)
    assert phone.locator("main img[src=x], main script").count() == 0
    assert asked == []
