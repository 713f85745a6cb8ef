# SPDX-License-Identifier: AGPL-3.0-or-later
"""A code that is not of this election: the page says so, and nothing is sent."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from protocol.codes import encode_code
from tests.e2e.browser.parent import Parent
from tests.simulator import SimulatedElection

CODE = encode_code(SimulatedElection(seed="another election").codes[0]).reveal()


def posts_of(parent: Parent) -> list[str]:
    """What is sent from now on."""
    posts: list[str] = []
    parent.page.on("request", lambda r: posts.append(r.url) if r.method == "POST" else None)
    return posts


def address(parent: Parent) -> str:
    return parent.site.link(0).partition("#")[0]


@pytest.mark.parametrize("typed", [False, True])
def test_a_sound_code_outside_the_sealed_list_is_told_and_nothing_is_sent(
    parent: Parent, *, typed: bool
) -> None:
    """Its check characters are right: only the list tells that it is of another election."""
    posts = posts_of(parent)
    parent.page.goto(address(parent) if typed else f"{address(parent)}#{CODE}")
    parent.press("Commencer")
    if typed:
        parent.page.get_by_label("Recopiez ce code").fill(CODE)
        parent.press("Continuer")
    parent.sees("Ce code n’est pas de cette élection")
    parent.reads("rien n’a été envoyé")
    assert posts == []
    parent.press("Taper un autre code de lettre")
    parent.page.get_by_label("Recopiez ce code").fill(parent.site.code(0))
    parent.press("Continuer")
    parent.sees("Vos chiffres secrets")
    assert posts == []


def test_an_invented_code_has_wrong_check_characters_and_nothing_is_sent(parent: Parent) -> None:
    posts = posts_of(parent)
    parent.page.goto(f"{address(parent)}#{'00000Z' * 4}0000000")
    parent.press("Commencer")
    expect(parent.page.get_by_role("alert").first).to_be_visible()
    parent.reads("Des fautes de frappe dans les groupes")
    assert posts == []
