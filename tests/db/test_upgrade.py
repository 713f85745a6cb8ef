# SPDX-License-Identifier: AGPL-3.0-or-later
"""A database of the schema before this one: upgraded, but for one in which people vote: ADR 16."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, insert, inspect, select, text
from sqlalchemy.sql.schema import MetaData, Table

from evote.cli.server.opened import not_upgraded
from evote.clock import HOUR, hour_of
from evote.database.base import Base
from evote.database.connection import Database, open_database
from evote.database.elections import State
from evote.database.migrating import (
    STEPS,
    NotUpgraded,
    is_up_to_date,
    migrate,
    newest_schema,
    schema_of,
)
from evote.lifecycle.cancelling import cancel_election
from evote.lifecycle.voting import suspend_vote
from evote.roll.sign_ins import electors_signed_in
from evote.roll.turnout import signed_in_by_hour
from tests.db.conftest import ELECTION
from tests.db.postgresql import Server
from tests.db.school import NOON, ManualClock, School, audit, host
from tests.simulator import CLOSES_AT
from tests.situations import PERSONS

BEFORE = "0002"
NOON_HOUR = hour_of(NOON)


@pytest.fixture
def older(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Iterator[Database]:
    """A database beside the one of the test, with the tables of the last program."""
    url = f"sqlite:///{tmp_path / 'older.db'}"
    if not database.is_sqlite:
        server: Server = request.getfixturevalue("postgresql")
        server.execute("DROP DATABASE IF EXISTS older", "CREATE DATABASE older")
        url = server.url("older")
    made = open_database(url)
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    with made.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
    yield made
    made.close()


def copy_rows(source: Database, target: Database) -> None:
    """Give the older tables what they would have had: every row, without what is newer."""
    with source.read() as reading, target.write() as writing:
        for table in Base.metadata.sorted_tables:
            if not inspect(writing).has_table(table.name):
                continue
            before = older_table(writing, table.name)
            known = [column for column in table.columns if column.name in before.c]
            rows = reading.execute(select(*known)).all()
            if rows:
                writing.execute(insert(before), [dict(row._mapping) for row in rows])


def tell_hours(older: Database) -> None:
    """The older table of sign-ins said beside each in which hour it was used."""
    with older.write() as connection:
        voted = "SELECT elector FROM sign_in ORDER BY elector LIMIT 3"
        for place, elector in enumerate(connection.scalars(text(voted)).all()):
            hour = {"hour": NOON_HOUR + place // 2 * HOUR, "elector": elector}
            mark = "UPDATE sign_in SET signed_in_hour = :hour WHERE elector = :elector"
            connection.execute(text(mark), hour)


def older_table(connection: Connection, table: str) -> Table:
    found = MetaData()
    found.reflect(connection, only=[table])
    return found.tables[table]


def moved_to(older: Database, school: School) -> School:
    """The same school on the older database, with its keys, and without heads: there were none."""
    copy_rows(school.database, older)
    school.folder.heads.unlink()
    return School(older, school.folder, school.election, school.clock, school.pins)


def test_a_counted_election_is_upgraded_and_its_record_verifies(
    older: Database, school: School, clock: ManualClock, tmp_path: Path
) -> None:
    for elector in range(3):
        school.cast(elector)
    clock.time = CLOSES_AT + 301
    school.close()
    school.count()
    before = school.record()
    moved = moved_to(older, school)
    assert not is_up_to_date(older)
    migrate(older)
    assert is_up_to_date(older)
    assert moved.publisher.due() == (moved.uuid,)
    after = moved.record()
    assert after[f"{moved.uuid}.bel"] == before[f"{moved.uuid}.bel"]
    assert after["journal.jsonl"] == before["journal.jsonl"]
    audit(moved, tmp_path / "record")
    assert moved.held().state is State.TALLIED


def test_hours_are_counted_and_gone_from_the_sign_ins(
    older: Database, school: School, clock: ManualClock
) -> None:
    for elector in range(3):
        school.cast(elector)
    clock.time = CLOSES_AT + 301
    school.close()
    moved = moved_to(older, school)
    tell_hours(older)
    migrate(older)
    assert moved.counts() == (3, 3)
    with older.read() as connection:
        assert electors_signed_in(connection, moved.held()) == (1, 2, 3)
        by_hour = signed_in_by_hour(connection, moved.held())
        rows = connection.execute(text("SELECT * FROM sign_in")).mappings().all()
    assert by_hour == ((NOON_HOUR, 2), (NOON_HOUR + HOUR, 1))
    with school.database.read() as connection:
        before = connection.execute(text("SELECT * FROM sign_in")).mappings().all()
    assert rows == before


def test_a_closed_election_is_upgraded_and_then_counted(
    older: Database, school: School, clock: ManualClock, tmp_path: Path
) -> None:
    school.cast(0)
    clock.time = CLOSES_AT + 301
    school.close()
    moved = moved_to(older, school)
    migrate(older)
    assert moved.count().votes == ((0, 1, 0),)
    audit(moved, tmp_path / "record")


@pytest.mark.parametrize("suspended", [False, True])
def test_a_vote_that_is_going_on_is_not_upgraded(
    older: Database, school: School, *, suspended: bool
) -> None:
    school.cast(0)
    if suspended:
        suspend_vote(school.database, school.uuid, "Panne", school.clock)
    copy_rows(school.database, older)
    with pytest.raises(NotUpgraded) as caught:
        migrate(older)
    assert caught.value.uuids == (school.uuid,)
    assert not is_up_to_date(older)


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_sealed_or_cancelled_election_is_upgraded(
    older: Database, database: Database, clock: ManualClock, tmp_path: Path, *, cancelled: bool
) -> None:
    school = host(database, tmp_path / "keys", ELECTION, clock, opened=False)
    if cancelled:
        cancel_election(database, school.uuid, "Une liste oubliée", PERSONS, clock)
    moved = moved_to(older, school)
    migrate(older)
    audit(moved, tmp_path / "record")


def test_the_tables_of_a_later_program_are_left_alone(database: Database) -> None:
    own = newest_schema()
    try:
        set_schema(database, "9999")
        with pytest.raises(NotUpgraded) as caught:
            migrate(database)
        assert "version plus récente" in str(not_upgraded(caught.value))
        with database.read() as connection:
            assert schema_of(connection) == "9999"
    finally:
        set_schema(database, own)


def set_schema(database: Database, number: str) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :n"), {"n": number})
