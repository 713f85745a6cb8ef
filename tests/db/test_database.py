# SPDX-License-Identifier: AGPL-3.0-or-later
"""Connections, migrations, and what every table must have."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from evote.casting import Outcome
from evote.database import board_tables, roll_tables
from evote.database.base import Base
from evote.database.connection import Database, DatabaseUnavailable, open_database
from evote.database.elections import State, UnknownElection, find_election, lock_election, set_state
from evote.database.migrating import is_up_to_date, migrate
from tests.db.postgresql import Server
from tests.db.school import School


def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert is_up_to_date(database)
    migrate(database)


def test_every_table_knows_its_school_and_election() -> None:
    for name, table in Base.metadata.tables.items():
        if name not in ("school", "election"):
            columns = set(table.columns.keys())
            assert {"school_id", "election_id"} <= columns, name
            assert "election_id" in [column.name for column in table.primary_key], name


def test_no_key_joins_the_roll_to_the_board() -> None:
    for name, table in Base.metadata.tables.items():
        referred = {key.referred_table.name for key in table.foreign_key_constraints}
        assert referred <= {"school", "election"}, name


def test_an_empty_database_is_not_up_to_date(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'new.db'}")
    assert not is_up_to_date(database)
    migrate(database)
    assert is_up_to_date(database)
    assert stat.S_IMODE((tmp_path / "new.db").stat().st_mode) == 0o600
    database.close()


def test_sqlite_is_set_to_lose_and_to_leave_nothing(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'new.db'}")
    with database.read() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
    }
    database.close()


def close_and_fail(school: School) -> None:
    with school.database.write() as connection:
        set_state(connection, lock_election(connection, school.uuid), State.CLOSED)
        raise ZeroDivisionError


def test_what_fails_in_a_block_is_not_there(school: School) -> None:
    with pytest.raises(ZeroDivisionError):
        close_and_fail(school)
    assert school.held().state is State.OPEN
    with school.database.read() as connection, pytest.raises(UnknownElection):
        find_election(connection, "elsewhere")


def test_a_fault_of_ours_is_no_reason_to_ask_again_and_names_no_value(school: School) -> None:
    school.cast(0)
    row = {**school.held().place, "height": 1, "kind": "Ballot", "hash": "a" * 64, "event": b"x"}
    row["leaf"] = "b" * 64
    with pytest.raises(IntegrityError) as caught, school.database.write() as connection:
        connection.execute(insert(board_tables.EventRow), row)
    assert "a" * 64 not in str(caught.value)


def test_a_row_of_another_school_is_refused(school: School) -> None:
    held = school.held()
    row = {"school_id": held.school_id + 1, "election_id": held.id, "elector": 99, "sealed": b""}
    with pytest.raises(IntegrityError), school.database.write() as connection:
        connection.execute(insert(roll_tables.ElectorRow), row)


@pytest.mark.parametrize("url", ["mysql://here/x", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)sqlite"):
        open_database(url)


def test_a_database_that_is_away_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable):
        open_database(f"postgresql://preau@/nothing?host={tmp_path}")


@pytest.mark.db
def test_a_postgresql_that_would_lose_votes_is_refused(postgresql: Server) -> None:
    url = postgresql.url("preau")
    with pytest.raises(ValueError, match="synchronous_commit"):
        open_database_with_role_setting(postgresql, url)


def open_database_with_role_setting(server: Server, url: str) -> None:
    server.execute("CREATE ROLE hasty LOGIN", "ALTER ROLE hasty SET synchronous_commit = off")
    try:
        open_database(url.replace("preau@", "hasty@")).close()
    finally:
        server.execute("DROP ROLE hasty")


def test_a_cast_and_a_sealed_election_stay_when_the_file_is_opened_again(
    school: School, url: str
) -> None:
    assert school.cast(0).outcome is Outcome.RECORDED
    again = open_database(url)
    with again.read() as connection:
        assert find_election(connection, school.uuid).head == school.held().head
    again.close()


def test_a_connection_in_use_when_its_database_is_closed_is_closed_afterwards(
    database: Database,
) -> None:
    with database.read() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        database.close()
        assert connection.scalar(text("SELECT 1")) == 1
    with pytest.raises(Exception, match="closed"):
        driver.execute("SELECT 1")
