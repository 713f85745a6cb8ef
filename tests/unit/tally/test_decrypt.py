# SPDX-License-Identifier: AGPL-3.0-or-later
"""A trustee's key serves one count of one election: docs/protocol.md §7.14, §11.3.

Each guard is tried with the others out of its way; tests/e2e tries them together.
"""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from protocol.board import Board, read_board
from protocol.decryption import verify_partial_decryption
from protocol.events import EventKind
from protocol.group import ONE
from protocol.secret import Secret
from tally.boards import own_number
from tally.decrypt import decrypt_count, require_decryptable
from tally.errors import Refusal
from tally.memory import SeenBoard, Step, TrusteeMemory
from tests.ceremonies import hold_ceremony
from tests.simulator import UUID, SimulatedElection

ELECTION = SimulatedElection()


def board_of(
    election: SimulatedElection = ELECTION, until: EventKind = EventKind.ENCRYPTED_TALLY
) -> Board:
    return read_board(io.BytesIO(election.archive(until)))


def memory_of(number: int = 1, /, **changes: object) -> TrusteeMemory:
    sealed = replace(
        ELECTION.ceremony.memories[number - 1],
        step=Step.SEALED,
        fingerprint=ELECTION.election.fingerprint,
    )
    return replace(sealed, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("index", [1, 2, 3])
def test_a_valid_part_is_made_and_remembered(index: int) -> None:
    board = board_of()
    memory = memory_of(index)
    assert require_decryptable(memory, board) == index
    after, partial = decrypt_count(memory, board, index)
    key = ELECTION.trustees.verification_key(index)
    verify_partial_decryption(key, ELECTION.context, index, partial)
    assert after.tally_event == ELECTION.context.tally_event
    assert after.seen == SeenBoard(board.head.height, board.head.hash)
    require_decryptable(after, board)


def test_another_election_of_the_same_keys_and_uuid() -> None:
    with pytest.raises(Refusal, match="pas celle que vous avez vérifiée"):
        require_decryptable(memory_of(), board_of(SimulatedElection(seats=3)))


def test_another_count_of_the_same_election() -> None:
    memory = memory_of(tally_event="0" * 64)
    with pytest.raises(Refusal, match="déjà servi pour un autre total"):
        require_decryptable(memory, board_of())


def test_a_key_that_is_not_at_its_number() -> None:
    other = hold_ceremony(UUID, seed="other").memories[0]
    for changes in (
        {"decryption_key": Secret(ONE)},
        {"seed": other.seed},
        {"index": 2},
        {"index": 9},
    ):
        with pytest.raises(Refusal, match="pas au numéro"):
            require_decryptable(memory_of(**changes), board_of())


def test_a_key_that_does_not_exist_yet() -> None:
    with pytest.raises(Refusal, match="n'existe pas encore"):
        own_number(memory_of(decryption_key=None), board_of())


def test_our_part_is_there_already_is_said_of_a_verified_board_only() -> None:
    board = board_of(until=EventKind.PARTIAL_DECRYPTION)
    assert require_decryptable(memory_of(), board) == 1
    with pytest.raises(Refusal, match="déjà dans l'archive"):
        decrypt_count(memory_of(), board, 1)


@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        (SeenBoard(99, "0" * 64), "plus courte"),
        (SeenBoard(2, "0" * 64), "a changé"),
    ],
)
def test_a_board_that_this_key_knows_otherwise(seen: SeenBoard, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        require_decryptable(memory_of(seen=seen), board_of())
