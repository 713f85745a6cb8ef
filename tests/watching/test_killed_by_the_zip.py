# SPDX-License-Identifier: AGPL-3.0-or-later
"""The zip may be too much for a small machine: what is asked for last ends a watcher, and no more.

It is started again by a timer of any length, and is ended again each time that the zip is due.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from audit.watching import record_reading
from audit.watching.agents import AGENTS
from tests.watching.attacks import HOUR, promised
from tests.watching.attacks_on_steps import refusing
from tests.watching.board import STEP, TestBoard
from tests.watching.conftest import Watching
from tests.watching.test_wholes import RECORD, TIMER, KeptFrom, pass_rounds
from tests.watching.watched import Watched


class Killed(BaseException):
    """The memory of a small machine is at its end."""


@pytest.fixture(autouse=True)
def _killed(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """From the second zip on."""

    def killed(*_: object) -> None:
        raise Killed

    pass_rounds(watched, HOUR - STEP)
    with monkeypatch.context() as patches:
        patches.setattr(record_reading, "unzip", killed)
        yield


def killed_after(watched: Watched, every: int) -> list[str]:
    """The kinds of alarm of one round of a program of its own, which the zip ends."""
    before = len(watched.alarms)
    with pytest.raises(Killed):
        pass_rounds(watched, every, anew=True, every=every)
    return watched.kinds()[before:]


@pytest.mark.parametrize("every", [TIMER, 2 * TIMER, HOUR])
def test_all_else_is_looked_at_before(every: int, board: TestBoard, watched: Watched) -> None:
    """Booth, promises and clock, whatever the timer."""
    board.booth["/booth/app.js"] = b"another"
    assert killed_after(watched, every) == ["booth-changed"]
    promised(board, watched, board.now + STEP - 1)
    assert killed_after(watched, every) == ["promise-broken"]
    board.stopped = True
    found = [kind for _ in range(2 * HOUR // TIMER) for kind in killed_after(watched, every)]
    assert found == ["stalled"]


def test_what_was_found_before_is_said(board: TestBoard, watched: Watched) -> None:
    """An hour of asking in vain is over in a round of which this is the end."""
    board.view = refusing
    found = [kind for _ in range(HOUR // TIMER + 2) for kind in killed_after(watched, TIMER)]
    assert found == ["withheld"]


def test_rounds_are_counted_all_the_same(watched: Watched) -> None:
    """What takes turns by their number does."""
    before = watched.watcher.hours.turns.rounds
    for _ in range(3):
        killed_after(watched, TIMER)
    watched.restart()
    assert watched.watcher.hours.turns.rounds == before + 3


def test_it_is_asked_for_every_ten_minutes_as_each_in_turn(
    board: TestBoard, watched: Watched, watching: Watching
) -> None:
    """Not in each round, and not by one kind of program alone, which could be lied to."""
    given = KeptFrom(lambda *_: False)
    given.path = RECORD
    asked = watching(given, "other")
    with pytest.raises(Killed):
        asked.round()
    for _ in range(len(AGENTS) - 1):
        assert pass_rounds(asked, TIMER - STEP, anew=True) == []
        killed_after(asked, STEP)
    assert set(given.at_one_go) == set(AGENTS)
    assert len(given.at_one_go) == len(AGENTS)
