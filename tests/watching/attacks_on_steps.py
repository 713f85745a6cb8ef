# SPDX-License-Identifier: AGPL-3.0-or-later
"""Attacks on the times of steps, and by a server that signs and gives nothing. §18.6, §18.7."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from audit.watching.agents import Agent
from audit.watching.site import Away
from tests.tamper.forge.logs import checkpoint_text, root
from tests.watching.attacks import (
    BACK,
    CONVICTS,
    FORKED,
    OBSERVED,
    SAID,
    Attack,
    Make,
    replaced,
    shorter,
    stalled,
)
from tests.watching.board import KEYS, STEP, Logs, Shown, TestBoard, copied
from tests.watching.watched import Watched

Stamp = Callable[[str, int], int | None]


def notes(logs: Logs, time: int, stamp: Stamp) -> dict[str, bytes]:
    """Both checkpoints, signed, with the stamps that this says."""
    made = {}
    for log, key in KEYS.items():
        entries, at = logs.entries(log), stamp(log, time)
        text = checkpoint_text(key.name, len(entries), root(entries))
        made[log] = text + b"\n" + key.line(text)
        if at is not None:
            made[log] += key.stamper.line(text, at)
    return made


def published_with(stamp: Stamp) -> Make:
    """A step with these stamps, and with the ballots that came."""

    def make(board: TestBoard, watched: Watched, random: Random) -> None:
        board.cast(f"{random.random()}")
        board.now += STEP
        logs = copied(board.logs)
        board.published.append(Shown(logs, notes(logs, board.now, stamp)))

    return make


def no_stamp_for(*logs: str) -> Stamp:
    """No rule that rests on times can be broken by what bears none."""
    return lambda log, time: None if log in logs else time


def journal_later(log: str, time: int) -> int | None:
    """No step, so nothing to be kept."""
    return time + (log == "journal")


def refusing(board: TestBoard, path: str, agent: Agent) -> bytes | None:
    """Checkpoints and the booth, and nothing that they cover."""
    if "/tile/" in path or path.endswith(("/archive", "/journal.jsonl")):
        raise Away("il répond par l'erreur 503", "it answers with error 503")
    return None


def unread(change: Callable[[TestBoard, Random], None]) -> Make:
    """What is signed is never given; what follows it is another."""

    def make(board: TestBoard, watched: Watched, random: Random) -> None:
        board.view = refusing
        board.cast("one")
        board.cast("two")
        board.pass_time()
        assert watched.round() == []
        change(board, random)
        board.pass_time()

    return make


def last_replaced(board: TestBoard, random: Random) -> None:
    del board.logs.members[-2:]
    board.cast("another")


def last_dropped(board: TestBoard, random: Random) -> None:
    del board.logs.members[-2:]


def old_again_signed(board: TestBoard, random: Random) -> None:
    board.logs = copied(random.choice(shorter(board)).logs)


def behind_a_fork(board: TestBoard, watched: Watched, random: Random) -> None:
    """The past is another, in the archive and in what is signed, and of the same size."""
    board.pass_time()
    assert watched.round() == []
    board.view = refusing
    replaced(board.logs, random)
    board.logs.chained()
    board.pass_time()


def standing_suspended(board: TestBoard, watched: Watched, random: Random) -> None:
    """A suspended vote is stepped, too: an honest server's clock goes on (§18.7)."""
    board.logs.tell("suspended", {"reason": "Une panne"})
    board.pass_time()
    assert watched.round() == []
    stalled(board, watched, random)


STEPS: dict[str, Attack] = {
    "checkpoints without stamps": Attack(
        published_with(no_stamp_for("board", "journal")), ("unstamped",), SAID
    ),
    "a board without stamps": Attack(published_with(no_stamp_for("board")), ("unstamped",), SAID),
    "a journal without stamps": Attack(
        published_with(no_stamp_for("journal")), ("unstamped",), SAID
    ),
    "a step of two times": Attack(published_with(journal_later), ("split",), SAID),
    "a suspended clock that stands": Attack(standing_suspended, ("stalled",), OBSERVED),
    "a fork of what is not given": Attack(unread(last_replaced), FORKED, CONVICTS),
    "a rollback of what is not given": Attack(unread(last_dropped), BACK[1:], CONVICTS),
    "a backup of what is not given": Attack(unread(old_again_signed), BACK[1:], CONVICTS),
    "the past rewritten, and no archive": Attack(behind_a_fork, FORKED, CONVICTS),
}
