# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is damaged elsewhere is sound to begin with, and the tables hold what they promise."""

from __future__ import annotations

import pytest

from tests.tamper.damage import SCHOOL, VILLAGE, said
from tests.tamper.forge.remake import STAGES, Forge
from tests.tamper.forge.world import World
from tests.tamper.surgery import Archive
from tests.tamper.tables import DAMAGES, RECORDS
from tests.tamper.verifier import verify

WORLDS = {"Préau": SCHOOL, "plain": VILLAGE}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS.keys())
def test_every_state_of_an_honest_election_is_accepted(world: World, stage: str) -> None:
    assert said(verify(Forge(world, until=stage).archive())) == (0, [], [])


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS.keys())
def test_taking_an_archive_apart_and_repairing_it_changes_nothing(world: World) -> None:
    data = Forge(world).archive()
    assert Archive.read(data).repair().write() == data


def test_a_place_that_is_never_reached_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="ballot 7"):
        Forge(SCHOOL, {"ballot 7": lambda b: b}).make()


def test_there_are_enough_kinds_of_damage() -> None:
    repaired = [damage for damage in DAMAGES.values() if damage.repaired]
    assert len(DAMAGES) >= 600
    assert len(repaired) >= 500
    assert len(RECORDS) >= 280
