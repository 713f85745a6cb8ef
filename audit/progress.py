# SPDX-License-Identifier: AGPL-3.0-or-later
"""A progress bar for long work, on standard error, in plain text."""

from __future__ import annotations

import contextlib
import sys
import time

from audit.words import Text

WIDTH = 30
EVERY_SECONDS = 0.2
SILENT_SECONDS = 1.0


class Bar:
    """Redraws itself a few times a second, and only once the work has lasted a while."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.started = time.monotonic()
        self.drawn = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Show ``done`` of ``total``."""
        now = time.monotonic()
        if now - self.started < SILENT_SECONDS or now - self.drawn < EVERY_SECONDS:
            return
        self.drawn = now
        full = WIDTH * done // max(total, 1)
        left = (now - self.started) * (total - done) / max(done, 1)
        bar = "#" * full + "." * (WIDTH - full)
        self._draw(f"\r{self.label} [{bar}] {done}/{total} ~{left:.0f} s ")

    def close(self) -> None:
        """Wipe the line."""
        if self.drawn:
            self._draw("\r" + " " * (WIDTH + 45) + "\r")

    @staticmethod
    def _draw(text: str) -> None:
        with contextlib.suppress(OSError):  # no bar is worth a verdict
            print(text, end="", file=sys.stderr, flush=True)


LABEL = Text("Bulletins", "Ballots")
