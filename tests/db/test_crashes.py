# SPDX-License-Identifier: AGPL-3.0-or-later
"""Killed, cut off, full: nothing acknowledged is lost and nothing stands twice: docs/adr/0010."""

from __future__ import annotations

import json
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from sqlalchemy import text

from evote.casting import Outcome
from evote.database.connection import Database, DatabaseUnavailable, open_database
from tests.db.hosted_again import host_again
from tests.db.postgresql import Server
from tests.db.school import ManualClock, School, audit, make_election

ELECTION = make_election(electors=40)
WRITER = Path(__file__).parent / "writer.py"


@pytest.fixture
def large_school(database: Database, clock: ManualClock, tmp_path: Path) -> School:
    return host_again(database, tmp_path / "keys", ELECTION, clock)


def write_requests(school: School, path: Path, electors: int) -> None:
    lines = [
        json.dumps(
            {
                "uuid": school.uuid,
                "number": school.number(i),
                "pin": school.pin(i).reveal(),
                "ballot": school.ballot(i).decode(),
            }
        )
        for i in range(electors)
    ]
    path.write_text("\n".join(lines))


@contextmanager
def writer(
    url: str, folder: Path, threads: int, *before: str
) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """The process of writer.py and its standard output; it is killed at the end of the block."""
    arguments = [url, str(folder / "keys"), str(folder / "requests"), str(threads)]
    with (folder / "flying").open("w") as flying:
        process = subprocess.Popen(
            [*before, sys.executable, str(WRITER), *arguments],
            stdout=subprocess.PIPE,
            stderr=flying,
            text=True,
        )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", (folder / "flying").read_text()
        try:
            yield process, process.stdout
        finally:
            process.kill()


@pytest.mark.share(3)
@pytest.mark.parametrize("acknowledged", [1, 9, 20])
def test_a_killed_server_loses_nothing_it_acknowledged(
    large_school: School, url: str, tmp_path: Path, acknowledged: int
) -> None:
    school = large_school
    write_requests(school, tmp_path / "requests", 40)
    with writer(url, tmp_path, 8) as (process, output):
        told = [output.readline() for _ in range(acknowledged)]
        process.kill()
        told += output.read().splitlines(keepends=True)
    flying = re.findall(r"flying (\d+)\n", (tmp_path / "flying").read_text())
    assert int(flying[-1]) >= 1, "no request was in flight"
    known = {int(found[1]) for line in told if (found := re.fullmatch(r"ack (\d+)\n", line))}
    assert len(known) >= acknowledged
    ballots, sign_ins = school.counts()
    assert ballots == sign_ins >= len(known)
    for elector in known:  # recorded: this exact ballot is on the board, this sign-in is marked
        assert school.archive().count(school.ballot(elector)) == 1
    audit(school, tmp_path / "record")
    for elector in range(40):
        assert school.cast(elector).outcome is Outcome.RECORDED
    assert school.counts() == (40, 40)
    audit(school, tmp_path / "record")


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """As a full disk: writing further fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, previous)


def test_a_full_disk_changes_nothing_and_is_said(migrated_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "preau.db"
    path.write_bytes(migrated_file.read_bytes())
    database = open_database(f"sqlite:///{path}")
    school = host_again(database, tmp_path / "keys", ELECTION, ManualClock())
    school.cast(0)
    with database.alone() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    before, request = school.archive(), school.request(1)
    with no_file_longer_than(8192), pytest.raises(DatabaseUnavailable):
        school.casting.cast(request)
    assert school.archive() == before
    assert school.counts() == (1, 1)
    assert school.casting.cast(request).outcome is Outcome.RECORDED
    audit(school, tmp_path / "record")
    database.close()


@pytest.mark.db
def test_postgresql_killed_and_started_again_has_every_acknowledged_ballot(
    tmp_path: Path, postgresql: Server
) -> None:
    postgresql.empty("preau")
    database = open_database(postgresql.url("preau"))
    school = host_again(database, tmp_path / "keys", ELECTION, ManualClock())
    for elector in range(5):
        assert school.cast(elector).outcome is Outcome.RECORDED
    postgresql.stop("immediate")
    try:
        with pytest.raises(DatabaseUnavailable):
            school.cast(5)
    finally:
        postgresql.start()
    assert school.counts() == (5, 5)
    assert school.cast(5).outcome is Outcome.RECORDED
    audit(school, tmp_path / "record")
    database.close()


@pytest.mark.db  # strace comes with setup/postgresql.py
def test_sqlite_acknowledges_nothing_before_the_sync(migrated_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "preau.db"
    path.write_bytes(migrated_file.read_bytes())
    database = open_database(f"sqlite:///{path}")
    school = host_again(database, tmp_path / "keys", ELECTION, ManualClock())
    write_requests(school, tmp_path / "requests", 6)
    database.close()
    calls = tmp_path / "calls"
    trace = ["strace", "-f", "-y", "-e", "trace=write,pwrite64,fdatasync,fsync", "-o", str(calls)]
    with writer(f"sqlite:///{path}", tmp_path, 1, *trace) as (_, output):
        assert output.read().count("ack") == 6
    assert faults_in(calls.read_text()) == (6, 0)


def faults_in(calls: str) -> tuple[int, int]:
    """How many acknowledgements there are, and how many with a log that was not synced."""
    acknowledged = faults = 0
    written, dirty = 0, False
    for line in calls.splitlines():
        if re.search(r"pwrite64\(\d+<[^>]*-wal>", line):
            written, dirty = written + 1, True
        elif re.search(r"sync\(\d+<[^>]*-wal>\) += 0$", line):
            dirty = False
        elif "write(1<" in line and '"ack ' in line:
            acknowledged += 1
            faults += int(dirty or not written)
            written = 0
    return acknowledged, faults
