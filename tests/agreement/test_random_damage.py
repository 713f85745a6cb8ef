# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever is changed at random, the two readings say the same. `make soak` looks longer."""

from __future__ import annotations

from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.agreement.mutations import mutate, mutate_archive
from tests.agreement.verdicts import makers_verdict, verifiers_verdict
from tests.tamper.damage import SCHOOL, VILLAGE
from tests.tamper.forge.remake import Forge
from tests.tamper.forge.texts import Json
from tests.tamper.forge.world import World

WORLDS = st.sampled_from((SCHOOL, VILLAGE))
SEEDS = st.integers(0, 2**32)
PLACES = (
    "election", "trustees", "credentials", "setup data", "certs", "coefexps", "verification keys",
    "threshold parameters", "certificate 2", "unsigned 0", "ballot 1", "answer 0.0", "choices 1.0",
    "tally", "sized", "partial 1", "partial 2", "owned 2", "votes", "result", "event 0", "event 2",
    "event 5",
)  # fmt: skip
OUR_PLACES = ("evote", "ceremony", "setup signatures", "result evote")


@given(world=WORLDS, seed=SEEDS)
def test_changed_by_whoever_keeps_the_file(world: World, seed: int) -> None:
    data = mutate_archive(Forge(world).make(), Random(seed))
    assert makers_verdict(data) == verifiers_verdict(data)


@given(world=WORLDS, seed=SEEDS)
def test_made_again_by_whoever_holds_the_secrets(world: World, seed: int) -> None:
    random = Random(seed)
    place = random.choice(PLACES + OUR_PLACES if world.preau else PLACES)
    data = made_again(world, place, random)
    assume(data is not None)
    assert data is not None
    assert makers_verdict(data) == verifiers_verdict(data), place


def made_again(world: World, place: str, random: Random) -> bytes | None:
    """The election built on a random change; None where nothing can be built on it."""

    def touch(value: Json) -> Json:
        return mutate(value, random)

    try:
        return Forge(world, {place: touch}).archive()
    except (ArithmeticError, LookupError, TypeError, ValueError, RuntimeError, AttributeError):
        return None
