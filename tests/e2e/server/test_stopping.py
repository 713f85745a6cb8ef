# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asked to stop, the real server answers what was begun and leaves with 0: docs/operations.md."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from evote.database.elections import lock_election
from tests.e2e.server import processes
from tests.e2e.server.hosted import Hosted
from tests.e2e.server.parents import Reply, post_cast
from tests.e2e.server.real_server import RealServer, patiently, running

SECONDS = 10  # a loaded machine; alone it is less than one


@contextmanager
def held_up(hosted: Hosted, server: RealServer) -> Iterator[Future[Reply]]:
    """A ballot on its way, whose answer has to wait until the block ends."""
    with ThreadPoolExecutor(1) as pool, hosted.school() as school:
        with school.database.write() as connection:
            lock_election(connection, hosted.uuid)
            reply = pool.submit(post_cast, server.port, hosted.uuid, hosted.body(0))
            for _ in patiently("nobody has taken the request"):
                if processes.holders(server.workers(), server.port):
                    break
            time.sleep(0.3)  # read, and waiting for the lock
            yield reply
        reply.result()


@pytest.mark.db
@pytest.mark.parametrize(
    ("asked", "count"), [(signal.SIGTERM, 2), (signal.SIGTERM, 1), (signal.SIGINT, 1)]
)
def test_a_request_in_flight_is_answered_and_then_the_server_leaves(
    hosted: Hosted, tmp_path: Path, count: int, asked: signal.Signals
) -> None:
    with running(RealServer(hosted.url, hosted.keys, tmp_path, count=count)) as server:
        assert server.process is not None
        idle = socket.create_connection(("127.0.0.1", server.port))  # has asked nothing
        with idle, held_up(hosted, server) as reply:
            os.kill(server.pid, asked)
            time.sleep(1)
            assert server.process.poll() is None
            assert not reply.done()
        released = time.monotonic()
        assert reply.result().content["outcome"] == "recorded"
        assert server.process.wait(SECONDS) == 0
        assert time.monotonic() - released < SECONDS
        server.wait_until_nobody_listens()
    assert hosted.counts() == (1, 1)


@pytest.mark.db
@pytest.mark.parametrize("seconds", [0.2, 0.5, 1.0])
def test_ctrl_c_while_the_workers_still_start_is_heard_without_a_word(
    hosted: Hosted, tmp_path: Path, seconds: float
) -> None:
    """A terminal sends it to every process."""
    server = RealServer(hosted.url, hosted.keys, tmp_path)
    server.start()
    assert server.process is not None
    try:
        for _ in patiently("no worker is started"):
            if len(server.workers()) == server.count:
                break
        time.sleep(seconds)
        os.killpg(server.process.pid, signal.SIGINT)
        assert server.process.wait(SECONDS) == 0
        server.wait_until_nobody_listens()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait()
    assert server.log.read_text() == ""


@pytest.mark.db
def test_workers_without_their_supervisor_answer_and_leave_the_port_free(
    hosted: Hosted, server: RealServer
) -> None:
    workers = server.workers()
    with held_up(hosted, server) as reply:
        assert server.process is not None
        server.process.kill()
        server.process.wait()
        time.sleep(1)
        assert not reply.done()
    assert reply.result().content["outcome"] == "recorded"
    server.wait_until_nobody_listens()
    for _ in patiently("a worker without supervisor stays"):
        if not any(is_running(pid) for pid in workers):
            break
    server.start()
    server.wait_until_all_answer()
    assert hosted.counts() == (1, 1)


def is_running(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
