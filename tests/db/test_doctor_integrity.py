# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file of SQLite whose pages are damaged is told, with the way out, and not touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from evote.database.connection import open_database
from evote.doctor.examine import Asked, examine
from evote.doctor.findings import Finding, Level
from evote.doctor.integrity import check_integrity
from tests.db.conftest import ELECTION
from tests.db.databases import sqlite_url
from tests.db.hosted_again import host_again
from tests.db.school import ManualClock
from tests.db.second_machine import vote

PAGE = 4096


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database of a school in which people have voted, and whose server is stopped."""
    url = sqlite_url(tmp_path)
    database = open_database(url)
    vote(host_again(database, tmp_path / "keys", ELECTION, ManualClock()), range(4))
    database.close()
    monkeypatch.setenv("PREAU_DATABASE_URL", url)
    monkeypatch.setenv("PREAU_PUBLIC_URL", "https://vote.example")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(tmp_path / "keys"))
    return Path(url.removeprefix("sqlite:///"))


def overwrite(file: Path, page: int) -> None:
    """Let a page hold what a disk may give back instead of it."""
    with file.open("r+b") as stream:
        stream.seek(page * PAGE)
        stream.write(b"\xa5" * PAGE)


def look(clock: ManualClock) -> list[Finding]:
    return list(examine(Asked(lambda _uuid: b"", clock=clock)))


@pytest.mark.parametrize("place", [0.0, 0.25, 0.5, 0.75])
def test_a_damaged_page_is_told_with_the_backup_and_the_file_stays_as_it_is(
    file: Path, clock: ManualClock, place: float
) -> None:
    assert "integrity" not in {each.check for each in look(clock) if each.level is not Level.OK}
    overwrite(file, int(file.stat().st_size // PAGE * place))
    before = file.read_bytes()
    last = look(clock)[-1]
    assert (last.check, last.level) == ("integrity", Level.SERIOUS)
    assert "abîmé" in last.message
    assert "evote restore" in last.advice
    assert "sauvegarde" in last.advice
    assert file.read_bytes() == before


def test_what_a_killed_server_left_in_its_log_is_read_and_not_moved(file: Path) -> None:
    """A reader who writes brings the log into the file when he closes it."""
    with closing(sqlite3.connect(file)) as server:
        server.execute("PRAGMA wal_autocheckpoint = 0")
        with server:
            server.execute("UPDATE school SET name = 'Une autre'")
        log = file.with_name(f"{file.name}-wal")
        left = (file.read_bytes(), log.read_bytes())
    file.write_bytes(left[0])
    log.write_bytes(left[1])
    assert len(left[1]) > PAGE
    assert check_integrity(file).level is Level.OK
    assert (file.read_bytes(), log.read_bytes()) == left


def test_it_reads_while_others_write(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as server:
        server.execute("BEGIN IMMEDIATE")
        server.execute("UPDATE school SET name = 'Une autre'")
        assert check_integrity(file).level is Level.OK


def test_it_stops_in_time_and_says_so(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evote.doctor.integrity._STEPS_BETWEEN", 1)
    found = check_integrity(file, seconds=0)
    assert (found.level, "à temps" in found.message) == (Level.TO_SEE, True)


@pytest.fixture
def taken(file: Path) -> Iterator[Path]:
    """A database that somebody holds for himself alone."""
    with closing(sqlite3.connect(file, isolation_level=None)) as server:
        server.execute("PRAGMA locking_mode = EXCLUSIVE")
        server.execute("BEGIN EXCLUSIVE")
        yield file


def test_what_cannot_be_read_now_is_not_called_damaged(taken: Path) -> None:
    assert check_integrity(taken).level is Level.TO_SEE
