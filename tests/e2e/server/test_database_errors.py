# SPDX-License-Identifier: AGPL-3.0-or-later
"""A full disk, a database that fails or is away: 503 over HTTP, and nothing changes.

What is injected is what the system itself would say (strace, RLIMIT_FSIZE), to the real server.
"""

from __future__ import annotations

import pwd
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.db.postgresql import Server
from tests.db.torn import torn
from tests.e2e.server import processes
from tests.e2e.server.hosted import Hosted, ballot, host_school
from tests.e2e.server.parents import Reply, post_cast
from tests.e2e.server.real_server import RealServer, patiently, running

pytestmark = pytest.mark.db  # strace, and PostgreSQL
FULL_PAGE = 11  # so many ballots, and its set-up, fill a page of events


def post(hosted: Hosted, server: RealServer, elector: int) -> Reply:
    return post_cast(server.port, hosted.uuid, hosted.body(elector))


def must_be_unavailable(reply: Reply) -> None:
    assert (reply.status, reply.content) == (503, {"problem": "unavailable"})


def must_be_recorded(reply: Reply) -> None:
    assert (reply.status, reply.content["outcome"]) == (200, "recorded")


@contextmanager
def no_file_longer_than(size: int, pids: set[int], user: str | None = None) -> Iterator[None]:
    """As a full disk, for processes that run, of this user."""
    for pid in pids:
        if limit(pid, str(size), user):
            raise AssertionError(f"process {pid} takes no limit")
    yield
    for pid in pids:  # some have ended meanwhile: PostgreSQL ends all after a panic
        if limit(pid, "unlimited", user) and pid in processes.everybody():
            raise AssertionError(f"process {pid} keeps its limit")


def limit(pid: int, size: str, user: str | None) -> int:
    """Return the exit status."""
    command = ["prlimit", "--pid", str(pid), f"--fsize={size}:unlimited"]
    group = pwd.getpwnam(user).pw_gid if user else None
    return subprocess.run(command, user=user, group=group, check=False).returncode


@pytest.fixture
def on_sqlite(sqlite_url: str, tmp_path: Path) -> Hosted:
    return host_school(sqlite_url, tmp_path)


@pytest.fixture
def on_postgresql(postgresql_url: str, tmp_path: Path) -> Hosted:
    return host_school(postgresql_url, tmp_path)


def casting_alone(hosted: Hosted, folder: Path) -> RealServer:
    """Without what each worker writes by itself soon after its start: sign-ins, written anew."""
    return RealServer(hosted.url, hosted.keys, folder, more={"UPKEEP": "false"})


def test_sqlite_whose_disk_fills_up_and_is_emptied(on_sqlite: Hosted, tmp_path: Path) -> None:
    with running(casting_alone(on_sqlite, tmp_path)) as server:
        must_be_recorded(post(on_sqlite, server, 0))
        before = on_sqlite.everything()
        with no_file_longer_than(4096, server.workers()):
            for _ in range(4):  # each worker answers one, or nearly surely
                must_be_unavailable(post(on_sqlite, server, 1))
            server.get(f"/e/{on_sqlite.uuid}/archive")  # what is read is not in the way
            assert on_sqlite.everything() == before
        must_be_recorded(post(on_sqlite, server, 1))
        must_be_recorded(post(on_sqlite, server, 0))
        record = server.get(f"/e/{on_sqlite.uuid}/record")
    assert on_sqlite.counts() == (2, 2)
    on_sqlite.audit(record, tmp_path / "record")


def test_sqlite_that_does_not_give_a_page_of_earlier_ballots(
    on_sqlite: Hosted, tmp_path: Path
) -> None:
    """Every worker refuses what none of them could publish."""
    with on_sqlite.school() as school:
        for elector in range(FULL_PAGE):
            school.cast(elector, ballot(elector))
        school.publisher.publish(school.uuid)
        with (
            torn(school, "board_event"),
            running(RealServer(on_sqlite.url, on_sqlite.keys, tmp_path, seconds=1)) as server,
        ):
            told = f"the database fails in the step of {on_sqlite.uuid}"
            for _ in patiently("not every worker has tried a step"):
                if server.log.read_text().count(told) >= server.count:
                    break
            for _ in range(4):  # each worker answers one, or nearly surely
                must_be_unavailable(post(on_sqlite, server, FULL_PAGE))
    assert on_sqlite.counts() == (FULL_PAGE, FULL_PAGE)


