# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far a long step has come, drawn on the standard error where a person looks on."""

import shutil
import sys
import time
from typing import Final

WIDTH: Final = 80
LABEL: Final = 13
BAR: Final = 30
SHOW_EVERY_SECONDS: Final = 0.1


class ProgressBar:
    """Redraws itself a few times a second, and wipes itself at the end."""

    def __init__(self, *, quiet: bool) -> None:
        """Draw nothing at all if ``quiet``."""
        self._quiet = quiet
        self._drawn = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show ``done`` of ``total``."""
        now = time.monotonic()
        if self._quiet or (done < total and now - self._drawn < SHOW_EVERY_SECONDS):
            return
        self._drawn = now
        filled = BAR * done // max(total, 1)
        line = f"  {what:<{LABEL}}{'█' * filled}{'░' * (BAR - filled)} {number(done)}"
        wiped = "\r" + " " * (min(shutil.get_terminal_size().columns, WIDTH) - 1) + "\r"
        print(wiped if done >= total else f"\r{line}", end="", file=sys.stderr, flush=True)


def number(value: int) -> str:
    """Return a number with its thousands apart: ``12 345``."""
    return f"{value:,}".replace(",", "\u202f")
