# SPDX-License-Identifier: AGPL-3.0-or-later
"""Long work on every processor, in order, the same way on Linux, Windows and macOS."""

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.synchronize import Event
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

# In a process of the pool: set once nobody waits for its results any more.
_over: Event | None = None


def run_all(
    function: Callable[[T], R], tasks: Sequence[T], *, alone: bool
) -> Generator[R, None, None]:
    """Yield the result of every task, in order; ``alone``: in this very process.

    ``function`` and the tasks must be such that another process can be given them.
    """
    count = min(len(tasks), os.cpu_count() or 1)
    if alone or count < 2:
        yield from map(function, tasks)
        return
    spawn = multiprocessing.get_context("spawn")
    over = spawn.Event()
    pool = ProcessPoolExecutor(count, spawn, _begin, (over,))
    try:
        with _interrupts_held():  # every process of the pool is started here
            results = pool.map(function, tasks)
        yield from results
    finally:
        over.set()  # a task that rests, or that waits in a process for its turn, ends soon
        pool.shutdown(cancel_futures=True)


def rest(seconds: float) -> bool:
    """Wait so long; False, at once, if nobody waits for this task's result any more."""
    if _over is None:
        time.sleep(seconds)
        return True
    return not _over.wait(seconds)


def _begin(over: Event) -> None:
    global _over  # noqa: PLW0603 -- it is of the whole process, which does nothing else
    _over = over
    # Ctrl-C reaches every process of the terminal; the one that asked for the work answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let a Ctrl-C wait until the block is over; processes started within it never get one.

    Without this, one that is interrupted while it starts would show a trace. Windows has no mask.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
