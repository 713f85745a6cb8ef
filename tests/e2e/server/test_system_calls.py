# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real server's socket gets no acknowledgement before the log is synced: docs/adr/0010.

SQLite is synced by the worker itself, PostgreSQL by its own process: it is started below strace
too, and the calls of both are read by their times.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from tests.db.postgresql import Server
from tests.e2e.server.calls import Call, read_calls, strace, unsynced
from tests.e2e.server.hosted import Hosted, host_school
from tests.e2e.server.parents import post_cast
from tests.e2e.server.real_server import RealServer, patiently, running

pytestmark = pytest.mark.db  # strace

PARENTS = 6


def cast_one_after_the_other(hosted: Hosted, folder: Path) -> list[Call]:
    """Return the calls of the server from the second parent's vote up to its end.

    Its log has what they write alone: there is one worker, whose connection has been used, with no
    upkeep, and no step but one before them.
    """
    output = folder / "server.calls"
    more = {"UPKEEP": "false"}
    traced = RealServer(
        hosted.url, hosted.keys, folder, before=strace(output), count=1, seconds=600, more=more
    )
    before = hosted.everything()
    with running(traced) as server:
        for _ in patiently("no step is published"):
            if hosted.everything() != before:
                break
        assert post_cast(server.port, hosted.uuid, hosted.body(PARENTS)).status == 200
        time.sleep(0.5)  # whatever it has left to do is done
        began = time.time()
        for elector in range(PARENTS):
            assert post_cast(server.port, hosted.uuid, hosted.body(elector)).status == 200
        assert server.stop() == 0
    return [call for call in read_calls(output) if call.began >= began]


def acknowledgements(calls: list[Call]) -> list[Call]:
    """The first bytes of each answer that says *recorded*; its body comes in a call of its own."""
    sent = [call for call in calls if call.name.startswith("send") and "200 OK" in call.given]
    return [call for call in sent if "no-store" in call.given]  # neither a page nor /healthz


def test_sqlite_is_synced_before_the_socket_is_written(sqlite_url: str, tmp_path: Path) -> None:
    hosted = host_school(sqlite_url, tmp_path)
    calls = cast_one_after_the_other(hosted, tmp_path)
    assert unsynced(calls, "-wal", acknowledgements(calls)) == (PARENTS, 0)


def test_postgresql_is_synced_before_the_socket_is_written(
    postgresql: Server, postgresql_url: str, tmp_path: Path
) -> None:
    hosted = host_school(postgresql_url, tmp_path)
    with traced(postgresql) as output:
        calls = cast_one_after_the_other(hosted, tmp_path)
    of_postgresql = [call for call in read_calls(output) if call.began >= calls[0].began]
    told = acknowledgements(calls)
    assert unsynced(of_postgresql, "/pg_wal/", told) == (PARENTS, 0)
    # The worker reads it before the call that sends it is seen to end.
    committed = [each.began for each in of_postgresql if "COMMIT" in each.given]
    for since, until in pairwise([calls[0].began, *(each.began for each in told)]):
        # What counts her tries, then her ballot.
        assert len([each for each in committed if since < each < until]) >= 2


@contextmanager
def traced(postgresql: Server) -> Iterator[Path]:
    """PostgreSQL below strace in the block; afterwards its calls are there."""
    output = postgresql.folder / "postgresql.calls"
    postgresql.stop()
    with ThreadPoolExecutor(1) as pool:
        tracing = pool.submit(postgresql.start, *strace(output))  # ends when PostgreSQL does
        try:
            for _ in patiently("PostgreSQL does not start"):
                if (postgresql.data / "postmaster.pid").exists() and answers(postgresql):
                    break
            yield output
        finally:
            postgresql.stop()
            tracing.result(30)
            postgresql.start()


def answers(postgresql: Server) -> bool:
    try:
        postgresql.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
