# SPDX-License-Identifier: AGPL-3.0-or-later
"""After the rewriting nothing that is stored joins electors to ballots: docs/adr/0011."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import Connection, select, text

from evote.casting import CastRequest, Outcome
from evote.clock import HOUR
from evote.database.connection import Database, DatabaseUnavailable, open_database
from evote.database.roll_tables import RewritingRow
from evote.doctor.findings import Level
from evote.doctor.habits import check_rewriting
from evote.election.desk_messages import ReissueMessage
from evote.lifecycle.closing import ClosedVote
from evote.lifecycle.desk import reissue_code
from evote.roll.turnout import signed_in_by_hour
from evote.sign_in_rewriting import is_due, rewrite_sign_ins
from tests.db.attacker import EVERYWHERE, ON_POSTGRESQL, ON_SQLITE, Loot, ballots_in_log
from tests.db.hosted_again import host_again
from tests.db.postgresql import Server
from tests.db.school import NOON, ManualClock, School, make_election
from tests.db.second_machine import Desk, Machine, give, keep_record, save
from tests.simulator import CLOSES_AT

ELECTORS = 50
ELECTION = make_election(ELECTORS)
# One of fifty is right by chance; more than seven is, once in ten thousand.
CHANCE = 7
# So many hours with a single vote each; everybody else votes in the last one.
QUIET_HOURS = 14


# Whose letters were lost, and which of the codes each has then: those of the reserves.
REPLACED = {7: ELECTORS, 23: ELECTORS + 1, 41: ELECTORS + 2}


def voting_order() -> list[int]:
    """An order that nobody knows."""
    order = list(range(ELECTORS))
    random.Random("voting order").shuffle(order)
    return order


def everybody_votes(school: School, replaced: Mapping[int, int]) -> None:
    """Within an hour; some with another code than the first."""
    for elector in voting_order():
        code = replaced.get(elector, elector)
        number, pin = school.number(code), school.pin(elector)
        request = CastRequest(school.uuid, number, pin, school.ballot(code))
        assert school.casting.cast(request).outcome is Outcome.RECORDED


def everybody_votes_over_hours(school: School, clock: ManualClock) -> dict[str, int]:
    """One an hour, then many, and the hourly rewriting; return each sign-in's time, as it was."""
    times = {}
    for place, elector in enumerate(voting_order()):
        assert school.cast(elector).outcome is Outcome.RECORDED
        times[school.number(elector)] = clock.time
        if place < QUIET_HOURS:
            clock.time += HOUR
            assert rewrite_sign_ins(school.database, clock.time).log_dropped
    return times


@pytest.fixture
def school(database: Database, clock: ManualClock, tmp_path: Path) -> School:
    """Fifty parents may vote."""
    return host_again(database, tmp_path / "keys", ELECTION, clock)


@pytest.fixture
def busy_school(school: School) -> School:
    """Fifty parents have voted."""
    everybody_votes(school, {})
    return school


@pytest.fixture
def loot(request: pytest.FixtureRequest, school: School, url: str) -> Loot:
    if school.database.is_sqlite:
        return Loot(school.database, Path(url.removeprefix("sqlite:///")).parent)
    server: Server = request.getfixturevalue("postgresql")
    return Loot(school.database, server.data, server)


def right_pairs(
    school: School, loot: Loot, replaced: Mapping[int, int] | None = None
) -> dict[str, int]:
    """For each attack, how many of its pairs are true."""
    codes = [(replaced or {}).get(elector, elector) for elector in range(ELECTORS)]
    truth = {(school.number(i), ELECTION.cast(i, 0).credential.encode()) for i in codes}
    own = ON_POSTGRESQL if loot.server else ON_SQLITE
    return {attack.__name__: len(attack(loot) & truth) for attack in (*EVERYWHERE, *own)}


def require_strong(before: dict[str, int], loot: Loot) -> None:
    """An attacker who finds little before the rewriting is too weak to prove anything."""
    strongest = ["by_writer", "by_log"] if loot.server else ["by_commits_of_the_wal"]
    for attack in strongest:
        assert before[attack] > ELECTORS * 0.8, before


