# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each test that asks for ``database`` runs on SQLite and on a real PostgreSQL (mark ``db``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evote.backup.pace import ballots_of, remember_backup
from evote.database.connection import Database, open_database
from evote.database.migrating import migrate
from evote.keys import KeyFolder
from evote.sign_in_rewriting import rewrite_sign_ins
from tests.db import databases
from tests.db.databases import migrated_server, postgresql_url, sqlite_url
from tests.db.hosted_again import host_again
from tests.db.postgresql import Server
from tests.db.school import ManualClock, School, make_election
from tests.db.second_machine import Machine
from tests.simulator import HOST

ELECTION = make_election(electors=12)
VOTERS = 4


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    with migrated_server() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_file() -> Path:
    return databases.migrated_file()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.db)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with our tables, all empty."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    return postgresql_url(request.getfixturevalue("postgresql"))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def school(
    request: pytest.FixtureRequest, database: Database, clock: ManualClock, tmp_path: Path
) -> School:
    """An open election of twelve parents, in which some have voted if the test asks for that."""
    voters = VOTERS if "voted" in request.fixturenames else 0
    return host_again(database, tmp_path / "keys", ELECTION, clock, voters=voters)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.db)])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A second empty database, of either kind."""
    yield from second_database(request, tmp_path, sqlite=request.param == "sqlite")


@pytest.fixture
def machine(
    request: pytest.FixtureRequest, database: Database, clock: ManualClock, tmp_path: Path
) -> Iterator[Machine]:
    """A second machine: an empty database of the same kind, and an empty folder for keys."""
    for second in second_database(request, tmp_path, sqlite=database.is_sqlite):
        yield machine_with(second, clock, tmp_path)


@pytest.fixture
def elsewhere(other: Database, clock: ManualClock, tmp_path: Path) -> Machine:
    """A second machine, with a database of either kind."""
    return machine_with(other, clock, tmp_path)


def second_database(
    request: pytest.FixtureRequest, folder: Path, *, sqlite: bool
) -> Iterator[Database]:
    (folder / "other").mkdir()
    url = f"sqlite:///{folder / 'other' / 'preau.db'}"
    if not sqlite:
        server: Server = request.getfixturevalue("postgresql")
        server.execute("DROP DATABASE IF EXISTS other", "CREATE DATABASE other")
        url = server.url("other")
    opened = open_database(url)
    migrate(opened)
    yield opened
    opened.close()


def machine_with(database: Database, clock: ManualClock, folder: Path) -> Machine:
    keys = folder / "other-keys"
    keys.mkdir(mode=0o700)
    return Machine(database, KeyFolder(keys), clock)


@pytest.fixture
def voted(school: School) -> School:
    """Four parents have voted, and a step has published it."""
    assert school.counts() == (VOTERS, VOTERS), "asked for while the test runs"
    return school


@pytest.fixture
def fit(
    voted: School, url: str, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> School:
    """A school whose every habit is kept, and the settings of its server."""
    monkeypatch.setenv("PREAU_DATABASE_URL", url)
    monkeypatch.setenv("PREAU_PUBLIC_URL", f"https://{HOST}")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(voted.folder.path))
    (tmp_path / "outbox").mkdir(mode=0o700)
    monkeypatch.setenv("PREAU_OUTBOX_FOLDER", str(tmp_path / "outbox"))
    assert rewrite_sign_ins(voted.database, clock()).log_dropped
    with voted.database.write() as connection:
        remember_backup(connection, clock(), ballots_of(connection))
    return voted
