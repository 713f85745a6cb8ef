# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which amendments put a booth in force: docs/protocol.md §19.3."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from audit.watching.agents import Agent
from audit.watching.site import Answer, Away
from tests.watching.attacks_on_journal import tell_signed
from tests.watching.board import BOOTH, REPLACED, TestBoard
from tests.watching.conftest import Watching
from tests.watching.watched import Watched


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


def amended_while_watched(board: TestBoard, watched: Watched, booth: dict[str, bytes]) -> None:
    """The step that announces the new booth comes in the middle of the watcher's round."""

    class Meanwhile:
        done = False

        @contextlib.contextmanager
        def get(
            self, path: str, agent: Agent, start: int = 0, *, patience: int = 60
        ) -> Iterator[Answer]:
            if path in BOOTH and not self.done:
                self.done = True
                tell_signed(board, "booth-replaced")
                board.pass_time()
                board.booth = dict(booth)
            with board.get(path, agent, start) as given:
                yield given

    watched.site = Meanwhile()
    watched.restart()


@pytest.fixture
def before(watching: Watching) -> Watched:
    """A watcher of an election whose next amendment is that of the booth."""
    board = TestBoard(0)
    board.booth = {}
    watched = watching(board, "store")
    tell_signed(board, "hours-changed")
    board.pass_time()
    assert watched.round() == []
    return watched


def test_a_booth_that_is_replaced_within_a_round_is_none_that_changed(before: Watched) -> None:
    board = before.board
    amended_while_watched(board, before, REPLACED)
    board.pass_time()
    assert before.round() == []
    board.pass_time()
    assert before.round() == []
    assert before.troubles == []


def test_a_stolen_booth_is_found_behind_an_amendment(before: Watched) -> None:
    board = before.board
    amended_while_watched(board, before, dict.fromkeys(REPLACED, b"stolen"))
    board.pass_time()
    assert {alarm.kind for alarm in before.round()} == {"booth-changed"}


def test_who_keeps_the_journal_back_hides_no_stolen_booth(before: Watched) -> None:
    board, given = before.board, []

    def view(board: TestBoard, path: str, agent: Agent) -> bytes | None:
        if path in BOOTH:
            given.append(path)
            return b"stolen"
        if given:
            raise Away("non", "no")
        return None

    board.view = view
    board.pass_time()
    assert {alarm.kind for alarm in before.round()} == {"booth-changed"}
