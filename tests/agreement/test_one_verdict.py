# SPDX-License-Identifier: AGPL-3.0-or-later
"""protocol/ and audit/ accept the same archives and refuse the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from protocol.events import EventKind
from tests.agreement.verdicts import (
    ACCEPTED,
    REFUSED,
    UNSUPPORTED,
    makers_verdict,
    verifiers_verdict,
)
from tests.simulator import SimulatedElection
from tests.tamper.damage import SCHOOL, VILLAGE
from tests.tamper.forge.remake import STAGES, Forge
from tests.tamper.forge.texts import Dice
from tests.tamper.forge.world import Question, World, make_trustees
from tests.tamper.tables import DAMAGES

ARCHIVES = Path(__file__).parent.parent / "vectors" / "peer"
LARGE = "six-lists-300"  # two seconds for each reading; `multi` and `server` say as much
PEERS = sorted(path for path in ARCHIVES.rglob("*.bel") if LARGE not in path.parts)

# Archives that the verifier cannot even read: it says so (exit 2), whoever makes refuses.
UNREADABLE = {key for key, damage in DAMAGES.items() if damage.status == 2 and not damage.repaired}


def both(data: bytes) -> tuple[str, str]:
    return makers_verdict(data), verifiers_verdict(data)


@pytest.mark.parametrize("path", PEERS, ids=[str(path.relative_to(ARCHIVES)) for path in PEERS])
def test_the_peers_archives_are_accepted_by_both(path: Path) -> None:
    assert both(path.read_bytes()) == (ACCEPTED, ACCEPTED)


def nobody_votes() -> World:
    return replace(SCHOOL, votes=())


def one_list_takes_all() -> World:
    return replace(SCHOOL, votes=tuple((i, ((0, 1, 0),)) for i in range(5)))


def three_of_four() -> World:
    dice = Dice("four")
    return replace(SCHOOL, trustees=make_trustees(dice, 4, 3), threshold=3, decrypting=(1, 3, 4))


def single_trustees() -> World:
    return replace(VILLAGE, trustees=(), singles=(5, 6), decrypting=(2, 1))


def nothing_weighs() -> World:
    return replace(VILLAGE, weights=(0, 0, 0, 0))


def exactly_two() -> World:
    question = Question(("x", "y", "z"), blank=True, minimum=2, maximum=2, text="Deux ?")
    votes = ((0, ((0, 1, 1, 0),)), (1, ((1, 0, 0, 0),)))
    return replace(VILLAGE, questions=(question,), votes=votes)


WORLDS = {
    "a school": SCHOOL,
    "a village": VILLAGE,
    "nobody votes": nobody_votes(),
    "one list takes all": one_list_takes_all(),
    "three of four trustees": three_of_four(),
    "all trustees": replace(SCHOOL, decrypting=(3, 1, 2)),
    "the last two trustees": replace(SCHOOL, decrypting=(3, 2)),
    "mandatory trustees alone": single_trustees(),
    "weights of zero": nothing_weighs(),
    "exactly two of three, or blank": exactly_two(),
    "a long uuid": replace(VILLAGE, uuid="ViLLage" * 17),
}


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS.keys())
def test_forged_but_honest_elections_are_accepted_by_both(world: World) -> None:
    for stage in STAGES:
        assert both(Forge(world, until=stage).archive()) == (ACCEPTED, ACCEPTED), stage


@pytest.mark.parametrize("until", list(EventKind), ids=lambda kind: kind.value)
def test_simulated_elections_are_accepted_by_both(until: EventKind) -> None:
    election = SimulatedElection(votes=(0, 1, None, 0, 0), electors=9, lists=3)
    assert both(election.archive(until=until)) == (ACCEPTED, ACCEPTED)


def test_a_text_of_too_many_values_is_refused_by_both() -> None:
    # A member that a plain election may have; the rest of the object has far fewer values.
    for number, verdict in ((2**20, ACCEPTED), (2**21, REFUSED)):
        touch = {"election": lambda value, text="," * number: {**value, "unknown": text}}
        assert both(Forge(VILLAGE, touch).archive()) == (verdict, verdict)


@pytest.mark.share(3)
@pytest.mark.parametrize("phrase", DAMAGES)
def test_damaged_archives_are_refused_by_both(phrase: str) -> None:
    damage = DAMAGES[phrase]
    makers, verifiers = both(damage.make())
    if phrase in UNREADABLE:
        assert ACCEPTED not in (makers, verifiers)
    elif damage.status == 2:
        assert (makers, verifiers) == (UNSUPPORTED, UNSUPPORTED)
    else:
        assert (makers, verifiers) == (REFUSED, REFUSED)
