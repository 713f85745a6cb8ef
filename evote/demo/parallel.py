# SPDX-License-Identifier: AGPL-3.0-or-later
"""Long work on every processor, in order, the same way on Linux, Windows and macOS."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def run_all(function: Callable[[T], R], tasks: Sequence[T], *, alone: bool) -> Iterator[R]:
    """Yield the result of every task, in order; ``alone``: in this very process.

    ``function`` and the tasks must be such that another process can be given them.
    """
    count = min(len(tasks), os.cpu_count() or 1)
    if alone or count < 2:
        yield from map(function, tasks)
        return
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, spawn, _leave_interrupts)
    try:
        yield from pool.map(function, tasks)
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_interrupts() -> None:
    # Ctrl-C reaches every process of the terminal; the one that asked for the work answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
