# SPDX-License-Identifier: AGPL-3.0-or-later
"""Promises for a time that no server may promise, said at once. docs/protocol.md §20.1, §21."""

from __future__ import annotations

from audit.promises import Promise
from audit.watching import sentences
from audit.watching.alarms import Alarms
from audit.watching.followed import Log


def judge_time(
    promise: Promise, log: Log, closes_at: int | None, clock: int | None, alarms: Alarms
) -> None:
    """Sound what the time that is promised says by itself, or by the clock and what was signed.

    Args:
        promise: signed by the board's key.
        log: the board.
        closes_at: the sealed closing time, once it is known.
        clock: of this machine, now; None where the board showed no checkpoint in this round: then
            nothing is known of its last stamp, and what it promises is not judged by an old one.
        alarms: what is said.
    """
    key = f"{promise.leaf.hex()} {promise.ballot}"
    if closes_at is not None and promise.is_beyond(closes_at):
        text = sentences.promise_beyond(promise.index, promise.until)
        alarms.sound("promise-beyond", text, key, {"promise": promise.text})
        return
    stamped = [each for each in log.seen if each.stamp is not None]
    last = max(stamped, key=lambda each: each.stamp or 0, default=None)
    if clock is None or last is None:
        return
    if promise.is_too_far(clock, last.stamp):
        text = sentences.promise_too_far(promise.index, promise.until)
        members = {"promise": promise.text, "checkpoint": last.text}
        alarms.sound("promise-too-far", text, key, members)
