# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each thing that can be wrong with an installation is found, named, and nothing else is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from evote.clock import HOUR
from evote.database.board_tables import AlphaRow, BallotRow, DatumRow, EventRow
from evote.doctor.examine import worst
from evote.doctor.findings import Level
from evote.sign_in_rewriting import rewrite_sign_ins
from tests.db.examined import bad, look
from tests.db.postgresql import Server
from tests.db.rows import all_rows
from tests.db.school import ManualClock, School
from tests.db.second_machine import vote
from tests.simulator import CLOSES_AT

Break = Callable[[School, ManualClock], object]


def sql(school: School, statement: str, **values: object) -> None:
    with school.database.write() as connection:
        connection.execute(text(statement), values)


def test_a_head_file_that_cannot_be_read_is_told_once(fit: School) -> None:
    fit.folder.heads.write_text("x" * 4096)
    said = [each for each in look(fit) if each.check == "heads" and each.level is Level.SERIOUS]
    assert len(said) == 1
    assert "evote restore" in said[0].advice


def test_a_server_that_is_well_is_told_so_and_not_changed(fit: School) -> None:
    before = all_rows(fit.database)
    findings = look(fit)
    assert [each for each in findings if each.level is not Level.OK] == []
    assert worst(findings) is Level.OK
    assert all_rows(fit.database) == before
    seen = {each.check for each in findings}
    assert {"zones", "settings", "modes", "database", "durable", "tables", "keys", "heads"} <= seen
    assert {"steps", "box", "whole", "booth", "address", "rewriting", "outbox", "backup"} <= seen
    assert ("integrity" in seen) is fit.database.is_sqlite
    assert ("joining" in seen) is ("rights" in seen) is (not fit.database.is_sqlite)


def later(seconds: int) -> Break:
    """Time goes by, and steps are published."""

    def go(school: School, clock: ManualClock) -> None:
        clock.time += seconds
        school.publisher.publish(school.uuid)

    return go


def statement(words: str, **values: object) -> Break:
    return lambda school, _clock: sql(school, words, **values)


def damage(column: str, table: str, where: str) -> Break:
    """One figure of one row is another: what a disk may give back."""

    def go(school: School, _clock: ManualClock) -> None:
        with school.database.write() as connection:
            query = f"SELECT {column} FROM {table} WHERE {where} LIMIT 1"  # noqa: S608 -- ours
            data = bytes(connection.execute(text(query)).scalar_one())
            place = max(data.rfind(b"%d" % digit) for digit in range(10))
            other = data[:place] + b"%d" % (int(data[place : place + 1]) ^ 1) + data[place + 1 :]
            change = f"UPDATE {table} SET {column} = :other WHERE {where}"  # noqa: S608 -- ours
            connection.execute(text(change), {"other": other})

    return go


def went_back(school: School, clock: ManualClock) -> None:
    vote(school, range(4, 6))
    for table in (EventRow, DatumRow, BallotRow, AlphaRow):
        with school.database.write() as connection:
            connection.execute(delete(table).where(table.height > 5))
    sql(
        school,
        "UPDATE election SET head_height = 5, head_hash = (SELECT hash FROM board_event"
        " WHERE height = 5)",
    )
    rewrite_sign_ins(school.database, clock())


def step(school: School, _clock: ManualClock) -> None:
    school.publisher.publish(school.uuid)


def close(school: School, clock: ManualClock) -> None:
    clock.time = CLOSES_AT + 301
    school.close()


def post(school: School, _clock: ManualClock) -> None:
    keys = school.folder.load(school.uuid)
    sql(
        school,
        "INSERT INTO outbox (school_id, election_id, number, elector, kind, sealed, tries,"
        " next_try_at) SELECT school_id, id, 99, 1, 'pin', :sealed, 0, 0 FROM election",
        sealed=keys.seal(("outbox", 99, 1, "pin"), b"000000"),
    )


def both(*steps: Break) -> Break:
    def go(school: School, clock: ManualClock) -> None:
        for step in steps:
            step(school, clock)

    return go


