# SPDX-License-Identifier: AGPL-3.0-or-later
"""The terminal that a server or a worker was started from, and may outlive: docs/operations.md."""

import signal
from typing import Final

HANGUP: Final[signal.Signals | None] = getattr(signal, "SIGHUP", None)  # Windows has none


def outlive_terminal() -> None:
    """Let the terminal be closed: what runs until it is asked to stop is not stopped by that."""
    if HANGUP is not None:
        signal.signal(HANGUP, signal.SIG_IGN)
