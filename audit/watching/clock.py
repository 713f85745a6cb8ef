# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether the server's clock goes, and it gives what it signs: docs/protocol.md §18.6, §18.7, §21.

A server that is away, or answers with an error, is no alarm until an hour has passed in which it
was asked again and again: a watcher that slept through that hour has seen nothing. How old a
checkpoint is counts from when it was asked for, whatever happened between then and now. This
machine's clock may be the one that is wrong: that a server stands still is said of stamps that do
not go, and never of stamps that go, or of logs that grow, and are far from here.
"""

from __future__ import annotations

from collections.abc import Callable

from audit.evidence_parts import STALLED_SECONDS
from audit.watching import sentences
from audit.watching.alarms import Alarms, magnitude
from audit.watching.asking import Hours
from audit.watching.followed import Log
from audit.watching.signed import Seen
from audit.watching.store import LOGS

AHEAD_SECONDS = 300
APART_SECONDS = 1800  # of a distance that nobody saw come about


class Clock:
    """The stamps of the board, against this machine's time.

    Args:
        alarms: what is said.
        now: what time it is.
        hours: for how long what was asked for in vain.
    """

    def __init__(self, alarms: Alarms, now: Callable[[], int], hours: Hours) -> None:
        self._alarms = alarms
        self._now = now
        self._pace = hours.pace
        self._looks = hours.asking("looks")
        self._steps = hours.asking("steps")
        self._entries = {name: hours.asking(name) for name in LOGS}
        self.apart: int | None = None  # the last stamp, while one of the two clocks is wrong

    @property
    def fell_behind(self) -> bool:
        """Whether the stamps lost time while this watch asked, or its own clock gained it."""
        return self._pace.behind > APART_SECONDS

    def seen(self, last: Seen, kept: int, *, stepping: bool) -> None:
        """The server showed this as its last publication; so many entries are kept by now."""
        self._looks.given()
        self.apart = None
        if last.stamp is None:
            return
        self._pace.seen(last.asked_at, last.stamp, kept)
        ahead = last.stamp - last.shown_at
        if ahead > AHEAD_SECONDS:
            hides = ahead > STALLED_SECONDS
            text = sentences.ahead(last.stamp, hides=hides)
            self._alarms.sound("ahead", text, magnitude(ahead // AHEAD_SECONDS))
        if not stepping or last.asked_at - last.stamp <= STALLED_SECONDS:
            return
        if self._pace.stands:
            self._stalled(last, last.stamp, self._pace.halted)
        elif last.asked_at - last.stamp - self._pace.still > APART_SECONDS:
            self.apart = last.stamp

    def away(self, last: Seen, *, stepping: bool, answered: bool) -> None:
        """The server showed nothing; this was the last that it showed."""
        long = self._looks.refused()
        now = self._now()
        if not stepping or last.stamp is None or now - last.stamp <= STALLED_SECONDS or not long:
            return
        if answered:
            self._stalled(last, last.stamp, last.stamp)
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

    def _stalled(self, last: Seen, stamp: int, began: int) -> None:
        text = sentences.stalled(stamp)
        self._alarms.sound("stalled", text, str(began), {"checkpoint": last.text})
