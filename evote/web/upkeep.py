# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server does by itself while it runs, every minute: evote/upkeep.py.

Without the rewriting of sign-ins, what is on the disk would join who signed in to what was cast:
docs/adr/0011.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from evote.upkeep import Upkeep
from evote.web.metrics import LOGGER

LOOK_EVERY_SECONDS: Final = 60


@contextlib.asynccontextmanager
async def upkeep(work: Upkeep) -> AsyncIterator[None]:
    """Do what is due within the block."""
    task = asyncio.create_task(_every_minute(work))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _every_minute(work: Upkeep) -> None:
    while True:
        for fault in await asyncio.to_thread(lambda: list(work.step())):
            LOGGER.warning(str(fault))
        await asyncio.sleep(LOOK_EVERY_SECONDS)
