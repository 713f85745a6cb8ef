# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which amendments put a booth in force: docs/protocol.md §19.3."""

from __future__ import annotations

from tests.watching.attacks_on_journal import tell_signed
from tests.watching.board import REPLACED, TestBoard
from tests.watching.conftest import Watching


def test_an_amendment_that_is_not_the_next_puts_no_booth_in_force(watching: Watching) -> None:
    """Its signatures are as good as they were; its number is not the next."""
    board = TestBoard(0)
    board.booth = {}
    watched = watching(board, "store")
    assert watched.round() == []
    tell_signed(board, "booth-replaced")  # the second amendment of the whole election
    board.booth = dict(REPLACED)
    board.pass_time()
    assert {alarm.kind for alarm in watched.round()} == {"out-of-order", "booth-changed"}


def test_the_next_amendment_does(watching: Watching) -> None:
    board = TestBoard(0)
    board.booth = {}
    watched = watching(board, "store")
    for kind in ("hours-changed", "booth-replaced"):
        tell_signed(board, kind)
        board.pass_time()
        assert watched.round() == []
    board.booth = dict(REPLACED)
    board.pass_time()
    assert watched.round() == []
