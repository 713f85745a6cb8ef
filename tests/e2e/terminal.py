# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person's end of a pseudo-terminal, on which a command runs."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Terminal:
    """What was shown so far and not yet looked at, and keys to press."""

    handle: int
    shown: str = ""

    def wait_for(self, text: str) -> str:
        """Read until this text is on the screen; return what was shown before it."""
        while text not in self.shown:
            data = os.read(self.handle, 4096)
            assert data, f"{text!r} never came after {self.shown!r}"
            self.shown += data.decode("utf-8", "replace")
        before, self.shown = self.shown.split(text, 1)
        return before

    def read_all(self) -> str:
        """Read until the command has left its terminal; return all that was shown."""
        parts = [self.shown.encode()]
        while True:
            try:
                data = os.read(self.handle, 4096)
            except OSError:  # Linux says so that nobody holds the other end any more
                data = b""
            if not data:
                self.shown = ""
                return b"".join(parts).decode("utf-8", "replace")
            parts.append(data)

    def type(self, text: str) -> None:
        os.write(self.handle, f"{text}\n".encode())


@contextmanager
def terminal(folder: Path, *command: str) -> Iterator[tuple[Terminal, subprocess.Popen[bytes]]]:
    """Run ``python -m COMMAND`` in a folder, on a terminal of its own."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "COLUMNS": "200"},
    )
    os.close(theirs)
    try:
        yield Terminal(ours), process
        process.wait(30)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
