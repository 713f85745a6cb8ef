# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which amendments put a booth in force: docs/protocol.md §19.3."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from audit.watching.agents import AGENTS, Agent
from audit.watching.site import Answer, Away
from tests.watching.attacks_on_journal import tell_signed
from tests.watching.board import BOOTH, REPLACED, STEP, Logs, TestBoard, after
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


class Meanwhile:
    """The step that announces the new booth comes in the middle of the watcher's round.

    Args:
        board: that steps.
        booth: that is served from then on.
        failing: the ends of the paths that are not given from then on.
    """

    def __init__(self, board: TestBoard, booth: dict[str, bytes], *failing: str) -> None:
        self.board, self.booth, self.failing = board, booth, failing
        self.done = False

    @contextlib.contextmanager
    def get(
        self, path: str, agent: Agent, start: int = 0, *, patience: int = 60
    ) -> Iterator[Answer]:
        if path in BOOTH and not self.done:
            self.done = True
            tell_signed(self.board, "booth-replaced")
            self.board.pass_time()
            self.board.booth = dict(self.booth)
        if self.done and path.endswith(self.failing):
            raise Away("non", "no")
        with self.board.get(path, agent, start) as given:
            yield given


def amended_while_watched(watched: Watched, booth: dict[str, bytes], *failing: str) -> Meanwhile:
    site = Meanwhile(watched.board, booth, *failing)
    watched.site = site
    watched.restart()
    return site


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
    amended_while_watched(before, REPLACED)
    board.pass_time()
    assert before.round() == []
    board.pass_time()
    assert before.round() == []
    assert before.troubles == []


def test_a_stolen_booth_is_found_behind_an_amendment(before: Watched) -> None:
    board = before.board
    amended_while_watched(before, dict.fromkeys(REPLACED, b"stolen"))
    board.pass_time()
    assert {alarm.kind for alarm in before.round()} == {"booth-changed"}


FAILING = [("checkpoint",), ("journal.jsonl",)]


@pytest.mark.parametrize("failing", FAILING)
def test_a_replaced_booth_is_no_changed_one_where_the_second_look_fails(
    failing: tuple[str, ...], before: Watched
) -> None:
    board = before.board
    site = amended_while_watched(before, REPLACED, *failing)
    board.pass_time()
    assert before.round() == []
    assert before.troubles
    assert before.round() == []  # as long as it fails
    site.failing = ()
    for _ in range(2):
        board.pass_time()
        assert before.round() == []
        assert before.troubles == []


@pytest.mark.parametrize("failing", FAILING)
def test_a_stolen_booth_is_found_once_the_journal_is_given(
    failing: tuple[str, ...], before: Watched
) -> None:
    board = before.board
    site = amended_while_watched(before, dict.fromkeys(REPLACED, b"stolen"), *failing)
    board.pass_time()
    assert before.round() == []
    site.failing = ()
    board.booth = dict(REPLACED)  # and given back: what was given was stolen
    board.pass_time()
    assert {alarm.kind for alarm in before.round()} == {"booth-changed"}
    assert before.alarms[-1].evidence is not None


def keeping_the_second_look_back(board: TestBoard) -> list[str]:
    """A stolen booth, after which nothing more is given, until the list is cleared."""
    given: list[str] = []

    def view(board: TestBoard, path: str, agent: Agent) -> bytes | None:
        if path in BOOTH:
            given.append(path)
            return b"stolen"
        if given:
            raise Away("non", "no")
        return None

    board.booth = dict(BOOTH)
    board.view = view
    return given


def test_who_keeps_each_second_look_back_hides_no_stolen_booth(
    board: TestBoard, watched: Watched
) -> None:
    given = keeping_the_second_look_back(board)
    board.pass_time()
    assert watched.round() == []
    given.clear()
    board.pass_time()
    assert {alarm.kind for alarm in watched.round()} == {"booth-changed"}


def test_it_hides_none_from_a_watch_that_is_started_each_time(
    board: TestBoard, watched: Watched
) -> None:
    """What cannot be compared is not given: after an hour that is said."""
    given = keeping_the_second_look_back(board)
    for _ in range(3800 // STEP):
        board.pass_time()
        given.clear()
        watched.restart()
        watched.round()
    assert set(watched.kinds()) == {"withheld"}


def test_what_an_amendment_took_out_of_the_booth_is_not_asked_for_any_more(
    board: TestBoard, watched: Watched
) -> None:
    gone = next(path for path in BOOTH if path not in REPLACED)
    board.booth.pop(gone)
    board.pass_time()
    assert watched.round() == []
    withholding = watched.watcher.withholding
    assert [gone in thing.what.fr for thing in withholding.unseen] == [True] * len(AGENTS)
    assert len(watched.watcher.hours.lacking("booth")) == len(AGENTS)
    board.logs = Logs.at(after("booth-replaced"))
    board.pass_time()
    assert watched.round() == []
    assert withholding.unseen == ()
    assert watched.watcher.hours.lacking("booth") == []
