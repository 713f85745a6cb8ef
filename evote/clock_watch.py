# SPDX-License-Identifier: AGPL-3.0-or-later
"""A clock that jumped ahead closes no vote at once: docs/adr/0017.

Nobody can open a closed vote again, and a clock is set wrong, or by a wrong server, in a moment. So
its time is compared with that of a clock which nobody sets. In a process that began after a jump
there is nothing to compare with.
"""

from dataclasses import dataclass
from typing import Final

from evote.clock import HOUR, Clock, SteadyClock

# Less is set right each day on a machine whose clock is bad, and closes a vote by so much early.
JUMP_SECONDS: Final = 300
# How long somebody has to set the clock right. Then its time is believed.
HOLD_OFF_SECONDS: Final = HOUR
# A clock that is slewed, not set, is off by no more than this part of the time that has gone by.
_SLEWED: Final = 0.001


@dataclass(frozen=True, slots=True)
class Moment:
    """What time it is.

    Attributes:
        said: by the clock, in seconds since 1970 UTC.
        sure: the same, or, within the hour after a jump ahead, what it would say without it.
    """

    said: int
    sure: int

    @property
    def ahead(self) -> int:
        """How many seconds the clock jumped ahead, and is not yet believed; 0 if it is."""
        return self.said - self.sure


@dataclass(frozen=True, slots=True)
class _Jump:
    offset: float
    seen_at: float


class ClockWatch:
    """Compares a clock with a steady one at each look; for one thread.

    Args:
        clock: of the server.
        steady: that nobody sets.
    """

    def __init__(self, clock: Clock, steady: SteadyClock) -> None:
        self._clock = clock
        self._steady = steady
        self._looked = steady()
        self._offset = clock() - self._looked
        self._jump: _Jump | None = None

    def look(self) -> Moment:
        """Tell what time it is, and whether that is sure."""
        steady, said = self._steady(), self._clock()
        offset = said - steady
        ahead = offset - self._offset
        slewed = (steady - self._looked) * _SLEWED
        self._looked = steady
        if ahead <= JUMP_SECONDS:  # in step, or set back: what was ahead of it is forgotten
            self._jump = None
            self._offset += min(ahead, slewed)
            return Moment(said, said)
        if self._jump is None or abs(offset - self._jump.offset) > JUMP_SECONDS:
            self._jump = _Jump(offset, steady)
        if steady - self._jump.seen_at >= HOLD_OFF_SECONDS:
            # What it has come ahead since is counted from what was said an hour ago.
            self._offset, self._jump = min(offset, self._jump.offset), None
            return Moment(said, said)
        return Moment(said, int(self._offset + steady))
