# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the server signed, compared with what else it signed. docs/protocol.md §18.6, §18.7, §21.

That needs nothing but the checkpoints: a server that gives no archive is convicted as well.
"""

from __future__ import annotations

from bisect import bisect_left, insort

from audit.watching import sentences
from audit.watching.alarms import Alarms
from audit.watching.followed import Seen


class Comparer:
    """Of one log.

    Args:
        log: ``board`` or ``journal``.
        alarms: what is said.
    """

    def __init__(self, log: str, alarms: Alarms) -> None:
        self._log = log
        self._alarms = alarms
        self._of_size: dict[int, Seen] = {}
        self._by_stamp: list[tuple[int, int, int]] = []  # stamp, size, number
        self._of_number: dict[int, Seen] = {}

    def compare(self, seen: Seen) -> None:
        """Sound what follows from a checkpoint that was not seen before."""
        first = self._of_size.setdefault(seen.size, seen)
        if first.root != seen.root:
            self.fork(first, seen, [])
        if seen.stamp is None:
            self._alarms.sound("unstamped", sentences.unstamped(self._log), self._log)
            return
        before = bisect_left(self._by_stamp, (seen.stamp,)) - 1
        after = bisect_left(self._by_stamp, (seen.stamp + 1,))
        if before >= 0:
            self._rollback(self._of_number[self._by_stamp[before][2]], seen)
        if after < len(self._by_stamp):
            self._rollback(seen, self._of_number[self._by_stamp[after][2]])
        self._of_number[seen.number] = seen
        insort(self._by_stamp, (seen.stamp, seen.size, seen.number))

    def fork(self, first: Seen, second: Seen, proof: list[str]) -> None:
        """They exclude each other, as the proof shows (§21)."""
        members = {"log": self._log, "first": first.text, "second": second.text, "proof": proof}
        key = f"{self._log} {first.size} {first.root.hex()} {second.size} {second.root.hex()}"
        self._alarms.sound("fork", sentences.fork(self._log), key, members)

    def _rollback(self, first: Seen, second: Seen) -> None:
        """The second, stamped later and next to the first, is smaller."""
        if second.size >= first.size:
            return
        members = {"log": self._log, "first": first.text, "second": second.text}
        text = sentences.rollback(self._log, first.size, second.size)
        key = f"{self._log} {first.size} {second.size} {second.stamp}"
        self._alarms.sound("rollback", text, key, members)
