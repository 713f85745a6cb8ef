# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one log's key signed, reduced to what can still matter. docs/protocol.md §18.6, §21.

Of each size the first that was seen is kept; the earliest stamped, unless a larger one was stamped
before it; the latest stamped, unless a smaller one was stamped after it; and the last that was
seen. So the room has a bound, which is that of the sizes, and what contradicts anything that was
ever seen contradicts one of these.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Seen:
    """A checkpoint that the server signed: text and stamp say which, whoever else signed it.

    Args:
        text: the note, with the lines that verify, and no others.
        size: and root, of the log.
        stamp: when, by the server's clock; None without a stamp.
        at: when it was first seen.
        asked_at: when it was last asked for, and given.
        shown_at: when it was last seen.
        number: its place among all of both logs in the diary; None if it is not there.
        good: it is of the log that is followed.
        judged: whether that is known.
    """

    text: str
    size: int
    root: bytes
    stamp: int | None
    at: int
    asked_at: int
    shown_at: int
    number: int | None = None
    good: bool = False
    judged: bool = False

    @property
    def lines(self) -> int:
        """How many signatures it has."""
        return self.lines_of(self.text)

    @staticmethod
    def lines_of(text: str) -> int:
        """How many signatures a note has."""
        return text.count("\n\u2014 ")


class _Front:
    """Those that matter of an order of sizes, and the stamps that follow it.

    Of two, the one that comes first by size and is stamped last in that order makes the other
    superfluous. ``sign`` 1: small sizes and late stamps; -1: large sizes and early stamps.
    """

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.kept: list[Seen] = []  # sizes and stamps both grow, times the sign

    def _size(self, seen: Seen) -> int:
        return self.sign * seen.size

    def _stamp(self, seen: Seen) -> int:
        return self.sign * (seen.stamp or 0)

    def before(self, size: int) -> Seen | None:
        """The one with the last stamp of all that come before this size."""
        at = bisect_left(self.kept, self.sign * size, key=self._size)
        return self.kept[at - 1] if at else None

    def beside(self, stamp: int) -> list[Seen]:
        """The ones that are stamped just before this time, and just after it."""
        start = bisect_left(self.kept, self.sign * stamp, key=self._stamp)
        end = bisect_right(self.kept, self.sign * stamp, key=self._stamp)
        return [*self.kept[max(0, start - 1) : start], *self.kept[end : end + 1]]

    def matters(self, seen: Seen) -> bool:
        """Whether none that is kept makes it superfluous."""
        start = bisect_right(self.kept, self._size(seen), key=self._size)
        return not start or self._stamp(self.kept[start - 1]) < self._stamp(seen)

    def add(self, seen: Seen) -> None:
        """Keep it, if it matters, and drop what it makes superfluous."""
        if not self.matters(seen):
            return
        start = bisect_right(self.kept, self._size(seen), key=self._size)
        if start and self.kept[start - 1].size == seen.size:
            start -= 1
        end = start
        while end < len(self.kept) and self._stamp(self.kept[end]) <= self._stamp(seen):
            end += 1
        self.kept[start:end] = [seen]


class Signed:
    """Of one log."""

    def __init__(self) -> None:
        self.largest = 0
        self._last: Seen | None = None
        self._first: dict[int, Seen] = {}
        self._late, self._early = _Front(1), _Front(-1)

    def __iter__(self) -> Iterator[Seen]:
        """All that are kept, each once."""
        last = [] if self._last is None else [self._last]
        every = (*self._first.values(), *self._late.kept, *self._early.kept, *last)
        yield from {id(seen): seen for seen in every}.values()

    def _of_size(self, size: int) -> Iterator[Seen]:
        for front in (self._late, self._early):
            at = bisect_left(front.kept, front.sign * size, key=lambda seen: front.sign * seen.size)
            yield from front.kept[at : at + 1]
        if size in self._first:
            yield self._first[size]
        if self._last is not None:
            yield self._last

    def find(self, size: int, root: bytes, stamp: int | None) -> Seen | None:
        """The one of this text and stamp, if it is kept."""
        for each in self._of_size(size):
            if (each.size, each.root, each.stamp) == (size, root, stamp):
                return each
        return None

    def holds(self, seen: Seen) -> bool:
        """Whether this one is kept."""
        return any(each is seen for each in self._of_size(seen.size))

    def is_new_size(self, size: int) -> bool:
        """Whether nothing of this size was seen."""
        return size not in self._first

    def matters(self, seen: Seen) -> bool:
        """Whether it is kept longer than as the last one."""
        if self.is_new_size(seen.size):
            return True
        return seen.stamp is not None and (self._late.matters(seen) or self._early.matters(seen))

    def add(self, seen: Seen) -> None:
        """Keep one that was not found, as far as it matters."""
        self._first.setdefault(seen.size, seen)
        self.largest = max(self.largest, seen.size)
        if seen.stamp is not None:
            self._late.add(seen)
            self._early.add(seen)

    def show(self, seen: Seen) -> None:
        """This is the last that was seen."""
        self._last = seen

    # ------------------------------------------------------------ what contradicts it

    def other_root(self, seen: Seen) -> Seen | None:
        """The first that was seen of this size, if it has another root."""
        first = self._first.get(seen.size)
        return first if first is not None and first.root != seen.root else None

    def larger_before(self, seen: Seen) -> Seen | None:
        """A larger one that is stamped earlier."""
        found = self._early.before(seen.size)
        return found if found is not None and _earlier(found, seen) else None

    def smaller_after(self, seen: Seen) -> Seen | None:
        """A smaller one that is stamped later."""
        found = self._late.before(seen.size)
        return found if found is not None and _earlier(seen, found) else None

    def larger_just_before(self, seen: Seen) -> Seen | None:
        """The one that is stamped next before it, if it is larger."""
        before = [each for each in self._beside(seen) if _earlier(each, seen)]
        found = max(before, key=lambda each: (each.stamp or 0, each.size), default=None)
        return found if found is not None and found.size > seen.size else None

    def smaller_just_after(self, seen: Seen) -> Seen | None:
        """The one that is stamped next after it, if it is smaller."""
        after = [each for each in self._beside(seen) if _earlier(seen, each)]
        found = min(after, key=lambda each: (each.stamp or 0, each.size), default=None)
        return found if found is not None and found.size < seen.size else None

    def _beside(self, seen: Seen) -> list[Seen]:
        stamp = seen.stamp or 0
        last = [] if self._last is None else [self._last]
        return [*self._late.beside(stamp), *self._early.beside(stamp), *last]


def _earlier(first: Seen, second: Seen) -> bool:
    return first.stamp is not None and second.stamp is not None and first.stamp < second.stamp