def test_what_joins_before_the_rewriting_does_not_after_it(busy_school: School, loot: Loot) -> None:
    require_strong(right_pairs(busy_school, loot), loot)
    assert ballots_in_log(loot) > 0
    rewriting = rewrite_sign_ins(busy_school.database, NOON)
    assert (rewriting.rows, rewriting.log_dropped) == (ELECTORS, True)
    assert ballots_in_log(loot) == 0
    after = right_pairs(busy_school, loot)
    assert max(after.values()) <= CHANCE, after


@pytest.mark.either
def test_after_closing_and_after_the_count_nothing_joins_either(
    busy_school: School, loot: Loot, clock: ManualClock
) -> None:
    require_strong(right_pairs(busy_school, loot), loot)
    clock.time = CLOSES_AT + 301
    assert busy_school.close() == ClosedVote(busy_school.uuid, ELECTORS, ELECTORS, separated=True)
    assert ballots_in_log(loot) == 0
    closed = right_pairs(busy_school, loot)
    assert max(closed.values()) <= CHANCE, closed
    busy_school.count()
    counted = right_pairs(busy_school, loot)
    assert max(counted.values()) <= CHANCE, counted


@pytest.mark.either
def test_hours_in_which_one_votes_join_nothing(
    school: School, loot: Loot, clock: ManualClock
) -> None:
    """The turnout cuts the board into hours, of one ballot each; no row says whose hour it was."""
    times = everybody_votes_over_hours(school, clock)
    with school.database.read() as connection:
        by_hour = signed_in_by_hour(connection, school.held())
    assert [count for _, count in by_hour] == [1] * QUIET_HOURS + [ELECTORS - QUIET_HOURS]
    assert rewrite_sign_ins(school.database, clock.time).log_dropped
    after = right_pairs(school, loot)
    assert max(after.values()) <= CHANCE, after
    # The same attack where rows have a time, wherever it stands: it is not too weak.
    with school.database.write() as connection:
        told = text("UPDATE sign_in SET wrong_pins = :time WHERE sign_in_number = :number")
        rows = [{"time": time, "number": number} for number, time in times.items()]
        connection.execute(told, rows)
    assert right_pairs(school, loot)["by_hours"] >= QUIET_HOURS


@pytest.mark.either
def test_an_hour_of_one_vote_joins_nothing_after_closing(
    school: School, loot: Loot, clock: ManualClock
) -> None:
    everybody_votes_over_hours(school, clock)
    clock.time = CLOSES_AT + 301
    assert school.close().separated
    school.count()
    counted = right_pairs(school, loot)
    assert max(counted.values()) <= CHANCE, counted


@pytest.mark.either
def test_steps_that_are_published_in_between_join_nothing(school: School, loot: Loot) -> None:
    """What a step writes is of its minute, and public."""
    for place, elector in enumerate(voting_order()):
        assert school.cast(elector).outcome is Outcome.RECORDED
        if place % 5 == 0:
            school.publisher.publish(school.uuid)
    assert rewrite_sign_ins(school.database, NOON).log_dropped
    after = right_pairs(school, loot)
    assert max(after.values()) <= CHANCE, after


@pytest.mark.either
def test_letters_that_were_replaced_join_nothing_more(school: School, loot: Loot) -> None:
    """A replacement tells which credential is void, never which ballot is whose: docs/adr/0014."""
    for elector, code in REPLACED.items():
        revoked = ELECTION.cast(elector, 0).credential
        before, after = school.number(elector), school.number(code)
        message = ReissueMessage(school.uuid, revoked, before, after)
        reissue_code(school.database, school.folder, message, school.clock)
    school.deliver_pins()
    everybody_votes(school, REPLACED)
    require_strong(right_pairs(school, loot, REPLACED), loot)
    assert rewrite_sign_ins(school.database, NOON).log_dropped
    assert ballots_in_log(loot) == 0
    after_all = right_pairs(school, loot, REPLACED)
    assert max(after_all.values()) <= CHANCE, after_all


def test_the_rewriting_changes_no_row(busy_school: School) -> None:
    query = text("SELECT * FROM sign_in ORDER BY sign_in_number")
    with busy_school.database.read() as connection:
        before = connection.execute(query).all()
    rewrite_sign_ins(busy_school.database, NOON)
    with busy_school.database.read() as connection:
        assert connection.execute(query).all() == before
    assert busy_school.cast(0).outcome is Outcome.RECORDED
    assert busy_school.counts() == (ELECTORS, ELECTORS)


