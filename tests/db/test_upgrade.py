# SPDX-License-Identifier: AGPL-3.0-or-later
"""A database of any earlier schema: upgraded, but for one in which people vote: ADR 16."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select, text
from sqlalchemy.sql.schema import MetaData, Table

from evote.cli.server.opened import not_upgraded
from evote.clock import HOUR, hour_of
from evote.database.base import Base
from evote.database.common_tables import PublishedRow
from evote.database.connection import Database, open_database
from evote.database.elections import State
from evote.database.migrating import (
    SCHEMAS,
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
from tests.db.hosted_again import host_again
from tests.db.postgresql import Server
from tests.db.rows import all_rows
from tests.db.school import NOON, ManualClock, School, audit, host
from tests.simulator import CLOSES_AT
from tests.situations import PERSONS

NOON_HOUR = hour_of(NOON)
FIRST = "0001"  # in which no release ever held an election: the step after it refuses those


def earlier_schemas() -> list[str]:
    """Every schema but this program's, oldest first: a new step makes one more."""
    steps = ScriptDirectory(str(STEPS)).walk_revisions()
    return sorted({step.revision for step in steps} - {newest_schema()})


HOLDING = earlier_schemas()[1:]
# From the first and the last at each run; those between are steps on the way from the first.
STARTS = [
    pytest.param(each, marks=() if each in (HOLDING[0], HOLDING[-1]) else pytest.mark.soak)
    for each in HOLDING
]


def test_every_step_has_its_number_in_the_program() -> None:
    steps = ScriptDirectory(str(STEPS))
    assert [*SCHEMAS] == sorted(step.revision for step in steps.walk_revisions())
    assert steps.get_current_head() == newest_schema()


@pytest.fixture(params=STARTS)
def before(request: pytest.FixtureRequest) -> str:
    """The schema that an older program made, and that may hold elections."""
    schema: str = request.param
    return schema


@pytest.fixture
def older(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path, before: str
) -> Iterator[Database]:
    """A database beside the one of the test, with the tables of an older program."""
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
        command.upgrade(config, before)
    yield made
    made.close()


def copy_rows(source: Database, target: Database, *only: str) -> frozenset[str]:
    """Give the older tables what they would have had: every row, without what is newer.

    Returns:
        the names of those tables.
    """
    with source.read() as reading, target.write() as writing:
        names = frozenset(inspect(writing).get_table_names()) & frozenset(
            only or Base.metadata.tables
        )
        for table in Base.metadata.sorted_tables:
            if table.name not in names:
                continue
            before = older_table(writing, table.name)
            known = [column for column in table.columns if column.name in before.c]
            rows = reading.execute(select(*known)).all()
            if rows:
                writing.execute(insert(before), [dict(row._mapping) for row in rows])
    return names


def tell_hours(older: Database) -> None:
    """Older tables of sign-ins said beside each in which hour it was used."""
    with older.write() as connection:
        if "signed_in_hour" not in older_table(connection, "sign_in").c:
            return
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
    """The same school on the older database, with its keys, and with heads if there were any."""
    tables = copy_rows(school.database, older)
    if PublishedRow.__tablename__ not in tables:
        school.folder.heads.unlink()
    return School(older, school.folder, school.election, school.clock, school.pins)


def test_every_step_so_far_is_started_from() -> None:
    assert earlier_schemas() == [f"{n:04d}" for n in range(1, int(newest_schema()))]


def test_a_counted_election_is_upgraded_with_every_row_and_its_record_verifies(
    older: Database, school: School, clock: ManualClock, tmp_path: Path
) -> None:
    for elector in range(3):
        school.cast(elector)
    clock.time = CLOSES_AT + 301
    school.close()
    school.count()
    before, kept = school.record(), all_rows(school.database)
    moved = moved_to(older, school)
    tell_hours(older)
    tables = older_rows(older).keys() & kept.keys()
    assert not is_up_to_date(older)
    migrate(older)
    assert is_up_to_date(older)
    rows = all_rows(older)
    assert [name for name in tables if rows[name] != kept[name]] == []
    is_new = PublishedRow.__tablename__ not in tables
    assert moved.publisher.due() == ((moved.uuid,) if is_new else ())
    after = moved.record()
    assert after[f"{moved.uuid}.bel"] == before[f"{moved.uuid}.bel"]
    assert after["journal.jsonl"] == before["journal.jsonl"]
    audit(moved, tmp_path / "record")
    assert moved.held().state is State.TALLIED


@pytest.mark.parametrize("before", [each for each in HOLDING if each < "0005"], indirect=True)
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
    older: Database, school: School, before: str, *, suspended: bool
) -> None:
    school.cast(0)
    if suspended:
        suspend_vote(school.database, school.uuid, "Panne", school.clock)
    copy_rows(school.database, older)
    rows = older_rows(older)
    with pytest.raises(NotUpgraded) as caught:
        migrate(older)
    assert caught.value.uuids == (school.uuid,)
    assert schema(older) == before
    assert older_rows(older) == rows


def schema(database: Database) -> str | None:
    with database.read() as connection:
        return schema_of(connection)


def older_rows(older: Database) -> dict[str, list[str]]:
    found = MetaData()
    with older.read() as connection:
        found.reflect(connection)
        return {
            name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            for name, table in found.tables.items()
        }


@pytest.mark.parametrize("before", [FIRST], indirect=True)
def test_the_first_tables_are_upgraded_while_they_hold_no_election(
    older: Database, school: School, clock: ManualClock, tmp_path: Path
) -> None:
    copy_rows(school.database, older, "school")
    migrate(older)
    assert is_up_to_date(older)
    assert all_rows(older)["school"] == all_rows(school.database)["school"]
    audit(host(older, tmp_path / "older-keys", ELECTION, clock), tmp_path / "record")


@pytest.mark.parametrize("before", [FIRST], indirect=True)
@pytest.mark.parametrize("going_on", [True, False])
def test_elections_in_the_first_tables_are_left_to_their_program(
    older: Database, school: School, clock: ManualClock, *, going_on: bool
) -> None:
    if not going_on:
        clock.time = CLOSES_AT + 301
        school.close()
    copy_rows(school.database, older, "school", "election")
    rows = older_rows(older)
    with pytest.raises(NotUpgraded if going_on else ValueError):
        migrate(older)
    assert (schema(older), older_rows(older)) == (FIRST, rows)


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_sealed_or_cancelled_election_is_upgraded(
    older: Database, database: Database, clock: ManualClock, tmp_path: Path, *, cancelled: bool
) -> None:
    school = host_again(database, tmp_path / "keys", ELECTION, clock, opened=False)
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
