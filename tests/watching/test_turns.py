# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each thing is asked for as each kind of program, in turn, with no more questions a round."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from random import Random

import pytest

from audit.watching.agents import AGENTS, Agent
from audit.watching.site import Answer
from audit.watching.turns import Turns
from tests.watching.attacks import ARCHIVE, replaced
from tests.watching.board import STEP, Shown, TestBoard, answer_of, copied, publication
from tests.watching.conftest import Watching

CHECKPOINTS_A_ROUND = 4


class Asked(TestBoard):
    """It notes as whom it is asked for what."""

    def __init__(self) -> None:
        super().__init__()
        self.agents: dict[str, list[Agent]] = defaultdict(list)

    @contextlib.contextmanager
    def get(
        self, path: str, agent: Agent, start: int = 0, *, patience: int = 0
    ) -> Iterator[Answer]:
        kind = "tile" if "/tile/" in path else path.rpartition("/")[2]
        self.agents[kind].append(agent)
        with super().get(path, agent, start, patience=patience) as answer:
            yield answer


@pytest.mark.parametrize("anew", [False, True])
def test_all_is_asked_for_as_all_within_three_rounds(watching: Watching, *, anew: bool) -> None:
    board = Asked()
    watched = watching(board, "store")
    assert watched.round() == []
    board.agents.clear()
    for _ in AGENTS:
        board.pass_time()
        if anew:
            watched.restart()
        assert watched.round() == []
    for kind in ("checkpoint", "archive", "journal.jsonl", "tile"):
        assert set(board.agents[kind]) == set(AGENTS), kind
    if not anew:  # who starts again reads whose election it is
        assert len(board.agents["archive"]) == len(AGENTS)
    assert len(board.agents["checkpoint"]) == CHECKPOINTS_A_ROUND * len(AGENTS)


def test_a_part_that_comes_each_third_round_is_asked_for_by_all_in_the_end() -> None:
    turns = Turns(lambda: 0)
    asked: set[tuple[int, Agent]] = set()
    for _ in range(3 * 60):
        asked.add((turns.rounds % 60, turns.agents[2]))
        turns.rounds += 1
    assert len(asked) == 3 * 60


@pytest.mark.parametrize("agent", AGENTS)
def test_a_fork_that_is_shown_in_one_agents_checkpoints_alone_is_proved(
    agent: Agent, watching: Watching
) -> None:
    board = TestBoard()
    watched = watching(board, "store")
    for _ in range(3):
        board.cast()
        board.pass_time()
        assert watched.round() == []
    other = copied(board.logs)
    replaced(other, Random("1791"))
    other.chained()
    shown = Shown(other, publication(other, board.now // STEP * STEP))
    board.view = lambda _, path, who: (
        answer_of(shown, path) if who is agent and path.endswith("checkpoint") else None
    )
    kinds = {alarm.kind for _ in range(2) for alarm in watched.round()}
    assert "fork" in kinds


@pytest.mark.parametrize("agent", AGENTS)
def test_an_archive_that_is_rewritten_for_one_agent_alone_is_seen(
    agent: Agent, watching: Watching
) -> None:
    board = TestBoard()
    watched = watching(board, "store")
    for _ in range(3):
        board.cast()
        board.pass_time()
        assert watched.round() == []
    other = copied(board.logs)
    replaced(other, Random("1791"))
    other.chained()
    body = other.archive()
    board.view = lambda _, path, who: body if who is agent and path == ARCHIVE else None
    kinds = []
    for _ in AGENTS:
        board.pass_time()
        kinds += [alarm.kind for alarm in watched.round()]
    assert kinds == ["unlike-checkpoint"]
