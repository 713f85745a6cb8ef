# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server that promises one parent's event to another: a clash. docs/protocol.md §20.1, §21."""

from __future__ import annotations

from random import Random

from tests.tamper.forge.papers import promise
from tests.tamper.forge.texts import canonical
from tests.watching.attacks import CONVICTS, OBSERVED, Attack, grow, promised, stalled
from tests.watching.board import KEYS, STEP, TestBoard
from tests.watching.watched import Watched


def clash(board: TestBoard, watched: Watched, random: Random) -> None:
    """Two parents vote alike, and both are promised the event of one of them."""
    data = canonical({"ballot": "of the other parent"})
    board.logs.cast(canonical({"ballot": f"{random.random()}"}))
    events = board.logs.events()
    note = promise(events[-1], len(events) - 1, data, KEYS["board"], board.now + 5 * STEP)
    if random.random() < 0.5:  # it is kept before anybody asks
        board.pass_time()
        assert watched.round() == []
    (watched.folder / "promises" / "from a parent.txt").write_bytes(note)
    grow(board, random)
    board.pass_time()


def stale(board: TestBoard, watched: Watched, random: Random) -> None:
    """A state from before the ballot is shown again and again, stamped before its time."""
    promised(board, watched, board.now + 5 * STEP)
    stalled(board, watched, random)
    for _ in range(5):
        assert "promise-overdue" not in [alarm.kind for alarm in watched.round()]
        board.pass_time()


PROMISES: dict[str, Attack] = {
    "one event promised to two": Attack(clash, ("promise-contradicts",), CONVICTS),
    "an old state against a promise": Attack(stale, ("promise-overdue",), OBSERVED),
}
