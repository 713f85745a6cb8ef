# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every damage of the tamper suite that is one of ballots, sent to a server: it takes each ballot
exactly if the verifier takes the record with it. docs/protocol.md §9, §11.1, §13.5, §19.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from evote.casting import Outcome
from tests.agreement.forged_server import VOTERS, ForgedServer, board_of, moved, verifier_takes
from tests.tamper.damage import SCHOOL, Damage, Remaking, ids, said
from tests.tamper.forge.world import Vote
from tests.tamper.tables import DAMAGES
from tests.tamper.touches import put
from tests.tamper.verifier import verify

# What a forge makes ballots of, and nothing else: tests/tamper/forge/vote.py.
OF_BALLOTS = {
    *("signer", "randomness", "alpha", "beta", "statement", "values", "overall values"),
    *("individual", "overall", "blank", "choices", "answer", "unsigned", "signature", "ballot"),
    "ballots",
}


def concerns_ballots(remaking: Remaking | None) -> bool:
    """Whether the small school was made again with other ballots, and all else as it was."""
    if remaking is None or remaking.world != replace(SCHOOL, votes=remaking.world.votes):
        return False
    places = {place.rstrip("0123456789. ") for place in remaking.touch}
    return places <= OF_BALLOTS and (bool(places) or remaking.world.votes != SCHOOL.votes)


TABLE = {phrase: each for phrase, each in DAMAGES.items() if concerns_ballots(each.remaking)}
LAST_OF_BALLOTS = "C17"
# On a server, the journal says which reserves may vote: §19.5.
BY_RESERVES = ("ballots: a ballot by a reserve", "ballots: more ballots than electors, by reserves")


def remaking(damage: Damage) -> Remaking:
    assert damage.remaking is not None
    return damage.remaking


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForgedServer]:
    made = ForgedServer.make(tmp_path_factory.mktemp("forged"))
    yield made
    made.database.close()


@pytest.fixture
def server(template: ForgedServer, tmp_path: Path) -> Iterator[ForgedServer]:
    copied = template.copy(tmp_path / "server")
    yield copied
    copied.database.close()


def entered(server: ForgedServer, elector: int, ballot: bytes) -> bool:
    """What both say of a ballot."""
    record = server.record()
    recorded = server.cast(elector, ballot).outcome is Outcome.RECORDED
    assert recorded == verifier_takes(record, ballot)
    return recorded


def test_the_tables_have_many_such_damages() -> None:
    assert len(TABLE) >= 150
    assert {phrase.partition(":")[0] for phrase in TABLE} == {"ballots", "points", "scalars"}


@pytest.mark.share(3)
@pytest.mark.parametrize("phrase", TABLE)
def test_server_and_verifier_take_the_same_of_these_ballots(
    server: ForgedServer, phrase: str
) -> None:
    forge = moved(remaking(TABLE[phrase]))
    fails = [check for check in ids(TABLE[phrase].fails) if check <= LAST_OF_BALLOTS]
    alone = said(verify(board_of(forge)))[1]
    assert alone == ([] if phrase in BY_RESERVES else fails)  # it is the same damage here
    ballots = [ballot.data for ballot in forge.ballots]
    outcomes = [entered(server, elector, ballot) for elector, ballot in enumerate(ballots)]
    assert not all(outcomes)
    assert server.record().verify().status == 0


# ------------------------------------------------------------------ an α that stands twice: C16

KNOWN, FIRST, SECOND = [11, 22, 33], (0, 1, 0), (0, 0, 1)
Numbers = dict[str, list[int]]
REPEATED: dict[str, tuple[Numbers, Vote, int]] = {
    "every ciphertext of another": ({"randomness 0.0": KNOWN, "randomness 1.0": KNOWN}, FIRST, 1),
    "every α of another, for another list": (
        {"randomness 0.0": KNOWN, "randomness 1.0": KNOWN},
        SECOND,
        1,
    ),
    "one α of another": ({"randomness 0.0": KNOWN, "randomness 1.0": [44, 22, 55]}, FIRST, 1),
    "one α of another, in another choice": (
        {"randomness 0.0": KNOWN, "randomness 1.0": [44, 55, 11]},
        FIRST,
        1,
    ),
    "one α in two of its own choices": ({"randomness 0.0": [11, 22, 22]}, FIRST, 0),
}


