# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the server signed, compared with what else it signed. docs/protocol.md §18.6, §18.7, §21.

That needs nothing but the checkpoints: a server that gives no archive is convicted as well.
"""

from __future__ import annotations

from audit.watching import sentences
from audit.watching.alarms import Alarms, magnitude
from audit.watching.followed import Log
from audit.watching.signed import Seen


class Comparer:
    """Of one log.

    Args:
        log: what was signed of it.
        alarms: what is said.
    """

    def __init__(self, log: Log, alarms: Alarms) -> None:
        self._log = log.name
        self._signed = log.signed
        self._alarms = alarms

    def compare(self, seen: Seen) -> None:
        """Sound what follows from a checkpoint that was not seen before."""
        first = self._signed.other_root(seen)
        if first is not None:
            self.fork(first, seen, [])
        if seen.stamp is None:
            self._alarms.sound("unstamped", sentences.unstamped(self._log), self._log)
            return
        signed = self._signed
        larger, smaller = signed.larger_just_before(seen), signed.smaller_just_after(seen)
        if not self._alarms.any_of("rollback", self._log):
            larger = larger or signed.larger_before(seen)
            smaller = smaller or signed.smaller_after(seen)
        if larger is not None:
            self._rollback(larger, seen)
        if smaller is not None:
            self._rollback(seen, smaller)

    def oversized(self, seen: Seen, most: int) -> None:
        """It signed more entries than there can be, which nobody asks for (§18.9)."""
        text = sentences.oversized(self._log, seen.size, most)
        members = {"log": self._log, "checkpoint": seen.text}
        self._alarms.sound("oversized", text, f"{self._log} {magnitude(seen.size)}", members)

    def fork(self, first: Seen, second: Seen, proof: list[str]) -> None:
        """They exclude each other, as the proof shows (§21)."""
        members = {"log": self._log, "first": first.text, "second": second.text, "proof": proof}
        key = f"{self._log} {first.size} {first.root.hex()} {second.size} {second.root.hex()}"
        self._alarms.sound("fork", sentences.fork(self._log), key, members)

    def _rollback(self, first: Seen, second: Seen) -> None:
        """The second, stamped later, is smaller."""
        members = {"log": self._log, "first": first.text, "second": second.text}
        text = sentences.rollback(self._log, first.size, second.size)
        key = f"{self._log} {first.size} {second.size} {second.stamp}"
        self._alarms.sound("rollback", text, key, members)
