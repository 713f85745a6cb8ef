# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of public credentials, also changed behind the election's back: §8.4 (C09, C10)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tamper.damage import (
    NO_CREDENTIALS,
    SCHOOL,
    VILLAGE,
    Damage,
    Table,
    assert_noticed,
    remade,
)
from tests.tamper.forge.curve import GENERATOR, Point
from tests.tamper.forge.texts import Json
from tests.tamper.touches import Touch, change, drop, put, repeat, spaced, swap, twice

STRANGER = (GENERATOR**123).wire


def listed(touch: Touch, fails: str = "C09", not_reached: str = NO_CREDENTIALS) -> Damage:
    """Another list, on which the election is then built."""
    return remade(fails, not_reached, {"credentials": touch})


def behind(touch: Touch, fails: str, not_reached: str = "") -> Damage:
    """Another list under an election that names the first."""
    return remade(fails, not_reached, {"published credentials": touch})


def in_order(credentials: Json) -> Json:
    return sorted(credentials, key=lambda wire: Point.of(wire).raw)


def added(credentials: Json) -> Json:
    return in_order([*credentials, STRANGER])


def abstainer_left_out(credentials: Json) -> Json:
    """Somebody who has neither voted nor is a reserve."""
    gone = (GENERATOR ** SCHOOL.voters[4]).wire
    return [wire for wire in credentials if wire != gone]


def voter_left_out(credentials: Json) -> Json:
    gone = (GENERATOR ** SCHOOL.voters[0]).wire
    return [wire for wire in credentials if wire != gone]


def abstainer_exchanged(credentials: Json) -> Json:
    return in_order([*abstainer_left_out(credentials), STRANGER])


def as_roll(credentials: Json) -> Json:
    """In the order of the roll, which would tell who is who."""
    return credentials[::-1]


LIST: Table = {
    "a credential twice": listed(lambda c: [c[0], *c]),
    "not sorted": listed(as_roll),
    "two exchanged": listed(swap(0, 1)),
    "sorted as text on the wire": listed(sorted),
    "a weight": listed(change(0, lambda c: f"{c},1")),
    "a weight of two": listed(change(0, lambda c: f"{c},2")),
    "a user name": listed(change(0, lambda c: f"{c},,anne")),
    "capitals": listed(change(0, str.upper)),
    "a space": listed(change(0, lambda c: f"{c} ")),
    "a digit less": listed(change(0, lambda c: c[1:])),
    "a number": listed(put(0, 7)),
    "an object instead of the list": listed(lambda c: {"credentials": c}),
    "not canonical": listed(spaced),
}
COUNT: Table = {
    "one more than electors and reserves": remade("C10", "", {"credentials": added}),
    "one less than electors and reserves": remade("C10", "", {"credentials": abstainer_left_out}),
    "a voter left out": remade("C10 C14", "", {"credentials": voter_left_out}),
}
BEHIND: Table = {
    "one added under the same election": behind(added, "C10"),
    "one removed under the same election": behind(abstainer_left_out, "C10"),
    "one exchanged under the same election": behind(abstainer_exchanged, "C10"),
    "a voter removed under the same election": behind(voter_left_out, "C10 C14"),
    "the order changed under the same election": behind(as_roll, "C09 C10", NO_CREDENTIALS),
    "one repeated under the same election": behind(repeat(), "C09 C10", NO_CREDENTIALS),
    "a weight given under the same election": behind(
        change(0, lambda c: f"{c},2"), "C09 C10", NO_CREDENTIALS
    ),
}

# ------------------------------------------------------------------ plain profile


def village(touch: Touch) -> Damage:
    return remade("C09", NO_CREDENTIALS, {"credentials": touch}, world=VILLAGE)


def heavier(world_weight: int) -> Touch:
    return change(1, lambda c: c.partition(",")[0] + f",{world_weight}")


PLAIN: Table = {
    "a weight of zero digits": village(change(1, lambda c: c.partition(",")[0] + ",")),
    "a weight with a leading zero": village(change(1, lambda c: c.partition(",")[0] + ",03")),
    "a negative weight": village(change(1, lambda c: c.partition(",")[0] + ",-3")),
    "a weight over 10^11": village(heavier(10**11 + 1)),
    "weights over 10^11 together": village(heavier(10**11)),
    "a credential twice, with another weight": village(lambda c: [*c, c[0] + ",5"]),
    "four parts": village(change(1, lambda c: c + ",anne,x")),
}
_ = (replace, drop, twice)
TABLE = LIST | COUNT | BEHIND | PLAIN


@pytest.mark.parametrize("phrase", TABLE)
def test_the_intended_check_alone_notices(phrase: str) -> None:
    assert_noticed(TABLE[phrase])
