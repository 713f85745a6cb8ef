# SPDX-License-Identifier: AGPL-3.0-or-later
"""Our bindings stripped, downgraded or left in one place only: §8.3, §14."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tamper.damage import SCHOOL, VILLAGE, Damage, Table, assert_noticed, remade, said
from tests.tamper.forge.remake import Forge
from tests.tamper.forge.world import World
from tests.tamper.touches import Touch, drop, put
from tests.tamper.verifier import verify

EVERYTHING_PLAIN = replace(SCHOOL, preau=False)


def stripped(fails: str, not_reached: str, place: str) -> Damage:
    return remade(fails, not_reached, {place: drop("evote")})


def versioned(version: object) -> Touch:
    return put("evote", "version", version)


def village_with(place: str) -> Damage:
    """A Belenios election with one member of ours in one object."""
    return remade("", "", {place: lambda v: {**v, "evote": {"version": 1}}}, world=VILLAGE)


STRIPPED: Table = {
    "no bindings in the election": stripped("C10", "C11 C17 C25", "election"),
    "no bindings beside the size": stripped("C12", "", "sized"),
    "no bindings in a partial decryption": stripped("C21 C22", "C23", "partial 1"),
    "no bindings in the result": stripped("C24", "C25", "result"),
    "bindings in the election alone": remade(
        "C12 C21 C22 C24",
        "C23 C25",
        {place: drop("evote") for place in ("sized", "partial 1", "partial 2", "result")},
    ),
    "bindings in the result alone": remade(
        "C10 C12 C21 C22",
        "C11 C17 C23 C25",
        {place: drop("evote") for place in ("election", "sized", "partial 1", "partial 2")},
    ),
    "bindings renamed in the election": remade(
        "C06", "C08 C10..C25", {"election": lambda e: renamed(e, "Evote")}
    ),
    "bindings empty": remade("C10", "C11 C17 C25", {"evote": lambda _: {}}),
    "bindings null": remade("C10", "C11 C17 C25", {"election": put("evote", None)}),
}


def renamed(value: dict[str, object], name: str) -> dict[str, object]:
    return {(name if key == "evote" else key): item for key, item in value.items()}


VERSIONS: Table = {
    "version 0 of the election's bindings": remade(
        "C10", "C11 C17 C25", {"evote": put("version", 0)}
    ),
    "the version as text": remade("C10", "C11 C17 C25", {"evote": put("version", "1")}),
    "the version as true": remade("C10", "C11 C17 C25", {"evote": put("version", True)}),
    "no version": remade("C10", "C11 C17 C25", {"evote": drop("version")}),
    "version 2 without what it demands": remade("C10", "C11 C17 C25", {"evote": put("version", 2)}),
    "version 4": remade("", "", {"evote": put("version", 4)}, status=2),
    "version 3": remade("", "", {"evote": put("version", 3)}, status=2),
    "version 2 beside the size": remade("C12", "", {"sized": versioned(2)}),
    "version 2 in a partial decryption": remade("C21 C22", "C23", {"partial 1": versioned(2)}),
    "version 2 in the result": remade("C24", "C25", {"result": versioned(2)}),
}
TABLE = STRIPPED | VERSIONS


@pytest.mark.parametrize("phrase", TABLE)
def test_the_intended_check_alone_notices(phrase: str) -> None:
    assert_noticed(TABLE[phrase])


@pytest.mark.parametrize("world", [EVERYTHING_PLAIN, VILLAGE], ids=["ours, stripped", "theirs"])
def test_an_election_without_any_binding_is_a_belenios_election(world: World) -> None:
    report = verify(Forge(world).archive())
    assert (report.status, report.profile) == (0, "belenios")
    assert "Belenios" in report.first_line
    assert "Préau" in report.first_line


@pytest.mark.parametrize("world", [EVERYTHING_PLAIN, VILLAGE], ids=["ours, stripped", "theirs"])
def test_whoever_requires_our_guarantees_is_not_content_with_it(world: World) -> None:
    report = verify(Forge(world).archive(), require_preau=True)
    assert report.status == 1
    assert "C10" in report.with_outcome("failed")


@pytest.mark.parametrize("place", ["election", "sized", "partial 2", "result"])
def test_one_binding_in_a_belenios_election_asks_for_all(place: str) -> None:
    report = verify(village_with(place).make())
    assert report.status == 1
    assert said(report)[1] != []
