# SPDX-License-Identifier: AGPL-3.0-or-later
"""Threads of their own for what waits for an election's turn, so that pages never wait: ADR 10."""

import time
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

from evote.database.connection import DatabaseUnavailable
from evote.database.sharing import MOST_TOGETHER

P = ParamSpec("P")
T = TypeVar("T")
# Those whose works are being done, and as many that gather meanwhile.
THREADS: Final = 2 * MOST_TOGETHER
PATIENCE_SECONDS: Final = 20  # the booth's own: what begins later is of nobody who still waits
_LIMITER: Final[RunVar[CapacityLimiter]] = RunVar("threads that wait for an election's turn")


async def in_turn(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do ``work``, which may wait long for the database, in a thread that serves no page.

    Whoever finds them all busy waits without a thread, in order. What has begun is done to its end,
    even if whoever asked has left.

    Raises:
        DatabaseUnavailable: no thread was free for too long, so nothing was begun.
    """
    came = time.monotonic()

    def begin() -> T:
        if time.monotonic() - came > PATIENCE_SECONDS:
            raise DatabaseUnavailable("too many wait for the database")
        return work(*args, **kwargs)

    return await to_thread.run_sync(begin, limiter=_limiter())


def _limiter() -> CapacityLimiter:
    try:
        return _LIMITER.get()
    except LookupError:
        limiter = CapacityLimiter(THREADS)
        _LIMITER.set(limiter)
        return limiter
