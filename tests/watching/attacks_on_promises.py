# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server that promises one parent's event to another: a clash. docs/protocol.md §20.1, §21."""

from __future__ import annotations

from random import Random

from tests.tamper.forge.papers import promise
from tests.tamper.forge.texts import canonical, hash_hex
from tests.tamper.surgery import event_member
from tests.watching.attacks import CONVICTS, HOUR, OBSERVED, Attack, grow, promised, stalled
from tests.watching.board import KEYS, STEP, TestBoard, copied
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


def endless(board: TestBoard, watched: Watched, random: Random) -> None:
    """A promise for a time that no election reaches: nothing would ever be too late."""
    grow(board, random)
    promised(board, watched, 10**10 - 1)


def faraway(board: TestBoard, watched: Watched, random: Random) -> None:
    """A promise for tomorrow: a delay that nothing would prove until then."""
    grow(board, random)
    promised(board, watched, board.now + 24 * HOUR)


def ended(board: TestBoard, watched: Watched, random: Random) -> None:
    """The ballots end before the place that was promised."""
    grow(board, random)
    after = copied(board.logs)
    for number in range(2):
        after.cast(canonical({"ballot": f"promised {number}"}))
    events = after.events()
    data = canonical({"ballot": "promised 1"})
    note = promise(events[-1], len(events) - 1, data, KEYS["board"], board.now + 5 * STEP)
    (watched.folder / "promises" / "from a parent.txt").write_bytes(note)
    events = board.logs.events()
    end = {"parent": hash_hex(events[-1]), "height": len(events), "type": "EndBallots"}
    board.logs.members.append(event_member(canonical(end)))
    board.pass_time()


def delayed(board: TestBoard, watched: Watched, random: Random) -> None:
    """Nothing is signed for more than five minutes beyond the time; then the ballot is there."""
    promised(board, watched, board.now + 5 * STEP)
    board.stopped = True
    for _ in range(random.randrange(11, 55)):
        board.pass_time()
        assert watched.round() == []
        if random.random() < 0.2:
            watched.restart()
    board.stopped = False
    board.logs.cast(canonical({"ballot": "promised"}))
    grow(board, random)
    board.pass_time()


PROMISES: dict[str, Attack] = {
    "one event promised to two": Attack(clash, ("promise-contradicts",), CONVICTS),
    "a promise for the year 2286": Attack(endless, ("promise-beyond",), CONVICTS),
    "a promise for tomorrow": Attack(faraway, ("promise-too-far",), OBSERVED),
    "the end before a promised ballot": Attack(ended, ("promise-ended",), CONVICTS),
    "a promised ballot that comes late": Attack(delayed, ("promise-late",), OBSERVED),
    "an old state against a promise": Attack(stale, ("promise-overdue",), OBSERVED),
}
