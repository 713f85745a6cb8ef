# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether the server's clock goes: docs/protocol.md §18.6, §18.7, §21.

A server that is away, or answers with an error, is no alarm until an hour has passed in which it
was asked again and again: a watcher that slept through that hour has seen nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from audit.evidence_kinds import STALLED_SECONDS
from audit.watching import sentences
from audit.watching.alarms import Alarms
from audit.watching.followed import Seen

AHEAD_SECONDS = 300
_LONGEST_GAP = 600  # between two questions, if both are to count as asking


class Clock:
    """The stamps of the board, against this machine's time.

    Args:
        alarms: what is said.
        now: what time it is.
    """

    def __init__(self, alarms: Alarms, now: Callable[[], int]) -> None:
        self._alarms = alarms
        self._now = now
        self._asked_at: int | None = None
        self._in_vain = 0  # seconds

    def seen(self, last: Seen, *, voting: bool) -> None:
        """The server showed this as its last publication."""
        now = self._now()
        self._asked_at, self._in_vain = now, 0
        if last.stamp is None:
            return
        if last.stamp > now + AHEAD_SECONDS:
            self._alarms.sound("ahead", sentences.ahead(last.stamp))
        if voting and now - last.stamp > STALLED_SECONDS:
            self._stalled(last, last.stamp)

    def away(self, last: Seen, *, voting: bool, answered: bool) -> None:
        """The server showed nothing; this was the last that it showed."""
        now = self._now()
        if self._asked_at is not None:
            self._in_vain += min(max(0, now - self._asked_at), _LONGEST_GAP)
        self._asked_at = now
        if not voting or last.stamp is None or now - last.stamp <= STALLED_SECONDS:
            return
        if self._in_vain <= STALLED_SECONDS:
            return
        if answered:
            self._stalled(last, last.stamp)
        else:
            self._alarms.sound("silent", sentences.silent(last.stamp), str(last.stamp))

    def _stalled(self, last: Seen, stamp: int) -> None:
        self._alarms.sound(
            "stalled", sentences.stalled(stamp), str(stamp), {"checkpoint": last.text}
        )
