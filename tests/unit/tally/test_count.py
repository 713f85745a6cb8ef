# SPDX-License-Identifier: AGPL-3.0-or-later
"""From votes to seats and names, and back: docs/protocol.md §11.7, §12."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import pytest

from protocol.board import read_board
from protocol.encoding import decode_json, encode_json
from protocol.errors import ProofError
from protocol.result import Result
from tally.boards import verify_whole_board
from tally.count import TieBreak, share_seats, verify_seats
from tally.errors import Refusal
from tests.simulator import LABELS, SimulatedElection

ELECTION = SimulatedElection()
RESULT = Result.decode(ELECTION.result, ELECTION.election.questions)
BINDING = ELECTION.bindings
TIED = ((0, 2, 1, 1),)
BORN = {LABELS[1]: date(1980, 1, 1), LABELS[2]: date(1979, 1, 1)}


def test_seats_follow_from_votes() -> None:
    verify_seats(BINDING, RESULT)
    assert RESULT.evote is not None
    assert [each.seats for each in RESULT.evote.seats.lists] == [1, 1, 0]


def test_the_oldest_takes_a_tied_seat_and_it_can_be_verified() -> None:
    assert RESULT.evote is not None
    seats = share_seats(BINDING, TIED, TieBreak(BORN))
    assert [each.seats for each in seats.lists] == [1, 0, 1]
    assert seats.births == ((LABELS[1], "1980-01-01"), (LABELS[2], "1979-01-01"))
    tied = Result(TIED, replace(RESULT.evote, seats=seats))
    verify_seats(BINDING, tied)
    swapped = replace(seats, births=((LABELS[1], "1979-01-01"), (LABELS[2], "1980-01-01")))
    with pytest.raises(ProofError):
        verify_seats(BINDING, Result(TIED, replace(RESULT.evote, seats=swapped)))


def test_births_in_another_order_are_noticed() -> None:
    assert RESULT.evote is not None
    seats = share_seats(BINDING, TIED, TieBreak(BORN))
    assert seats.births is not None
    turned = replace(seats, births=tuple(reversed(seats.births)))
    with pytest.raises(ProofError):
        verify_seats(BINDING, Result(TIED, replace(RESULT.evote, seats=turned)))


@dataclass(frozen=True)
class WrongSeats(SimulatedElection):
    """An election whose organiser gave a seat to another list."""

    @cached_property
    def result(self) -> bytes:
        tree: Any = decode_json(super().result)
        lists = tree["evote"]["seats"]["lists"]
        lists[1], lists[2] = (
            {**lists[2], "label": lists[1]["label"], "votes": lists[1]["votes"]},
            {**lists[1], "label": lists[2]["label"], "votes": lists[2]["votes"]},
        )
        return encode_json(tree)


@pytest.mark.parametrize("kind", [SimulatedElection, WrongSeats])
def test_a_whole_board_is_verified_with_its_seats(kind: type[SimulatedElection]) -> None:
    board = read_board(io.BytesIO(kind().archive()))
    if kind is SimulatedElection:
        verify_whole_board(board)
        return
    with pytest.raises(Refusal, match="les sièges ne suivent pas du résultat"):
        verify_whole_board(board)


def test_lots_decide_equal_ages() -> None:
    same = dict.fromkeys(BORN, date(1980, 1, 1))
    seats = share_seats(BINDING, TIED, TieBreak(same, (LABELS[2], LABELS[1])))
    assert [each.seats for each in seats.lists] == [1, 0, 1]
    assert seats.lots == (LABELS[2], LABELS[1])


@pytest.mark.parametrize(
    ("tie_break", "sentence"),
    [
        (TieBreak(), "plus âgé"),
        (TieBreak({LABELS[1]: date(1980, 1, 1)}), "plus âgé"),
        (TieBreak(dict.fromkeys(BORN, date(1980, 1, 1))), "tirer au sort"),
        (TieBreak({"Nobody": date(1980, 1, 1)}), "aucune liste"),
        (TieBreak({}, ("Nobody",)), "aucune liste"),
    ],
    ids=["nothing", "one date", "equal dates", "a birth of no list", "a lot of no list"],
)
def test_a_tie_that_nothing_settles(tie_break: TieBreak, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        share_seats(BINDING, TIED, tie_break)


@pytest.mark.parametrize("member", ["seats", "votes", "unfilled", "titulaires", "suppleants"])
def test_any_change_of_the_seats_is_noticed(member: str) -> None:
    assert RESULT.evote is not None
    seats = RESULT.evote.seats
    old = getattr(seats.lists[0], member)
    change: Any = old + 1 if isinstance(old, int) else (*old, "Intrus")
    changed = replace(seats.lists[0], **{member: change})
    wrong = replace(seats, lists=(changed, *seats.lists[1:]))
    with pytest.raises(ProofError):
        verify_seats(BINDING, Result(RESULT.votes, replace(RESULT.evote, seats=wrong)))


def test_a_birth_that_decided_nothing_is_noticed() -> None:
    assert RESULT.evote is not None
    seats = replace(RESULT.evote.seats, births=((LABELS[0], "1980-01-01"),))
    with pytest.raises(ProofError):
        verify_seats(BINDING, Result(RESULT.votes, replace(RESULT.evote, seats=seats)))
    with pytest.raises(ProofError):
        verify_seats(BINDING, Result(RESULT.votes))
