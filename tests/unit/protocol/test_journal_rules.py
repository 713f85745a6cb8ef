# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole journal beside its board, docs/protocol.md §18.4, §19.2 to §19.5."""

from __future__ import annotations

import io

import pytest

from protocol.board import Board, read_board
from protocol.board_checks import verify_board
from protocol.events import EventKind
from protocol.journal import decode_journal
from protocol.journal_rules import verify_checkpoints, verify_journal
from protocol.journal_state import Phase
from tests.simulator import SimulatedElection

OURS = SimulatedElection(server=True)

MOMENTS = {
    EventKind.SETUP: Phase.SEALED,
    EventKind.BALLOT: Phase.OPEN,
    EventKind.ENCRYPTED_TALLY: Phase.CLOSED,
    EventKind.PARTIAL_DECRYPTION: Phase.CLOSING_SIGNED,
    EventKind.RESULT: Phase.TALLIED,
}


def board_of(files: dict[str, bytes]) -> Board:
    (archive,) = (data for name, data in files.items() if name.endswith(".bel"))
    return read_board(io.BytesIO(archive))


@pytest.mark.parametrize(("until", "phase"), MOMENTS.items(), ids=lambda each: each.name)
def test_a_record_holds_at_every_moment(until: EventKind, phase: Phase) -> None:
    files = OURS.record(until)
    board = board_of(files)
    verify_board(board)
    state = verify_journal(board, decode_journal(files["journal.jsonl"]))
    assert state.phase is phase
    verify_checkpoints(
        board, state.position, files["board.checkpoint"], files["journal.checkpoint"]
    )