@pytest.mark.parametrize("what", REPEATED)
def test_an_alpha_that_stands_twice_is_refused_though_every_proof_is_right(
    server: ForgedServer, what: str
) -> None:
    numbers, second, refused = REPEATED[what]
    world = replace(SCHOOL, votes=((0, (FIRST,)), (1, (second,))))
    touch = {place: put(known) for place, known in numbers.items()}
    forge = moved(Remaking(world, touch, 1, "Ballot"))
    assert said(verify(board_of(forge)))[1] == ["C16"]
    for elector, ballot in enumerate(forge.ballots):
        if elector == refused:
            assert not entered(server, elector, ballot.data)
            assert "(§11.1)" in (server.cast(elector, ballot.data).reason or "")
        else:
            assert entered(server, elector, ballot.data)


# ------------------------------------------------------------------ replaced codes: §19.5

RESERVE, OTHER_RESERVE, THIRD_RESERVE = range(VOTERS, VOTERS + 3)


@dataclass(frozen=True)
class Replaces:
    """The bureau makes a code void, and gives a reserve's letter to the elector."""

    elector: int
    revoked: int
    reserve: int


@dataclass(frozen=True)
class Votes:
    """An elector casts by the code at a place, and it enters or not."""

    elector: int
    code: int
    enters: bool


STORIES: dict[str, tuple[Replaces | Votes, ...]] = {
    "a reserve that no code was replaced by": (Votes(0, RESERVE, enters=False),),
    "a reserve, before and after a code is replaced": (
        Votes(0, RESERVE, enters=False),
        Replaces(0, 0, RESERVE),
        Votes(0, RESERVE, enters=True),
    ),
    "a replaced code": (Replaces(0, 0, RESERVE), Votes(0, 0, enters=False)),
    "a replaced code, sent by another": (Replaces(0, 0, RESERVE), Votes(1, 0, enters=False)),
    "two reserves for one replaced code": (
        Replaces(0, 0, RESERVE),
        Votes(1, OTHER_RESERVE, enters=True),
        Votes(0, RESERVE, enters=False),
    ),
    "a reserve that was replaced in its turn": (
        Replaces(0, 0, RESERVE),
        Replaces(0, RESERVE, OTHER_RESERVE),
        Votes(0, RESERVE, enters=False),
        Votes(0, OTHER_RESERVE, enters=True),
        Votes(1, THIRD_RESERVE, enters=False),
    ),
    "two replaced codes, two reserves": (
        Replaces(0, 0, RESERVE),
        Votes(0, RESERVE, enters=True),
        Votes(1, OTHER_RESERVE, enters=False),
        Replaces(1, 1, OTHER_RESERVE),
        Votes(1, OTHER_RESERVE, enters=True),
    ),
}


@pytest.mark.parametrize("told", STORIES)
def test_server_and_verifier_take_the_same_of_reserves_and_replaced_codes(
    server: ForgedServer, told: str
) -> None:
    story = STORIES[told]
    votes = [step for step in story if isinstance(step, Votes)]
    world = replace(SCHOOL, votes=tuple((vote.code, (FIRST,)) for vote in votes))
    ballots = iter(moved(Remaking(world, {}, 1, "Ballot")).ballots)
    for step in story:
        if isinstance(step, Replaces):
            server.reissue(step.elector, step.revoked, step.reserve)
        else:
            assert entered(server, step.elector, next(ballots).data) is step.enters
    assert server.record().verify().status == 0
