# SPDX-License-Identifier: AGPL-3.0-or-later
"""While a worker hangs, another that died is replaced, and a stop is heard."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evote.web.supervising import HANGS_SECONDS
from tests.e2e.server import processes
from tests.e2e.server.hosted import Hosted
from tests.e2e.server.real_server import PATIENCE_SECONDS, RealServer, patiently, running

pytestmark = pytest.mark.db  # /proc


def test_while_a_worker_hangs_another_is_replaced_and_the_rest_stops(server: RealServer) -> None:
    assert server.process is not None
    hangs, dies = sorted(server.workers())  # the first that is asked whether it goes on
    os.kill(hangs, signal.SIGSTOP)
    time.sleep(1)  # it has been asked, and has not answered
    os.kill(dies, signal.SIGKILL)
    killed, new = time.monotonic(), set[int]()
    for _ in patiently("the dead worker is not replaced"):
        if new := server.workers() - {hangs, dies}:
            break
    assert time.monotonic() - killed < HANGS_SECONDS / 2  # it is not waited for
    said = f"the worker {dies} died (exit status -9): another is started "
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert any(line["event"].startswith(said) for line in lines)
    assert hangs in server.workers()
    os.kill(server.process.pid, signal.SIGTERM)
    for _ in patiently("a worker that can stop does not"):
        if not server.workers() & new:
            break
    assert server.workers() == {hangs}
    os.kill(hangs, signal.SIGCONT)
    assert server.process.wait(10) == 0


@pytest.mark.parametrize("count", [1, 2])
def test_a_terminal_that_is_closed_stops_and_starts_no_worker(
    hosted: Hosted, tmp_path: Path, count: int
) -> None:
    with running(RealServer(hosted.url, hosted.keys, tmp_path, count=count)) as server:
        before = server.workers()
        assert server.process is not None
        os.killpg(server.process.pid, signal.SIGHUP)  # as a terminal does
        time.sleep(1)
        assert (server.workers(), server.process.poll()) == (before, None)
        server.wait_until_all_answer()


def test_nor_does_it_stop_the_one_that_does_the_upkeep(hosted: Hosted, tmp_path: Path) -> None:
    """Or what it was started beside would go on taking ballots, and nobody would close the vote."""
    server = RealServer(hosted.url, hosted.keys, tmp_path)
    worker = subprocess.Popen(
        [sys.executable, "-m", "evote", "worker"], env=server.environment, start_new_session=True
    )
    try:
        for _ in patiently("the worker does not listen"):
            if processes.hears(worker.pid, signal.SIGTERM):
                break
        os.killpg(worker.pid, signal.SIGHUP)
        os.kill(worker.pid, signal.SIGTERM)
        assert worker.wait(PATIENCE_SECONDS) == 0
    finally:
        worker.kill()
        worker.wait()
