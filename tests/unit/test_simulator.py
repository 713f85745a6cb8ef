# SPDX-License-Identifier: AGPL-3.0-or-later
"""The simulator's elections hold, in every state and both profiles."""

from __future__ import annotations

import io

import pytest

from protocol.board import read_board
from protocol.board_checks import verify_board
from protocol.events import BoardState, EventKind
from protocol.result import Result
from tally.count import verify_seats
from tests.simulator import SimulatedElection

STATES = {
    EventKind.SETUP: BoardState.SET_UP,
    EventKind.BALLOT: BoardState.OPEN,
    EventKind.END_BALLOTS: BoardState.CLOSED,
    EventKind.ENCRYPTED_TALLY: BoardState.CLOSED,
    EventKind.PARTIAL_DECRYPTION: BoardState.CLOSED,
    EventKind.RESULT: BoardState.TALLIED,
}


@pytest.mark.parametrize("preau", [True, False], ids=["preau", "plain"])
@pytest.mark.parametrize("until", EventKind, ids=lambda kind: kind.value)
def test_every_state_is_valid(until: EventKind, preau: bool) -> None:  # noqa: FBT001
    election = SimulatedElection(preau=preau)
    board = read_board(io.BytesIO(election.archive(until)))
    verify_board(board)
    assert board.state is STATES[until]
    assert board.is_preau is preau
    assert board.head == election.head(until)


@pytest.mark.parametrize("decrypting", [(1, 2, 3), (5, 3, 1), (2, 3, 4, 5), (1, 2, 3, 4, 5)])
def test_any_three_of_five_give_the_votes_that_were_cast(decrypting: tuple[int, ...]) -> None:
    election = SimulatedElection(
        votes=(2, 2, 0, None, 2), size=5, threshold=3, decrypting=decrypting
    )
    result = Result.decode(election.result, election.election.questions)
    assert result.votes == ((1, 1, 0, 3),)
    verify_seats(election.bindings, result)


def test_an_empty_box_is_counted() -> None:
    election = SimulatedElection(votes=())
    verify_board(read_board(io.BytesIO(election.archive())))
    assert Result.decode(election.result, election.election.questions).votes == ((0, 0, 0, 0),)


def test_the_same_arguments_give_the_same_bytes_and_a_seed_gives_others() -> None:
    assert SimulatedElection().archive() == SimulatedElection().archive()
    assert SimulatedElection(seed="x").election.fingerprint != (
        SimulatedElection().election.fingerprint
    )
