# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server that tells in its journal what it may not, signs it, and goes on. §19.2 to §19.4."""

from __future__ import annotations

import json
from functools import cache
from random import Random

from tests.tamper.forge.logs import position
from tests.tamper.forge.texts import canonical
from tests.watching.attacks import SAID, Attack, Make
from tests.watching.board import TestBoard, whole
from tests.watching.watched import Watched


@cache
def amendment(kind: str) -> bytes:
    """A line of the whole election that members signed."""
    return next(line for line in whole().lines if f'"kind":"{kind}"'.encode() in line)


def tell_signed(board: TestBoard, kind: str) -> None:
    """The entry of another moment, with its signatures, as the next one."""
    logs = board.logs
    last = json.loads(logs.lines[-1])
    here = {"index": len(logs.lines), "at": last["at"], "board": position(logs.events())}
    logs.lines.append(canonical(json.loads(amendment(kind)) | here))


def told(*entries: tuple[str, object]) -> Make:
    """These entries, which nobody needs to sign."""

    def make(board: TestBoard, watched: Watched, random: Random) -> None:
        board.cast(f"{random.random()}")
        for kind, body in entries:
            board.logs.tell(kind, body)
        board.pass_time()

    return make


def told_again(kind: str) -> Make:
    """What members signed once is told a second time, or too early."""

    def make(board: TestBoard, watched: Watched, random: Random) -> None:
        tell_signed(board, kind)
        board.pass_time()

    return make


def signed_by_nobody(board: TestBoard, watched: Watched, random: Random) -> None:
    tell_signed(board, "booth-replaced")
    board.logs.lines[-1] = canonical(json.loads(board.logs.lines[-1]) | {"signatures": []})
    board.pass_time()


def changed_after(board: TestBoard, watched: Watched, random: Random) -> None:
    """The body is another than the one that members signed."""
    tell_signed(board, "booth-replaced")
    value = json.loads(board.logs.lines[-1])
    value["body"]["reason"] = "Une autre raison"
    board.logs.lines[-1] = canonical(value)
    board.pass_time()


CLOSED = {"ballots": 0, "sign_ins": 0, "tally_event": "0" * 64}
WORDS = {"reason": "Une raison"}
ORDER = ("out-of-order",)
JOURNALS: dict[str, Attack] = {
    "an amendment told again": Attack(told_again("hours-changed"), ORDER, SAID),
    "an amendment that nobody signed": Attack(signed_by_nobody, ORDER, SAID),
    "an amendment changed after it was signed": Attack(changed_after, ORDER, SAID),
    "resumed, and never suspended": Attack(told(("resumed", WORDS)), ORDER, SAID),
    "suspended twice": Attack(told(("suspended", WORDS), ("suspended", WORDS)), ORDER, SAID),
    "closed, and it goes on": Attack(told(("closed", CLOSED)), ORDER, SAID),
    "no entry at all": Attack(told(("nothing", {})), ORDER, SAID),
    "no entry, and more": Attack(told(("nothing", {}), ("incident", {"note": "x"})), ORDER, SAID),
}
