# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server does by itself while it runs: evote/upkeep.py.

Without the rewriting of sign-ins, what is on the disk would join who signed in to what was cast:
docs/adr/0011. Without the steps, nobody would see what was recorded: docs/adr/0015.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Final

from evote.upkeep import Fault
from evote.web.log_lines import LOGGER, log_failure

# A fault that stays is said again so often.
SAY_AGAIN_SECONDS: Final = 60


@contextlib.asynccontextmanager
async def every(
    seconds: float, step: Callable[[], Iterator[Fault]], *, count: Callable[[Fault], None]
) -> AsyncIterator[None]:
    """Take a step at once and then again and again within the block.

    What it could not do is logged, and counted each time.

    A step that fails in a way that nobody has foreseen is logged, and taken again.
    """
    # A thread of its own: what takes its time keeps nobody else waiting.
    thread = ThreadPoolExecutor(1)
    task = asyncio.create_task(_again_and_again(seconds, step, thread, count))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        thread.shutdown(wait=False)


async def _again_and_again(
    seconds: float,
    step: Callable[[], Iterator[Fault]],
    thread: Executor,
    count: Callable[[Fault], None],
) -> None:
    said: dict[Fault, float] = {}
    loop = asyncio.get_running_loop()
    while True:
        for fault in await loop.run_in_executor(thread, _take, step):
            count(fault)
            now = time.monotonic()
            if now - said.get(fault, -SAY_AGAIN_SECONDS) >= SAY_AGAIN_SECONDS:
                said[fault] = now
                LOGGER.warning(str(fault))
        await asyncio.sleep(seconds)


def _take(step: Callable[[], Iterator[Fault]]) -> list[Fault]:
    try:
        return list(step())
    except Exception as error:  # noqa: BLE001 -- the outermost frame of a task that must go on
        log_failure("step", error)
        return []
