# SPDX-License-Identifier: AGPL-3.0-or-later
"""A command that is told to stop takes away what it has half done, and then stops."""

import contextlib
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Final, NoReturn

_TOLD: Final = (signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def stopping_cleanly() -> Iterator[None]:
    """Let a service manager's stop, or a terminal that is gone, end the block as Ctrl-C does.

    Raises:
        SystemExit: with 128 and the signal's number, as a shell says it.
    """
    before = {each: signal.signal(each, _stop) for each in _TOLD}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
