# SPDX-License-Identifier: AGPL-3.0-or-later
"""For how long something was asked for in vain, by a watcher that may be started again each time.

What lasts an hour is seen by ``--once`` from a timer as well as by one long run: what is in vain
now is in a small file of the store, which is replaced, and so grows with what is asked for alone.
Time passes here as far as somebody asks: a watcher that slept has seen nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from audit.evidence_parts import LATE_SECONDS, STALLED_SECONDS
from audit.watching.store import Store, damaged

LONGEST_GAP = 600  # seconds between two questions, if both are to count as asking
MOST_STANDINGS = 50
MOST_NAMES = 1000  # in the file; whatever else is asked for is remembered by this run alone
_IN_VAIN, _PACE = "in_vain", "pace"


@dataclass(slots=True)
class Asking:
    """For how long one thing was asked for in vain.

    Args:
        now: what time it is.
        asked_at: when it was asked for last; None: not yet.
        seconds: for how long in vain.
        lacking: whether the last answer was none.
    """

    now: Callable[[], int]
    asked_at: int | None = None
    seconds: int = 0
    lacking: bool = False

    def given(self) -> None:
        """It was had."""
        self.asked_at, self.seconds, self.lacking = self.now(), 0, False

    def refused(self) -> bool:
        """It was not; whether that lasts too long."""
        now = self.now()
        if self.asked_at is not None:
            self.seconds += asked_for(now - self.asked_at)
        self.asked_at, self.lacking = now, True
        return self.seconds > STALLED_SECONDS


@dataclass(frozen=True, slots=True)
class Standing:
    """A stamp that stood still: from when to when it was asked for and given, without a gap."""

    stamp: int
    since: int
    last: int


@dataclass(slots=True)
class Pace:
    """How far the stamps fell behind this machine's clock, wherever that clock stands.

    Args:
        asked_at: when this machine asked last; None: not yet.
        stamp: the latest until then.
        behind: seconds that went by here while somebody asked, and not in the stamps.
        since: from when on this one was given to every question, without a gap.
        stood: the stamps that stood still for long, in this run; the latest last.
    """

    asked_at: int | None = None
    stamp: int = 0
    behind: int = 0
    since: int = 0
    stood: deque[Standing] = field(default_factory=lambda: deque(maxlen=MOST_STANDINGS))

    def seen(self, asked_at: int, stamp: int) -> None:
        """This is the latest stamp that the server gave to this question."""
        last = self.asked_at
        if last is not None:
            moved = max(0, stamp - self.stamp)
            self.behind = max(0, self.behind + asked_for(asked_at - last) - moved)
            if moved and last - self.since >= LATE_SECONDS:
                self.stood.append(Standing(self.stamp, self.since, last))
        if last is None or stamp > self.stamp or asked_at - last > LONGEST_GAP:
            self.since = asked_at
        self.asked_at, self.stamp = asked_at, max(stamp, self.stamp)

    @property
    def stands(self) -> bool:
        """Whether the stamps are an hour or more short of what they should be."""
        return self.behind > STALLED_SECONDS


class Hours:
    """All that is asked for, by name, as the store has it.

    Args:
        store: where it is kept.
        now: what time it is.

    Raises:
        Unusable: the store's file is damaged.
    """

    def __init__(self, store: Store, now: Callable[[], int]) -> None:
        self._store = store
        self._now = now
        self._kept = store.hours()
        self._askings: dict[str, Asking] = {}
        try:
            for name, (asked_at, seconds) in self._kept.get(_IN_VAIN, {}).items():
                self._askings[name] = Asking(now, _whole(asked_at), _whole(seconds), lacking=True)
            pace = self._kept.get(_PACE)
            asked_at, stamp, behind, since = map(_whole, pace) if pace else (None, 0, 0, 0)
            self.pace = Pace(asked_at, stamp, behind, since)
        except (AttributeError, TypeError, ValueError):
            raise damaged() from None

    def asking(self, name: str) -> Asking:
        """For how long this was asked for in vain, in the runs before, too."""
        return self._askings.setdefault(name, Asking(self._now))

    def lacking(self, beginning: str) -> list[str]:
        """The names that begin so, of what was asked for in vain last."""
        return [
            name
            for name, each in self._askings.items()
            if each.lacking and name.startswith(beginning)
        ]

    def forget(self, name: str) -> None:
        """It is not asked for any more."""
        self._askings.pop(name, None)

    def save(self) -> None:
        """Keep it for the next run; a round that is cut short before has not counted."""
        lacking = [
            (name, [each.asked_at, each.seconds])
            for name, each in self._askings.items()
            if each.lacking
        ]
        pace = self.pace
        kept: Mapping[str, Any] = {
            _IN_VAIN: dict(lacking[:MOST_NAMES]),
            _PACE: None
            if pace.asked_at is None
            else [pace.asked_at, pace.stamp, pace.behind, pace.since],
        }
        if kept != self._kept and not self._store.fresh:
            self._store.keep_hours(kept)
            self._kept = dict(kept)


def asked_for(seconds: int) -> int:
    """What of the time between two questions counts as asking."""
    return min(max(0, seconds), LONGEST_GAP)


def _whole(number: object) -> int:
    if type(number) is not int:
        raise TypeError
    return number
