# SPDX-License-Identifier: AGPL-3.0-or-later
"""What §8.3 demands of an election's texts, times and committee, found by C10 and by no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audit.checks.c10_bindings import permitted
from tests.tamper.damage import SCHOOL
from tests.tamper.forge.remake import Forge, Touch
from tests.tamper.forge.texts import Dice
from tests.tamper.forge.world import World, make_trustees
from tests.tamper.touches import put
from tests.tamper.verifier import Report, verify

YEAR_10000 = 253402300800
NAME = ("evote", "ceremony", "members", 1, "name")


def verdict(touch: Touch | None = None, world: World = SCHOOL) -> Report:
    """The verdict on a set-up whose election object was changed by its own maker."""
    touches = {"election": touch} if touch else {}
    return verify(Forge(world, touches, until="Setup").archive())


ACCEPTED = {
    "no description": put("description", ""),
    "a long description": put("description", "Une phrase. " * 166 + "Fin"),
    "the last second": put("evote", "closes_at", YEAR_10000 - 1),
}
REFUSED = {
    "a line break in the name": put("name", "École\nSièges : 9"),
    "an escape in the name": put("name", "École\x1b[8m"),
    "no name": put("name", ""),
    "a Cyrillic letter in the name": put("name", "Éc\u043ele"),
    "a name of 201 characters": put("name", "L" * 201),
    "a line break in the question": put("questions", 0, "question", "Quelle\nliste ?"),
    "no question": put("questions", 0, "question", ""),
    "a line break in the description": put("description", "Une phrase.\nUne autre."),
    "a space as description": put("description", " "),
    "a description of 2,001 characters": put("description", "L" * 2001),
    "a closing in the year 10000": put("evote", "closes_at", YEAR_10000),
    "two members of one name": put(*NAME, "Anne Lefèvre"),
    "two members whose names look alike": put(*NAME, "ANNE LEFÈVRE"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_permitted_passes(name: str) -> None:
    assert verdict(ACCEPTED[name]).outcomes["C10"] == "passed"


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_permitted_is_a_fault_of_c10(name: str) -> None:
    report = verdict(REFUSED[name])
    assert report.status == 1
    # Whoever changes a name after the ceremony has also changed what was signed.
    assert set(report.with_outcome("failed")) - {"C11"} == {"C10"}


def test_no_two_groups_of_trustees_can_open_different_counts() -> None:
    for size, threshold, good in ((3, 2, True), (4, 2, False), (4, 3, True)):
        trustees = make_trustees(Dice("size"), size, threshold)
        world = replace(SCHOOL, trustees=trustees, threshold=threshold)
        failed = verdict(world=world).with_outcome("failed")
        assert failed == ([] if good else ["C10"]), (size, threshold)


@pytest.mark.parametrize(
    ("size", "threshold", "good"),
    [
        (2, 2, False),
        (3, 1, False),
        (3, 3, True),
        (5, 3, True),
        (6, 3, False),
        (6, 4, True),
        (100, 50, False),
        (100, 51, True),
        (100, 100, True),
        (101, 51, False),
    ],
)
def test_the_size_of_a_committee(size: int, threshold: int, *, good: bool) -> None:
    assert permitted(size, threshold) is good


def test_a_count_is_verified_as_before() -> None:
    assert verify(Forge(SCHOOL).archive()).status == 0