@pytest.mark.share(2)
@pytest.mark.parametrize(
    ("break_it", "expected"),
    [
        (lambda s, _: s.folder.file(s.uuid, "logs").unlink(), {"keys": Level.SERIOUS}),
        (lambda s, _: s.folder.file(s.uuid).unlink(), {"keys": Level.SERIOUS}),
        (lambda s, _: s.folder.file(s.uuid).write_text("x"), {"keys": Level.SERIOUS}),
        (lambda s, _: s.folder.heads.unlink(), {"heads": Level.SERIOUS}),
        (lambda s, _: s.folder.heads.write_text("x" * 4096), {"heads": Level.SERIOUS}),
        (
            went_back,
            {"whole": Level.SERIOUS, "heads": Level.SERIOUS, "box": Level.SERIOUS},
        ),
        (lambda s, _: s.folder.heads.chmod(0o644), {"modes": Level.SERIOUS}),
        (
            statement("UPDATE election SET booth = :booth", booth=b"x"),
            {"whole": Level.SERIOUS, "booth": Level.SERIOUS},
        ),
        (
            statement("UPDATE election SET booth = :booth, state = 'sealed'", booth=b"x"),
            {"whole": Level.SERIOUS, "booth": Level.TO_SEE},
        ),
        (
            statement("UPDATE sign_in SET used = FALSE WHERE elector = 1"),
            {"box": Level.SERIOUS},
        ),
        (statement("DELETE FROM published_log"), {"steps": Level.TO_SEE}),
        (
            statement("UPDATE published_log SET stamp = stamp + 9999"),
            {"signed": Level.SERIOUS, "stamps": Level.TO_SEE},
        ),
        (both(later(9999), step, later(-9999)), {"stamps": Level.TO_SEE}),
        (both(later(400 * 24 * HOUR), step, later(-400 * 24 * HOUR)), {"stamps": Level.SERIOUS}),
        (statement("DELETE FROM last_rewriting"), {"rewriting": Level.TO_SEE}),
        (post, {"outbox": Level.TO_SEE}),
        (
            both(post, statement("UPDATE outbox SET tries = 1")),
            {"outbox": Level.TO_SEE},
        ),
        (later(2 * HOUR), {}),
        (later(2 * HOUR + 1), {"rewriting": Level.TO_SEE}),
        (
            later(24 * HOUR + 1),  # and its vote should be over
            {"rewriting": Level.SERIOUS, "backup": Level.TO_SEE, "closing": Level.SERIOUS},
        ),
        (statement("DELETE FROM last_backup"), {"backup": Level.TO_SEE}),
        (  # an hour that is still to come is never in order
            statement("UPDATE last_backup SET made_at = made_at + 1"),
            {"backup": Level.TO_SEE},
        ),
        (statement("UPDATE last_rewriting SET at = at + 1"), {"rewriting": Level.TO_SEE}),
        (
            both(lambda s, _: vote(s, range(4, 12)), statement("DELETE FROM last_backup")),
            {"backup": Level.SERIOUS},
        ),
        (close, {}),
        (
            statement("UPDATE board_data SET data = :data", data=b"{}"),
            {"box": Level.SERIOUS, "whole": Level.SERIOUS},
        ),
        (damage("event", "board_event", "height = 1"), {"whole": Level.SERIOUS}),
        (damage("event", "board_event", "height = 4"), {"whole": Level.SERIOUS}),
        (damage("data", "board_data", "height = 2"), {"whole": Level.SERIOUS}),
        (damage("entry", "journal_entry", "number = 0"), {"whole": Level.SERIOUS}),
        (statement("DELETE FROM board_data WHERE height = 2"), {"whole": Level.SERIOUS}),
        (
            statement("DELETE FROM board_data WHERE height = 0"),
            {"whole": Level.SERIOUS, "box": Level.SERIOUS},
        ),
        (
            statement("UPDATE board_event SET leaf = :leaf WHERE height = 3", leaf="0" * 64),
            {"whole": Level.SERIOUS},
        ),
    ],
)
def test_what_is_wrong_is_found_and_nothing_else(
    fit: School, clock: ManualClock, break_it: Break, expected: dict[str, Level]
) -> None:
    break_it(fit, clock)
    assert bad(fit) == expected
    for finding in look(fit):
        assert bool(finding.advice) is (finding.level is not Level.OK)
        assert not finding.message.endswith(".")