def test_a_reader_who_keeps_the_log_is_told_of(migrated_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "preau.db"
    path.write_bytes(migrated_file.read_bytes())
    database, other = (open_database(f"sqlite:///{path}") for _ in range(2))
    with other.read() as connection:
        connection.execute(text("SELECT * FROM sign_in")).all()
        assert rewrite_sign_ins(database, NOON).log_dropped is False
    assert rewrite_sign_ins(database, NOON).log_dropped is True
    database.close()
    other.close()


@pytest.mark.db
def test_a_role_that_may_not_drop_the_log_is_told(postgresql: Server) -> None:
    grants = (
        "GRANT ALL ON sign_in, last_rewriting, election TO plain",
        "GRANT ALL ON SCHEMA public TO plain",
    )
    postgresql.execute("CREATE ROLE plain LOGIN", *grants, database="preau")
    database = open_database(postgresql.url("preau").replace("preau@", "plain@"))
    try:
        assert rewrite_sign_ins(database, NOON).log_dropped is False
    finally:
        database.close()
        postgresql.execute("DROP OWNED BY plain", "DROP ROLE plain", database="preau")


@pytest.mark.parametrize(
    ("last", "due"), [(None, True), (1000, True), (1001, False), (4600, False)]
)
def test_it_is_due_every_hour(last: int | None, *, due: bool) -> None:
    assert is_due(last, 4600) is due


def rewritten_at(database: Database) -> list[int]:
    with database.read() as connection:
        return list(connection.scalars(select(RewritingRow.at)))


def test_when_it_was_done_is_remembered_only_if_the_log_is_gone(
    busy_school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = busy_school.database
    assert rewritten_at(database) == []
    assert rewrite_sign_ins(database, NOON).log_dropped
    assert rewritten_at(database) == [NOON]
    for side in ("sqlite", "postgresql"):
        monkeypatch.setattr(f"evote.sign_in_rewriting._drop_{side}_log", lambda _connection: False)
    assert not rewrite_sign_ins(database, NOON + HOUR).log_dropped
    assert rewritten_at(database) == [NOON]


def test_a_rewriting_that_stopped_before_the_log_was_gone_is_not_said_to_be_done(
    busy_school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk without room for the file a second time, a torn page, a process that is killed."""
    database = busy_school.database
    assert rewrite_sign_ins(database, NOON).log_dropped
    late = NOON + 3 * HOUR
    for error in (DatabaseUnavailable, KeyboardInterrupt):

        def stops(_connection: Connection, error: type[BaseException] = error) -> NoReturn:
            raise error

        with monkeypatch.context() as patch:
            for side in ("sqlite", "postgresql"):
                patch.setattr(f"evote.sign_in_rewriting._drop_{side}_log", stops)
            with pytest.raises(error):
                rewrite_sign_ins(database, late)
        assert rewritten_at(database) == [NOON]
        with database.read() as connection:
            assert check_rewriting(connection, late).level is Level.TO_SEE
    assert rewrite_sign_ins(database, late).log_dropped
    assert rewritten_at(database) == [late]


def test_a_restored_server_joins_nothing(
    busy_school: School, machine: Machine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Neither what a backup brings back, nor ballots of a record and the desk's sign-ins."""
    before = save(busy_school, tmp_path / "backup")
    machine.restore(before, unseen=(busy_school.uuid,))
    assert max(right_pairs(busy_school, loot_of(machine, request)).values()) <= CHANCE


@pytest.mark.either
def test_nor_does_one_whose_every_ballot_came_from_a_record(
    school: School, machine: Machine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    saved = save(school, tmp_path / "backup")
    everybody_votes(school, {})
    kept = keep_record(school, tmp_path / "kept")
    machine.restore(saved, complete={school.uuid: kept})
    there = machine.school(school)
    assert give(there, Desk(school.election).signed_in(kept)) == ELECTORS
    assert max(right_pairs(school, loot_of(machine, request)).values()) <= CHANCE


def loot_of(machine: Machine, request: pytest.FixtureRequest) -> Loot:
    """The restored database with all of its files."""
    if machine.database.is_sqlite:
        place = machine.database.engine.url.database
        assert place is not None
        return Loot(machine.database, Path(place).parent)
    server: Server = request.getfixturevalue("postgresql")
    return Loot(machine.database, server.data, server)
