# SPDX-License-Identifier: AGPL-3.0-or-later
"""Both outputs: what cannot be written is noticed at once, and nothing is said of it at the end."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TextIO


def prepare() -> None:
    """A terminal that lacks a character shows another instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def write(text: str) -> None:
    """Put a text on standard output, all of it.

    Raises:
        OSError: the output did not take it; it is then silenced.
    """
    if sys.stdout is None:
        return
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except OSError:
        _silence(sys.stdout)
        raise


def complain(text: str) -> None:
    """Put a sentence on standard error, if anything reads it."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr)


def _silence(stream: TextIO) -> None:
    """What is left in the buffer goes nowhere; or Python would fail on it once more at its end."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