def test_a_pipe_among_the_keys_is_told_and_not_waited_for(fit: School) -> None:
    for kind in ("key", "logs"):
        path = fit.folder.file(fit.uuid, kind)
        kept = path.read_bytes()
        path.unlink()
        os.mkfifo(path, 0o600)
        assert bad(fit) == {"keys": Level.SERIOUS}
        path.unlink()
        path.write_bytes(kept)
        path.chmod(0o600)


@pytest.mark.parametrize(
    ("seconds", "level"), [(139, None), (141, Level.TO_SEE), (1000, Level.SERIOUS)]
)
def test_a_step_that_does_not_come_is_late(
    fit: School, clock: ManualClock, seconds: int, level: Level | None
) -> None:
    clock.time += seconds
    assert bad(fit) == ({} if level is None else {"steps": level})


def test_a_vote_whose_hour_is_over_must_be_closed(fit: School, clock: ManualClock) -> None:
    clock.time = CLOSES_AT + 300 + 300
    fit.publisher.publish(fit.uuid)
    rewrite_sign_ins(fit.database, clock())
    assert "closing" not in bad(fit)
    clock.time += 1
    assert bad(fit)["closing"] is Level.SERIOUS


def test_settings_that_are_unsafe_are_all_told(
    fit: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREAU_PUBLIC_URL", "http://vote.example")
    fit.folder.path.chmod(0o755)
    findings = look(fit)
    told = [each for each in findings if each.check == "settings"]
    assert len(told) == 2
    assert all(each.level is Level.SERIOUS for each in told)
    fit.folder.path.chmod(0o700)


def test_a_database_that_is_away_is_told_and_not_made(
    fit: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = tmp_path / "absent" / "preau.db"
    absent.parent.mkdir()
    for address in (f"sqlite:///{absent}", f"postgresql://preau@/x?host={tmp_path}"):
        monkeypatch.setenv("PREAU_DATABASE_URL", address)
        assert bad(fit) == {"database": Level.SERIOUS}
    assert not absent.exists()
    absent.write_text("this is no database, and long enough to be looked at as one" * 20)
    absent.chmod(0o600)
    monkeypatch.setenv("PREAU_DATABASE_URL", f"sqlite:///{absent}")
    assert bad(fit) == {"integrity": Level.SERIOUS}


@pytest.mark.parametrize("version", ["0002", "9999"])
def test_tables_of_another_version_are_told(fit: School, version: str) -> None:
    with fit.database.read() as connection:
        own = connection.scalar(text("SELECT version_num FROM alembic_version"))
    try:
        sql(fit, "UPDATE alembic_version SET version_num = :n", n=version)
        assert bad(fit) == {"tables": Level.SERIOUS}
    finally:
        sql(fit, "UPDATE alembic_version SET version_num = :n", n=own)


@pytest.mark.db
def test_settings_of_postgresql_are_looked_at(
    request: pytest.FixtureRequest, fit: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fit.database.is_sqlite:
        return
    server: Server = request.getfixturevalue("postgresql")
    url = server.url("preau").replace("preau@", "plain@")
    grants = ("GRANT ALL ON ALL TABLES IN SCHEMA public TO plain",)
    server.execute("CREATE ROLE plain LOGIN", *grants, database="preau")
    try:
        monkeypatch.setenv("PREAU_DATABASE_URL", url)
        assert bad(fit) == {"rights": Level.TO_SEE}
        server.execute("GRANT pg_checkpoint TO plain", database="preau")
        assert bad(fit) == {"rights": Level.TO_SEE}
        grant = "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO plain"
        server.execute(grant, database="preau")
        assert bad(fit) == {}
        server.execute("ALTER ROLE plain SET synchronous_commit = off")
        assert bad(fit) == {"durable": Level.SERIOUS}
        server.execute("ALTER ROLE plain RESET synchronous_commit")
        server.execute("ALTER ROLE plain SET log_statement = 'all'")
        server.execute("ALTER ROLE plain SET log_min_duration_statement = 5")
        assert bad(fit) == {"joining": Level.TO_SEE}
        assert len([each for each in look(fit) if each.check == "joining"]) == 2
    finally:
        server.execute("DROP OWNED BY plain", "DROP ROLE plain", database="preau")
