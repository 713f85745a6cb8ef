# SPDX-License-Identifier: AGPL-3.0-or-later
"""Works of several threads in one transaction: docs/adr/0010."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from evote.database.connection import Database, DatabaseUnavailable
from evote.database.sharing import MOST_TOGETHER, SharedWriting

SCHOOL = text("INSERT INTO school (uai, name, kind) VALUES (:uai, 'E', 'ecole')")


def add(uai: str) -> Callable[[Connection], str]:
    def work(connection: Connection) -> str:
        connection.execute(SCHOOL, {"uai": uai})
        return uai

    return work


def schools(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.scalars(text("SELECT uai FROM school")))


@contextmanager
def commits(database: Database) -> Iterator[list[object]]:
    """What was committed within the block, one item a transaction."""
    seen: list[object] = []

    def note(connection: object) -> None:
        seen.append(connection)

    event.listen(database.engine, "commit", note)
    yield seen
    event.remove(database.engine, "commit", note)


def at_once(writing: SharedWriting, works: list[Callable[[Connection], str]]) -> list[Future[str]]:
    """The first work holds the turn until all others wait for it."""
    leads, go = threading.Event(), threading.Event()

    def first(connection: Connection) -> str:
        leads.set()
        assert go.wait(10)
        return works[0](connection)

    with ThreadPoolExecutor(len(works)) as pool:
        futures = [pool.submit(writing.do, "A", first)]
        assert leads.wait(10)
        futures += [pool.submit(writing.do, "A", work) for work in works[1:]]
        turn = writing.turn("A")
        while turn.count() < len(works) - 1:
            threading.Event().wait(0.01)
        go.set()
    return futures


def test_who_waits_is_done_in_one_transaction(database: Database) -> None:
    writing = SharedWriting(database)
    with commits(database) as seen:
        done = at_once(writing, [add(f"{i:07d}A") for i in range(6)])
    assert [each.result() for each in done] == [f"{i:07d}A" for i in range(6)]
    assert len(seen) == 2
    assert len(schools(database)) == 6


def test_no_more_wait_for_each_other_than_was_said(database: Database) -> None:
    count = MOST_TOGETHER + 3
    with commits(database) as seen:
        done = at_once(SharedWriting(database), [add(f"{i:07d}A") for i in range(count)])
    assert len({each.result() for each in done}) == count
    assert len(seen) == 3


def test_what_one_raises_undoes_its_own_work_alone(database: Database) -> None:
    def half(connection: Connection) -> str:
        add("0000009Z")(connection)
        raise LookupError("mine")

    works = [add("0000000A"), add("0000001A"), half, add("0000001A"), add("0000002A")]
    done = at_once(SharedWriting(database), works)
    with pytest.raises(LookupError, match="mine"):
        done[2].result()
    failed = [each for each in done if isinstance(each.exception(), IntegrityError)]
    assert len(failed) == 1  # one of the two of one number, whichever came second
    assert schools(database) == {"0000000A", "0000001A", "0000002A"}


def test_a_commit_that_fails_is_told_to_all(database: Database) -> None:
    def refuse(_connection: object) -> None:
        raise OperationalError("COMMIT", {}, OSError("disk full"))

    def last(connection: Connection) -> str:
        event.listen(database.engine, "commit", refuse)
        return add("0000002A")(connection)

    done = at_once(SharedWriting(database), [add("0000000A"), add("0000001A"), last])
    event.remove(database.engine, "commit", refuse)
    assert done[0].result() == "0000000A"
    for each in done[1:]:
        with pytest.raises(DatabaseUnavailable):
            each.result()
    assert schools(database) == {"0000000A"}


def test_a_connection_that_breaks_is_told_to_all(database: Database) -> None:
    def broken(connection: Connection) -> str:
        connection.execute(text("INSERT INTO school (uai) VALUES ('0000003A')"))
        return ""

    def gone(_connection: Connection) -> str:
        raise OperationalError("INSERT", {}, OSError("connection lost"))

    done = at_once(SharedWriting(database), [add("0000000A"), add("0000001A"), broken, gone])
    assert done[0].result() == "0000000A"
    for each in done[1:]:
        with pytest.raises((DatabaseUnavailable, IntegrityError)):
            each.result()
    assert schools(database) == {"0000000A"}


def test_nobody_waits_for_ever_for_one_who_was_interrupted(database: Database) -> None:
    def interrupted(_connection: Connection) -> str:
        raise KeyboardInterrupt

    done = at_once(SharedWriting(database), [add("0000000A"), add("0000001A"), interrupted])
    outcomes = [each.exception() for each in done[1:]]
    assert all(isinstance(each, (DatabaseUnavailable, KeyboardInterrupt)) for each in outcomes)
    assert schools(database) == {"0000000A"}


def test_an_interruption_of_the_commit_tells_nobody_that_it_is_done(database: Database) -> None:
    def interrupt(_connection: object) -> None:
        event.remove(database.engine, "commit", interrupt)
        raise KeyboardInterrupt

    def last(connection: Connection) -> str:
        event.listen(database.engine, "commit", interrupt)
        return add("0000002A")(connection)

    done = at_once(SharedWriting(database), [add("0000000A"), add("0000001A"), last])
    assert done[0].result() == "0000000A"
    outcomes = [each.exception() for each in done[1:]]
    assert {type(each) for each in outcomes} == {DatabaseUnavailable, KeyboardInterrupt}
    assert schools(database) == {"0000000A"}


def test_alone_it_is_an_ordinary_transaction(database: Database) -> None:
    writing = SharedWriting(database)
    assert writing.do("A", add("0000000A")) == "0000000A"
    with pytest.raises(IntegrityError):
        writing.do("A", add("0000000A"))
    assert writing.do("B", add("0000001A")) == "0000001A"
    assert schools(database) == {"0000000A", "0000001A"}
