# SPDX-License-Identifier: AGPL-3.0-or-later
"""The result, the sign-ins, the seats and the names: §11.6, §11.7, §12 (C23, C24, C25)."""

from __future__ import annotations

import pytest

from tests.tamper.damage import VILLAGE, Damage, Table, assert_noticed, remade
from tests.tamper.touches import (
    Touch,
    change,
    drop,
    put,
    repeat,
    reversed_members,
    spaced,
    swap,
    twice,
    with_member,
)

LISTS = ("evote", "seats", "lists")


def votes(touch: Touch) -> Damage:
    """Other votes, from which the seats and names follow."""
    return remade("C23", "", {"votes": touch})


def result(fails: str, touch: Touch, not_reached: str = "") -> Damage:
    return remade(fails, not_reached, {"result": touch})


def unreadable(touch: Touch) -> Damage:
    return remade("C23", "C24 C25", {"result": touch})


VOTES: Table = {
    "a vote moved from blank to a list": votes(put(0, [0, 3, 0])),
    "a vote moved from a list to the other": votes(put(0, [1, 1, 1])),
    "a vote more": votes(put(0, [1, 3, 0])),
    "a vote less": votes(put(0, [1, 1, 0])),
    "two lists exchanged": votes(put(0, [1, 0, 2])),
    "more votes than ballots": votes(put(0, [1, 200, 0])),
    "no vote": votes(put(0, [0, 0, 0])),
}
SHAPES: Table = {
    "a negative vote": unreadable(put("result", 0, 0, -1)),
    "a vote as text": unreadable(put("result", 0, 0, "1")),
    "a vote as a fraction": unreadable(put("result", 0, 0, 1.0)),
    "a vote as true": unreadable(put("result", 0, 0, True)),
    "a choice left out": unreadable(drop("result", 0, 2)),
    "a choice more": unreadable(repeat("result", 0)),
    "a question more": unreadable(repeat("result")),
    "no question": unreadable(put("result", [])),
    "a member more": unreadable(with_member),
    "members in another order": unreadable(reversed_members),
    "a key twice": unreadable(twice),
    "not canonical": unreadable(spaced),
    "no result in the result": unreadable(drop("result")),
}
SIGN_INS: Table = {
    "a sign-in more": result("C24", put("evote", "sign_ins", 4)),
    "a sign-in less": result("C24", put("evote", "sign_ins", 2)),
    "sign-ins as text": result("C24", put("evote", "sign_ins", "3")),
    "no sign-ins": result("C24", drop("evote", "sign_ins"), "C25"),
    "a member more in our part": result("C24", change("evote", with_member), "C25"),
    "our part of version 0": result("C24", put("evote", "version", 0), "C25"),
    "no binding in the result": result("C24", drop("evote"), "C25"),
}
SEATS: Table = {
    "a seat moved": result("C25", put(*LISTS, 0, "seats", 1)),
    "a seat given to the other list": result("C25", swap("evote", "seats", "lists", 0, 1)),
    "other votes beside the seats": result("C25", put(*LISTS, 0, "votes", 3)),
    "a titular member replaced by the third": result(
        "C25", put(*LISTS, 0, "titulaires", ["Inès Morel", "Lucie Petit"])
    ),
    "titular members in another order": result("C25", swap(*LISTS, 0, "titulaires", 0, 1)),
    "a titular member left out": result("C25", drop(*LISTS, 0, "titulaires", 1)),
    "a substitute left out": result("C25", put(*LISTS, 0, "suppleants", [])),
    "a substitute of the other list": result("C25", put(*LISTS, 0, "suppleants", ["Marc Faure"])),
    "an unfilled seat": result("C25", put(*LISTS, 0, "unfilled", 1)),
    "another label": result("C25", put(*LISTS, 0, "label", "Liste des Tilleul")),
    "a list left out": result("C25", drop(*LISTS, 1)),
    "a list more": result("C25", repeat(*LISTS)),
    "ages where there is no tie": result(
        "C25", put("evote", "seats", "births", {"Liste des Tilleuls": "1980-01-01"})
    ),
    "lots where there is no tie": result(
        "C25", put("evote", "seats", "lots", ["Liste des Tilleuls"])
    ),
    "a member more in the seats": result("C25", change("evote", "seats", with_member)),
    "a key of the seats in another order": result("C25", change(*LISTS, 0, reversed_members)),
}
PLAIN: Table = {
    "a vote moved, in the plain profile": remade(
        "C23", "", {"votes": put(0, [2, 3, 1])}, world=VILLAGE
    ),
    "a vote of the second question moved": remade(
        "C23", "", {"votes": put(1, [1, 0, 3])}, world=VILLAGE
    ),
}
TABLE = VOTES | SHAPES | SIGN_INS | SEATS | PLAIN


@pytest.mark.parametrize("phrase", TABLE)
def test_the_intended_check_alone_notices(phrase: str) -> None:
    assert_noticed(TABLE[phrase])
