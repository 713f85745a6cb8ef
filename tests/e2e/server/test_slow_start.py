# SPDX-License-Identifier: AGPL-3.0-or-later
"""Workers that take their time to start, on a slow or loaded machine, are waited for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.db.databases import sqlite_url
from tests.e2e.server.hosted import host_school
from tests.e2e.server.real_server import RealServer, running

pytestmark = pytest.mark.db  # /proc

SLOW_SECONDS = 9  # longer than uvicorn waits of itself, with what it takes to look

# Python reads this in each process that it starts; only the workers are slow.
SLOW = f"""\
import sys, time
if any("spawn_main" in part for part in sys.orig_argv):
    time.sleep({SLOW_SECONDS})
"""


def test_workers_that_start_slowly_are_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "sitecustomize.py").write_text(SLOW)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "slow"))
    hosted = host_school(sqlite_url(tmp_path), tmp_path)
    server = RealServer(hosted.url, hosted.keys, tmp_path)
    with running(server) as started:
        assert len(started.workers()) == started.count
