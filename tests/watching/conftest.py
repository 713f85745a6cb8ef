# SPDX-License-Identifier: AGPL-3.0-or-later
"""Boards, and watchers that are closed when the test ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.watching.board import TestBoard
from tests.watching.watched import Watched

Watching = Callable[[TestBoard, str], Watched]


@pytest.fixture
def board() -> TestBoard:
    return TestBoard()


@pytest.fixture
def watched(board: TestBoard, watching: Watching) -> Watched:
    """A watcher that has seen this board once, and found nothing."""
    watched = watching(board, "store")
    assert watched.round() == []
    return watched


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Watching]:
    """Start a watcher of a board, with a store of this name."""
    started: list[Watched] = []

    def start(board: TestBoard, name: str) -> Watched:
        started.append(Watched(board, tmp_path / name))
        return started[-1]

    yield start
    for each in started:
        each.close()
