# SPDX-License-Identifier: AGPL-3.0-or-later
"""After the rewriting nothing that is stored joins electors to ballots: docs/adr/0011."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sqlalchemy import text

from evote.casting import Outcome
from evote.database.connection import Database, open_database
from evote.sign_in_rewriting import is_due, rewrite_sign_ins
from tests.db.attacker import EVERYWHERE, ON_POSTGRESQL, ON_SQLITE, Loot, ballots_in_log
from tests.db.postgresql import Server
from tests.db.school import ManualClock, School, host, make_election

ELECTORS = 50
ELECTION = make_election(ELECTORS)
# One of fifty is right by chance; more than seven is, once in ten thousand.
CHANCE = 7


@pytest.fixture
def busy_school(database: Database, clock: ManualClock, tmp_path: Path) -> School:
    """Fifty parents have voted within an hour, in an order that nobody knows."""
    school = host(database, tmp_path / "keys", ELECTION, clock)
    order = list(range(ELECTORS))
    random.Random("voting order").shuffle(order)
    for elector in order:
        assert school.cast(elector).outcome is Outcome.RECORDED
    return school


@pytest.fixture
def loot(request: pytest.FixtureRequest, busy_school: School, url: str) -> Loot:
    if busy_school.database.is_sqlite:
        return Loot(busy_school.database, Path(url.removeprefix("sqlite:///")).parent)
    server: Server = request.getfixturevalue("postgresql")
    return Loot(busy_school.database, server.data, server)


def right_pairs(school: School, loot: Loot) -> dict[str, int]:
    """For each attack, how many of its pairs are true."""
    truth = {(school.number(i), ELECTION.cast(i, 0).credential.encode()) for i in range(ELECTORS)}
    own = ON_POSTGRESQL if loot.server else ON_SQLITE
    return {attack.__name__: len(attack(loot) & truth) for attack in (*EVERYWHERE, *own)}


def test_what_joins_before_the_rewriting_does_not_after_it(busy_school: School, loot: Loot) -> None:
    before = right_pairs(busy_school, loot)
    strongest = ["by_writer", "by_log"] if loot.server else ["by_commits_of_the_wal"]
    for attack in strongest:  # otherwise the attacker is too weak to prove anything
        assert before[attack] > ELECTORS * 0.8, before
    assert ballots_in_log(loot) > 0
    rewriting = rewrite_sign_ins(busy_school.database)
    assert (rewriting.rows, rewriting.log_dropped) == (ELECTORS, True)
    assert ballots_in_log(loot) == 0
    after = right_pairs(busy_school, loot)
    assert max(after.values()) <= CHANCE, after


def test_the_rewriting_changes_no_row(busy_school: School) -> None:
    query = text("SELECT * FROM sign_in ORDER BY sign_in_number")
    with busy_school.database.read() as connection:
        before = connection.execute(query).all()
    rewrite_sign_ins(busy_school.database)
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
        assert rewrite_sign_ins(database).log_dropped is False
    assert rewrite_sign_ins(database).log_dropped is True
    database.close()
    other.close()


@pytest.mark.db
def test_a_role_that_may_not_drop_the_log_is_told(postgresql: Server) -> None:
    grants = ("GRANT ALL ON sign_in, election TO plain", "GRANT ALL ON SCHEMA public TO plain")
    postgresql.execute("CREATE ROLE plain LOGIN", *grants, database="preau")
    database = open_database(postgresql.url("preau").replace("preau@", "plain@"))
    try:
        assert rewrite_sign_ins(database).log_dropped is False
    finally:
        database.close()
        postgresql.execute("DROP OWNED BY plain", "DROP ROLE plain", database="preau")


@pytest.mark.parametrize(
    ("last", "due"), [(None, True), (1000, True), (1001, False), (4600, False)]
)
def test_it_is_due_every_hour(last: int | None, *, due: bool) -> None:
    assert is_due(last, 4600) is due