@pytest.mark.parametrize(("call", "error"), [("pwrite64", "ENOSPC"), ("fdatasync", "EIO")])
def test_sqlite_whose_log_cannot_be_written_or_synced(
    on_sqlite: Hosted, tmp_path: Path, call: str, error: str
) -> None:
    log = on_sqlite.url.removeprefix("sqlite:///") + "-wal"
    inject = ["-e", f"trace={call}", "-e", f"inject={call}:error={error}"]
    strace = (
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-o",
        str(tmp_path / "calls"),
        "-P",
        log,
        *inject,
    )
    before = on_sqlite.everything()
    with running(RealServer(on_sqlite.url, on_sqlite.keys, tmp_path, before=strace)) as server:
        for elector in (0, 0, 1):
            must_be_unavailable(post(on_sqlite, server, elector))
        assert on_sqlite.everything() == before
    assert (tmp_path / "calls").read_text().count("(INJECTED)") >= 3
    with running(RealServer(on_sqlite.url, on_sqlite.keys, tmp_path)) as server:
        must_be_recorded(post(on_sqlite, server, 0))
    assert on_sqlite.counts()[0] == on_sqlite.counts()[1] >= 1


def test_postgresql_stopped_while_ballots_are_on_their_way(
    on_postgresql: Hosted, postgresql: Server, tmp_path: Path
) -> None:
    with running(casting_alone(on_postgresql, tmp_path)) as server:
        must_be_recorded(post(on_postgresql, server, 0))
        before = on_postgresql.everything()
        with ExitStack() as stack:
            with waiting(on_postgresql, server, postgresql) as (replies, _):
                postgresql.stop("immediate")
                stack.callback(postgresql.start)
            must_be_unavailable(post(on_postgresql, server, 5))
        for reply in replies:
            must_be_unavailable(reply)
        assert on_postgresql.everything() == before
        check_that_all_can_vote(on_postgresql, server, tmp_path)


def test_postgresql_that_ends_the_sessions_of_the_server(
    on_postgresql: Hosted, postgresql: Server, tmp_path: Path
) -> None:
    with running(RealServer(on_postgresql.url, on_postgresql.keys, tmp_path)) as server:
        must_be_recorded(post(on_postgresql, server, 0))
        with waiting(on_postgresql, server, postgresql) as (replies, watching):
            watching.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'preau'"
            )
        # Those who waited in their worker for the first one's turn went on with a new session.
        recorded = [reply for reply in replies if reply.status != 503]
        for reply in replies:
            (must_be_recorded if reply in recorded else must_be_unavailable)(reply)
        assert len(recorded) < len(replies)
        assert on_postgresql.counts() == (1 + len(recorded), 1 + len(recorded))
        check_that_all_can_vote(on_postgresql, server, tmp_path)


def test_postgresql_without_room_for_its_log(
    on_postgresql: Hosted, postgresql: Server, tmp_path: Path
) -> None:
    with running(casting_alone(on_postgresql, tmp_path)) as server:
        must_be_recorded(post(on_postgresql, server, 0))
        before = on_postgresql.everything()
        with no_file_longer_than(4096, backends(postgresql), postgresql.user):
            must_be_unavailable(post(on_postgresql, server, 1))
        for _ in patiently("PostgreSQL does not come back"):
            if post(on_postgresql, server, 0).status == 200:
                break
        assert on_postgresql.everything() == before
        check_that_all_can_vote(on_postgresql, server, tmp_path)


@contextmanager
def waiting(
    hosted: Hosted, server: RealServer, postgresql: Server
) -> Iterator[tuple[list[Reply], psycopg.Connection[tuple[object, ...]]]]:
    """Four ballots wait for the election's lock in the block; then come their replies.

    In each worker the first one waits for the database, and the others for its turn.
    """
    replies: list[Reply] = []
    with (
        suppress(psycopg.OperationalError),  # our own sessions may have been ended as well
        psycopg.connect(postgresql.url("preau")) as locking,
        psycopg.connect(postgresql.url("postgres"), autocommit=True) as watching,
        ThreadPoolExecutor(4) as pool,
    ):
        locking.execute("SELECT id FROM election FOR UPDATE")
        voting = [pool.submit(post, hosted, server, elector) for elector in range(1, 5)]
        for _ in patiently("the ballots do not wait"):
            query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            held = processes.holders(server.workers(), server.port).total()
            if watching.execute(query).fetchone() != (0,) and held == len(voting):
                break
        yield replies, watching
        replies += [vote.result() for vote in voting]


def backends(postgresql: Server) -> set[int]:
    """The processes of PostgreSQL that serve the server's sessions."""
    with psycopg.connect(postgresql.url("preau")) as connection:
        query = "SELECT pid FROM pg_stat_activity WHERE datname = 'preau'"
        found = {row[0] for row in connection.execute(query)}
        return found - {connection.info.backend_pid}


def check_that_all_can_vote(hosted: Hosted, server: RealServer, folder: Path) -> None:
    # Each process looks once a second which steps are due, and promises nothing until it knows.
    for elector in range(5):
        reply = post(hosted, server, elector)
        for _ in patiently(f"the ballot of {elector} is not taken"):
            if reply.status != 503:
                break
            reply = post(hosted, server, elector)
        must_be_recorded(reply)
    assert hosted.counts() == (5, 5)
    hosted.audit(server.get(f"/e/{hosted.uuid}/record"), folder / "record")
