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
from audit.watching.agents import AGENTS
from audit.watching.store import Store, damaged
from audit.watching.turns import Turns

LONGEST_GAP = 600  # seconds between two questions, if both are to count as asking
MOST_STANDINGS = 50
MOST_NAMES = 1000  # in the file; whatever else is asked for is remembered by this run alone
_IN_VAIN, _SAID, _SLOW, _PACE, _TURNS = "in_vain", "said", "slow", "pace", "turns"
_OLDER_NUMBERS, _NUMBERS = 4, 7  # of a pace in the file


@dataclass(slots=True)
class Asking:
    """For how long one thing was asked for in vain.

    Args:
        now: what time it is.
        asked_at: when it was asked for last; None: not yet.
        seconds: for how long in vain.
        lacking: whether the last answer was none, of those who ask for it in turn to one of them.
        since: of those, by number, who have not had it since they were refused it, and how many
            of the seconds were over by then.
        said: of whom it was said that it is kept from them; None where nobody asks in turn.
        slow: of those who ask in turn, to whom it came too slowly, and who have not had it since.
    """

    now: Callable[[], int]
    asked_at: int | None = None
    seconds: int = 0
    lacking: bool = False
    since: dict[int, int] = field(default_factory=dict)
    said: set[int | None] = field(default_factory=set)
    slow: set[int] = field(default_factory=set)

    def given(self, to: int | None = None) -> bool:
        """It was had, by this one of those who ask in turn; whether nobody lacks it any more.

        What others have ends no hour of who has not; that hour is over when that one asks again.
        """
        if to is not None:
            self.since.pop(to, None)
            self.said.discard(to)
            self.slow.discard(to)
        if to is None or not self.since:
            self.asked_at, self.seconds, self.lacking = self.now(), 0, False
            self.said.clear()
            return not self.slow
        self._ask()
        first = min(self.since.values())
        self.seconds -= first
        self.since = {each: at - first for each, at in self.since.items()}
        return False

    def refused(self, to: int | None = None) -> bool:
        """It was not, by this one; whether that lasts too long for this one."""
        began = 0 if to is None else self.since.setdefault(to, self.seconds)
        self._ask()
        self.lacking = True
        return self.seconds - began > STALLED_SECONDS

    @property
    def waiting(self) -> list[int]:
        """Of those who ask in turn, who have not had it since they were refused it, or waited."""
        return sorted(self.since.keys() | self.slow)

    @property
    def told(self) -> list[int]:
        """Of those who ask in turn, of whom it was said."""
        return sorted(each for each in self.said if each is not None)

    def without(self, seconds: int) -> list[int]:
        """Of those who ask in turn, who have not had it for more than so many seconds."""
        return sorted(each for each, at in self.since.items() if self.seconds - at > seconds)

    def _ask(self) -> None:
        now = self.now()
        if self.asked_at is not None:
            self.seconds += asked_for(now - self.asked_at)
        self.asked_at = now


@dataclass(frozen=True, slots=True)
class Standing:
    """A stamp that stood still: from when to when it was asked for and given, without a gap."""

    stamp: int
    since: int
    last: int


@dataclass(slots=True)
class Pace:
    """How the publications go, by this machine's clock, wherever that clock stands.

    A server whose clock was set back signs one stamp until that time comes again (§18.6), and goes
    on from there: its stamps are behind for good, and what it publishes grows. So what it lacks in
    stamps is no standstill once they go, or while its logs grow.

    Args:
        asked_at: when this machine asked last; None: not yet.
        stamp: the latest until then.
        behind: seconds that went by here while somebody asked, and not in the stamps.
        since: from when on this one was given to every question, without a gap.
        still: seconds of asking in which nothing was published; a stamp that goes on makes up for
            twice its time, an entry for all.
        kept: how many entries of both logs there were.
        halted: the stamp with which a standstill began that is an alarm; 0: there is none.
        stood: the stamps that stood still for long, in this run; the latest last.
    """

    asked_at: int | None = None
    stamp: int = 0
    behind: int = 0
    since: int = 0
    still: int = 0
    kept: int = 0
    halted: int = 0
    stood: deque[Standing] = field(default_factory=lambda: deque(maxlen=MOST_STANDINGS), init=False)

    @classmethod
    def read(cls, numbers: object) -> Pace:
        """As ``numbers`` wrote it; one of an older version says less. Raises as ``_whole`` does."""
        if numbers is None:
            return cls()
        if not isinstance(numbers, list) or len(numbers) not in (_OLDER_NUMBERS, _NUMBERS):
            raise ValueError
        return cls(*map(_whole, numbers))

    @property
    def numbers(self) -> list[int] | None:
        """What the next run has to know."""
        if self.asked_at is None:
            return None
        told = (self.stamp, self.behind, self.since, self.still, self.kept, self.halted)
        return [self.asked_at, *told]

    def seen(self, asked_at: int, stamp: int, kept: int) -> None:
        """This is the latest stamp that the server gave to this question, with so many entries."""
        last = self.asked_at
        if last is not None:
            moved, passed = max(0, stamp - self.stamp), asked_for(asked_at - last)
            self.behind = max(0, self.behind + passed - moved)
            self.still = 0 if kept > self.kept else max(0, self.still + passed - 2 * moved)
            if moved and last - self.since >= LATE_SECONDS:
                self.stood.append(Standing(self.stamp, self.since, last))
        if last is None or stamp > self.stamp or asked_at - last > LONGEST_GAP:
            self.since = asked_at
        self.asked_at, self.stamp, self.kept = asked_at, max(stamp, self.stamp), kept
        self.halted = (self.halted or stamp) if self.stands else 0

    @property
    def stands(self) -> bool:
        """Whether nothing was published for more than an hour of asking."""
        return self.still > STALLED_SECONDS


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
            for name, (asked_at, seconds, *to) in self._kept.get(_IN_VAIN, {}).items():
                since = {_number(each): _whole(at) for each, at in to}
                self._askings[name] = Asking(
                    now, _whole(asked_at), _whole(seconds), lacking=True, since=since
                )
                if seconds > STALLED_SECONDS:  # an older version does not tell of whom it was said
                    self._askings[name].said.add(None)
            for name, numbers in self._kept.get(_SAID, {}).items():
                self.asking(name).said.update(map(_number, numbers))
            for name, numbers in self._kept.get(_SLOW, {}).items():
                self.asking(name).slow.update(map(_number, numbers))
            self.pace = Pace.read(self._kept.get(_PACE))
            rounds, places = self._kept.get(_TURNS) or (0, {})
            known = {name: _whole(at) for name, at in places.items()}
            self.turns = Turns(now, _whole(rounds), known)
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
            (name, [each.asked_at, each.seconds, *map(list, each.since.items())])
            for name, each in self._askings.items()
            if each.lacking
        ]
        in_vain = dict(lacking[:MOST_NAMES])
        kept: Mapping[str, Any] = {
            _IN_VAIN: in_vain,
            _SAID: {name: told for name in in_vain if (told := self._askings[name].told)},
            _SLOW: {name: sorted(each.slow) for name, each in self._askings.items() if each.slow},
            _PACE: self.pace.numbers,
            _TURNS: [self.turns.rounds, {k: at for k, at in self.turns.places.items() if at}],
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


def _number(agent: object) -> int:
    if _whole(agent) not in range(len(AGENTS)):
        raise ValueError
    return _whole(agent)
