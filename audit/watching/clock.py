# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether the server's clock goes, and it gives what it signs: docs/protocol.md §18.6, §18.7, §21.

A server that is away, or answers with an error, is no alarm until an hour has passed in which it
was asked again and again: a watcher that slept through that hour has seen nothing. How old a
checkpoint is counts from when it was asked for, whatever happened between then and now.
"""

from __future__ import annotations

from collections.abc import Callable

from audit.evidence_parts import STALLED_SECONDS
from audit.watching import sentences
from audit.watching.alarms import Alarms, magnitude
from audit.watching.followed import Log, Seen

AHEAD_SECONDS = 300
_LONGEST_GAP = 600  # between two questions, if both are to count as asking


class Asking:
    """For how long something was asked for in vain."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._asked_at: int | None = None
        self._in_vain = 0  # seconds

    def given(self) -> None:
        """It was had."""
        self._asked_at, self._in_vain = self._now(), 0

    def refused(self) -> bool:
        """It was not; whether that lasts too long."""
        now = self._now()
        if self._asked_at is not None:
            self._in_vain += min(max(0, now - self._asked_at), _LONGEST_GAP)
        self._asked_at = now
        return self._in_vain > STALLED_SECONDS


class Clock:
    """The stamps of the board, against this machine's time.

    Args:
        alarms: what is said.
        now: what time it is.
    """

    def __init__(self, alarms: Alarms, now: Callable[[], int]) -> None:
        self._alarms = alarms
        self._now = now
        self._looks = Asking(now)
        self._steps = Asking(now)
        self._entries = {name: Asking(now) for name in ("board", "journal")}

    def seen(self, last: Seen, *, stepping: bool) -> None:
        """The server showed this as its last publication."""
        self._looks.given()
        if last.stamp is None:
            return
        ahead = last.stamp - last.shown_at
        if ahead > AHEAD_SECONDS:
            hides = ahead > STALLED_SECONDS
            text = sentences.ahead(last.stamp, hides=hides)
            self._alarms.sound("ahead", text, magnitude(ahead // AHEAD_SECONDS))
        if stepping and last.asked_at - last.stamp > STALLED_SECONDS:
            self._stalled(last, last.stamp)

    def away(self, last: Seen, *, stepping: bool, answered: bool) -> None:
        """The server showed nothing; this was the last that it showed."""
        long = self._looks.refused()
        now = self._now()
        if not stepping or last.stamp is None or now - last.stamp <= STALLED_SECONDS or not long:
            return
        if answered:
            self._stalled(last, last.stamp)
        else:
            self._alarms.sound("silent", sentences.silent(last.stamp), str(last.stamp))

    def entries(self, log: Log) -> None:
        """Of a log that was signed: whether it was given, too."""
        asking, waiting = self._entries[log.name], log.unjudged
        if not waiting:
            asking.given()
        elif asking.refused():
            before = self._now() - STALLED_SECONDS
            for seen in waiting:
                if seen.stamp is not None and seen.stamp < before:
                    members = {"log": log.name, "checkpoint": seen.text}
                    text, key = sentences.withheld(log.name), f"{log.name} {seen.size}"
                    self._alarms.sound("withheld", text, key, members)
                    return

    def step(self, last: Seen | None, *, kept: bool) -> None:
        """Checkpoints were seen; whether those of one step could be kept, and the last kept."""
        if kept:
            self._steps.given()
        elif self._steps.refused():
            key = f"step {last.stamp if last else None}"
            self._alarms.sound("withheld", sentences.unpaired(), key)

    def _stalled(self, last: Seen, stamp: int) -> None:
        self._alarms.sound(
            "stalled", sentences.stalled(stamp), str(stamp), {"checkpoint": last.text}
        )
