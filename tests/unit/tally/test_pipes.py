# SPDX-License-Identifier: AGPL-3.0-or-later
"""A pipe with a name is never waited for; that of a shell has its other end, and is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tally.errors import Unreadable
from tally.files import read_file


def test_a_pipe_with_a_name_is_told(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(Unreadable, match="impossible de lire"):
        read_file(pipe)


def test_what_a_shell_hands_over_is_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"six mots")
    os.close(writing)
    try:
        assert read_file(Path(f"/dev/fd/{reading}")) == b"six mots"
    finally:
        os.close(reading)
