# SPDX-License-Identifier: AGPL-3.0-or-later
"""Promises that parents gave to whoever watches: kept, waiting or broken. docs/protocol.md §20."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from audit.chain import read_event
from audit.evidence_parts import STALLED_SECONDS
from audit.notes import VerifierKey
from audit.promises import Promise
from audit.tree_proofs import inclusion_proof
from audit.watching import sentences
from audit.watching.alarms import Alarms
from audit.watching.asking import Hours, Pace
from audit.watching.copies import BoardCopy
from audit.watching.far import judge_time
from audit.watching.followed import Log
from audit.watching.late import judge_lateness
from audit.watching.promise_files import PromiseFolder
from audit.watching.signed import Seen

_WAITING = "promise "


class Promised:
    """The promises in a folder, to which anybody may add.

    Args:
        folder: of the store.
        alarms: what is said.
        hours: for how long each was waited for.
        now: what time it is.
    """

    def __init__(self, folder: Path, alarms: Alarms, hours: Hours, now: Callable[[], int]) -> None:
        self.files = PromiseFolder(folder)
        self._alarms = alarms
        self._hours = hours
        self._now = now

    def judge(self, log: Log, key: VerifierKey, pace: Pace, *, shown: bool) -> None:
        """Judge every promise by what is kept of the board, and by what was signed of it.

        Args:
            log: the board.
            key: its key.
            pace: how its stamps went.
            shown: whether it showed a checkpoint in this round.
        """
        board = log.copy
        binding = board.binding if isinstance(board, BoardCopy) else None
        closes_at = None if binding is None else binding.hours.closes_at
        over = set(self._hours.lacking(_WAITING))
        for name, promise in self.files.waiting(key):
            clock = self._now() if shown else None
            judge_time(promise, log, closes_at, clock, self._alarms)
            if self._rule(promise, log, pace, shown=shown):
                self.files.settle(name)
            else:
                over.discard(_WAITING + _key(promise))
        for each in over:
            self._hours.forget(each)

    def _rule(self, promise: Promise, log: Log, pace: Pace, *, shown: bool) -> bool:
        """Whether there is nothing more to wait for."""
        board, best = log.copy, log.best
        index, late = promise.index, _shorter_but_later(promise, log)
        if late is not None:
            self._sound(promise, late, "", [])
            return True
        if best is not None and index < best.size:
            leaf = board.leaf(index)
            if leaf != promise.leaf:
                proof = inclusion_proof(board.leaves, index, best.size)
                self._sound(promise, best, leaf.hex(), proof)
            else:
                self._compare(promise, log.event(index))
                judge_lateness(promise, log.seen, pace.stood, self._alarms)
            return True
        end = board.end if isinstance(board, BoardCopy) else None
        if best is not None and end is not None and end.position < best.size:
            self._ended(promise, best, log, end.position)
        elif shown and self._hours.asking(_WAITING + _key(promise)).refused():
            self._overdue(promise, log)
        return False

    def _ended(self, promise: Promise, best: Seen, log: Log, end: int) -> None:
        """The ballots have ended before the place that was promised."""
        members = {
            "promise": promise.text,
            "checkpoint": best.text,
            "event": log.event(end).decode("utf-8", "replace"),
            "proof": [p.hex() for p in inclusion_proof(log.copy.leaves, end, best.size)],
        }
        text = sentences.promise_closed(promise.index)
        self._alarms.sound("promise-ended", text, _key(promise), members)

    def _overdue(self, promise: Promise, log: Log) -> None:
        """By this machine's clock it should be there, whatever old state is shown again and again.

        For an hour since it was entrusted it was asked for in vain, too: one of the two clocks may
        be wrong, and then the time that was promised is long over here as soon as it is promised.
        """
        last = max(log.seen, key=lambda each: each.asked_at, default=None)
        if last is None or last.asked_at - promise.until <= STALLED_SECONDS:
            return
        if all(each.size <= promise.index for each in log.seen):
            text = sentences.promise_overdue(promise.index, promise.until)
            members = {"promise": promise.text, "checkpoint": last.text}
            self._alarms.sound("promise-overdue", text, _key(promise), members)

    def _compare(self, promise: Promise, event: bytes) -> None:
        """The event is there; whether it is that of the ballot that was promised (§20.1)."""
        said = read_event(event)
        if said is None or said.payload != promise.ballot:
            text = sentences.promise_contradicts(promise.index)
            members = {"promise": promise.text, "event": event.decode("utf-8", "replace")}
            self._alarms.sound("promise-contradicts", text, _key(promise), members)

    def _sound(self, promise: Promise, seen: Seen, leaf: str, proof: list[bytes]) -> None:
        members = {
            "promise": promise.text,
            "checkpoint": seen.text,
            "leaf": leaf,
            "proof": [p.hex() for p in proof],
        }
        text = (
            sentences.promise_replaced(promise.index)
            if leaf
            else sentences.promise_late(promise.index, promise.until)
        )
        self._alarms.sound("promise-broken", text, _key(promise), members)


def _key(promise: Promise) -> str:
    return f"{promise.leaf.hex()} {promise.ballot}"


def _shorter_but_later(promise: Promise, log: Log) -> Seen | None:
    """A checkpoint stamped after the time that was promised, without the ballot (§21)."""
    return next(
        (
            each
            for each in reversed(log.seen)
            if each.size <= promise.index and (each.stamp or 0) > promise.until
        ),
        None,
    )
