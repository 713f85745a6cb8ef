# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same election hosted again: what the first hosting of a process left is put there again."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp

import psycopg
from sqlalchemy import select

from evote.database.base import Base
from evote.database.common_tables import SchoolRow
from evote.database.connection import Database
from evote.keys import KeyFolder
from tests.db.school import ManualClock, School, host
from tests.db.second_machine import vote
from tests.simulator import SimulatedElection

TABLES = tuple(table.name for table in Base.metadata.sorted_tables)
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"


@dataclass(frozen=True)
class _Rows:
    """What PostgreSQL holds: the rows of each table in its own form, and where its numbers are."""

    tables: dict[str, bytes]
    sequences: dict[str, int]


@dataclass(frozen=True)
class _Hosted:
    school: School
    data: sqlite3.Connection | _Rows
    files: dict[str, bytes]


_hosted: dict[tuple[object, ...], _Hosted] = {}


def host_again(
    database: Database,
    keys: Path,
    election: SimulatedElection,
    clock: ManualClock,
    *,
    opened: bool = True,
    seconds: int = 60,
    voters: int = 0,
) -> School:
    """As ``host`` in an empty database and folder, much faster from the second time on.

    The first ``voters`` electors have voted, and a step has published that.
    PINs and keys of this election are then those of the first time.
    """
    what = (id(election), database.is_sqlite, clock.time, opened, seconds, voters)
    before = _hosted.get(what)
    if before is None:
        school = host(database, keys, election, clock, opened=opened, seconds=seconds)
        if voters:
            vote(school, range(voters))
        files = {path.name: path.read_bytes() for path in keys.iterdir()}
        kept = School(database, school.folder, election, clock, dict(school.pins), seconds)
        _hosted[what] = _Hosted(kept, _read(database), files)
        return school
    keys.mkdir(mode=0o700, exist_ok=True)
    for name, data in before.files.items():
        (keys / name).touch(mode=0o600)
        (keys / name).write_bytes(data)
    _write(before.data, database)
    pins = dict(before.school.pins)
    return replace(before.school, database=database, folder=KeyFolder(keys), clock=clock, pins=pins)


def _read(database: Database) -> sqlite3.Connection | _Rows:
    with database.snapshot() as connection:
        driver = connection.connection.driver_connection
        if isinstance(driver, sqlite3.Connection):
            file = Path(mkdtemp(prefix="preau-test-")) / "hosted.db"
            copy = sqlite3.connect(file, check_same_thread=False)
            driver.backup(copy)
            return copy
        assert isinstance(driver, psycopg.Connection)
        tables = {name: _copied_out(driver, name) for name in TABLES}
        return _Rows(tables, dict(driver.execute(_SEQUENCES).fetchall()))


def _write(data: sqlite3.Connection | _Rows, database: Database) -> None:
    with database.read() as connection:
        assert not connection.execute(select(SchoolRow.id)).all(), "the database is not empty"
    if isinstance(data, sqlite3.Connection):
        with database.alone() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            data.backup(driver)
        return
    with database.write() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        for name, rows in data.tables.items():
            if rows:
                with driver.cursor().copy(f"COPY {name} FROM STDIN") as copy:
                    copy.write(rows)
        for name, last in data.sequences.items():
            driver.execute("SELECT setval(%s, %s)", (name, last))


def _copied_out(driver: psycopg.Connection, table: str) -> bytes:
    with driver.cursor().copy(f"COPY {table} TO STDOUT") as copy:
        return b"".join(copy)
