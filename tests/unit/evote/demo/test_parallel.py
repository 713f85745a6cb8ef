# SPDX-License-Identifier: AGPL-3.0-or-later
"""Work on every processor ends soon once nobody waits for it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from evote.demo.parallel import rest, run_all

LONG = 600.0


def wait_for_nothing(file: Path) -> Path:
    """A task that would rest long, and leaves a file if it was told that it is over."""
    if file.name == "first" or not rest(LONG):
        file.touch()
    return file


def test_tasks_that_rest_end_when_nobody_waits_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    tasks = [tmp_path / name for name in ("first", "second", "third", "fourth", "fifth")]
    with closing(run_all(wait_for_nothing, tasks, alone=False)) as results:
        assert next(results) == tasks[0]
    left = {path.name for path in tmp_path.iterdir()}
    assert {"first", "second"} <= left


def test_alone_a_task_rests_as_long_as_it_says() -> None:
    assert rest(0.0)
