# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server does by itself while it runs: the rewriting of sign-ins, every hour.

Without it, what is on the disk would join who signed in to what was cast: docs/adr/0011.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from evote.clock import Clock
from evote.database.connection import Database, DatabaseUnavailable
from evote.sign_in_rewriting import is_due, rewrite_sign_ins
from evote.web.metrics import LOGGER

LOOK_EVERY_SECONDS: Final = 60


@contextlib.asynccontextmanager
async def upkeep(database: Database, clock: Clock) -> AsyncIterator[None]:
    """Rewrite the sign-ins every hour within the block."""
    task = asyncio.create_task(_rewrite_every_hour(database, clock))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _rewrite_every_hour(database: Database, clock: Clock) -> None:
    last = clock()
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        if is_due(last, clock()) and await asyncio.to_thread(_rewrite, database):
            last = clock()


def _rewrite(database: Database) -> bool:
    """Rewrite once; False if it must be tried again."""
    try:
        done = rewrite_sign_ins(database).log_dropped
    except DatabaseUnavailable:
        done = False
    if not done:
        LOGGER.warning("sign-ins not rewritten yet")
    return done
