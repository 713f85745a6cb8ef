# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one place that asks what time it is. Everything else is given a ``Clock``."""

import time
from collections.abc import Callable
from typing import Final

# Seconds since 1970-01-01 UTC, as docs/protocol.md §8.3 counts them.
Clock = Callable[[], int]

# Seconds since some moment of the machine's; nobody sets it, and a suspended machine counts on.
SteadyClock = Callable[[], float]

HOUR: Final = 3600


def system_clock() -> int:
    """Return the machine's time in whole seconds."""
    return int(time.time())


def steady_clock() -> float:
    """Return the seconds since the machine was started, whatever its clock is set to."""
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)  # Linux alone has it
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


def hour_of(now: int) -> int:
    """Return the beginning of the hour: all that is kept of when people signed in or mistyped."""
    return now - now % HOUR
