# SPDX-License-Identifier: AGPL-3.0-or-later
"""Seats that ages or lots decide: what the record must show of them, exactly. §12.2 (C25)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tamper.damage import SCHOOL, Damage, Table, assert_noticed, remade, said
from tests.tamper.forge.remake import Forge
from tests.tamper.forge.seats import encode_list
from tests.tamper.forge.texts import Json
from tests.tamper.forge.world import Question, World
from tests.tamper.touches import Touch, drop, put
from tests.tamper.verifier import verify

# Three lists of two candidates, one vote each, two seats: two of three take one.
LISTS = (("Une", ("A", "B")), ("Deux", ("C", "D")), ("Trois", ("E", "F")))
CHOICES = ((0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1))
TIE = replace(
    SCHOOL,
    questions=(Question(("Une", "Deux", "Trois")),),
    lists=LISTS,
    votes=tuple((i, (choice,)) for i, choice in enumerate(CHOICES)),
)
BIRTHS = {"Une": "1980-05-01", "Deux": "1975-05-01", "Trois": "1990-05-01"}
EVEN = {"Une": "1980-05-01", "Deux": "1980-05-01", "Trois": "1980-05-01"}
ONE_ELDER = {"Une": "1980-05-01", "Deux": "1975-05-01", "Trois": "1980-05-01"}


def decided(
    winners: tuple[int, ...],
    births: Json = None,
    lots: Json = None,
    votes: tuple[int, ...] = (1, 1, 1),
) -> Touch:
    """The seats as they are when these lists win."""
    rows = [
        encode_list(label, names, votes[j], int(j in winners))
        for j, (label, names) in enumerate(LISTS)
    ]
    seats = {"lists": rows}
    if births is not None:
        seats["births"] = births
    if lots is not None:
        seats["lots"] = lots
    return put("seats", seats)


def tied(touch: Touch, world: World = TIE) -> Damage:
    return remade("C25", "", {"result evote": touch}, world=world)


HONEST = {
    "ages decide": decided((0, 1), BIRTHS),
    "all of one age, lots decide": decided((0, 2), EVEN, ["Trois", "Une", "Deux"]),
    "one elder, lots for the other seat": decided((1, 2), ONE_ELDER, ["Trois", "Une"]),
}
SHUFFLED = dict(sorted(BIRTHS.items()))

TABLE: Table = {
    "the youngest wins": tied(decided((0, 2), BIRTHS)),
    "three win two seats": tied(decided((0, 1, 2), BIRTHS)),
    "one wins, and a seat is lost": tied(decided((1,), BIRTHS)),
    "no births": tied(decided((0, 1))),
    "births of two of three": tied(decided((0, 1), {"Une": "1980-05-01", "Deux": "1975-05-01"})),
    "births in another order": tied(decided((0, 1), SHUFFLED)),
    "births of a list that is not there": tied(decided((0, 1), {**BIRTHS, "Quatre": "1970-01-01"})),
    "births that are no dates": tied(decided((0, 1), {**BIRTHS, "Trois": "1990-02-30"})),
    "births in another writing": tied(decided((0, 1), {**BIRTHS, "Trois": "19900501"})),
    "births as numbers": tied(decided((0, 1), {**BIRTHS, "Trois": 19900501})),
    "lots where ages decide": tied(decided((0, 1), BIRTHS, ["Une", "Deux", "Trois"])),
    "no lots where ages are equal": tied(decided((0, 2), EVEN)),
    "lots that make others win": tied(decided((0, 1), EVEN, ["Trois", "Une", "Deux"])),
    "lots of two of three": tied(decided((0, 2), EVEN, ["Trois", "Une"])),
    "lots drawn twice for one list": tied(decided((0, 2), EVEN, ["Trois", "Une", "Une"])),
    "lots for the elder too": tied(decided((1, 2), ONE_ELDER, ["Deux", "Trois", "Une"])),
    "the elder left out": tied(decided((0, 2), ONE_ELDER, ["Trois", "Une"])),
    "lots before births": tied(
        lambda value: put(
            "seats",
            {
                "lists": value["seats"]["lists"],
                "lots": ["Trois", "Une", "Deux"],
                "births": EVEN,
            },
        )(decided((0, 2), EVEN, ["Trois", "Une", "Deux"])(value))
    ),
    "no lists": tied(lambda value: drop("seats", "lists")(decided((0, 1), BIRTHS)(value))),
}


@pytest.mark.parametrize("phrase", HONEST)
def test_what_ages_and_lots_decide_is_accepted(phrase: str) -> None:
    report = verify(Forge(TIE, {"result evote": HONEST[phrase]}).archive())
    assert said(report) == (0, [], []), report.text


@pytest.mark.parametrize("phrase", TABLE)
def test_the_intended_check_alone_notices(phrase: str) -> None:
    assert_noticed(TABLE[phrase])
