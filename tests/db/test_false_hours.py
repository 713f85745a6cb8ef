# SPDX-License-Identifier: AGPL-3.0-or-later
"""A changed bit in the hours of an election's row opens, closes and refuses nothing: §19.3."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import text

from evote.board.hours import HoursDamaged
from evote.casting import Outcome
from evote.clock import Clock
from evote.database.connection import Database, DatabaseUnavailable, open_database
from evote.database.elections import State, find_election
from evote.doctor.findings import Level
from evote.lifecycle import closing
from evote.lifecycle.amending import NewHours, prepare_hours
from evote.lifecycle.closing import close_vote, is_early
from evote.lifecycle.states import NotNow
from evote.lifecycle.voting import open_vote
from evote.publishing.publisher import Publisher
from evote.upkeep import Fault, Steps, Trouble, Upkeep
from protocol.secret import Secret
from tests.db.amending import amend
from tests.db.conftest import ELECTION
from tests.db.examined import look
from tests.db.hosted_again import host_again
from tests.db.school import ManualClock, School
from tests.db.test_one_damaged_row import other  # noqa: F401 -- a fixture
from tests.db.torn_pages import tear_setup
from tests.simulator import CLOSES_AT, OPENS_AT

GRACE = ELECTION.bindings.grace_seconds
# The column, what a bit adds to it, and a moment at which that decides.
CHANGES = {
    "closes hours before": ("closes_at", -32768, CLOSES_AT - 20_000),
    "closes hours later": ("closes_at", 65536, CLOSES_AT + GRACE + 7200),
    "closed days ago": ("closes_at", -(2**20), CLOSES_AT - 20_000),
    "opens later": ("opens_at", 65536, OPENS_AT + 40_000),
    "takes late ballots": ("grace_seconds", 65536, CLOSES_AT + GRACE + 1000),
}


def change(school: School, column: str, by: int) -> None:
    with school.database.write() as connection:
        row = f"UPDATE election SET {column} = {column} + :by WHERE uuid = :uuid"  # noqa: S608 -- ours
        connection.execute(text(row), {"by": by, "uuid": school.uuid})


def upkeep(school: School) -> Upkeep:
    return Upkeep(school.database, school.folder, None, school.clock, school.publisher)


@pytest.mark.parametrize("what", CHANGES)
def test_by_other_hours_than_those_in_force_no_ballot_is_taken_and_nothing_closed(
    school: School,
    other: School,  # noqa: F811
    clock: ManualClock,
    what: str,
) -> None:
    column, by, clock.time = CHANGES[what]
    ballots = school.counts()
    change(school, column, by)
    with pytest.raises(HoursDamaged, match=column):
        school.cast(1)
    with pytest.raises(HoursDamaged):
        school.casting.pre_check(school.uuid, school.number(1), school.pin(1))
    with pytest.raises(HoursDamaged):  # who guesses learns nothing by it, and spends no try
        school.casting.pre_check(school.uuid, school.number(1), Secret("000000"))
    assert school.counts() == ballots
    damaged = Fault(Trouble.OTHER_HOURS, school.uuid, column)
    for _ in range(2):
        assert [each for each in upkeep(school).step() if each.uuid == school.uuid] == [damaged]
    clock.time = CLOSES_AT + GRACE + 2**21
    assert [each for each in upkeep(school).step() if each.uuid] == [damaged]
    assert (school.held().state, other.held().state) == (State.OPEN, State.CLOSED)
    with pytest.raises(HoursDamaged):
        close_vote(school.database, school.uuid, clock)
    with pytest.raises(HoursDamaged):
        is_early(school.database, school.uuid, clock())


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_doctor_names_the_vote_whose_hours_were_changed(fit: School) -> None:
    change(fit, "closes_at", 65536)
    grave = [each.message for each in look(fit) if each.level is Level.SERIOUS]
    assert any(fit.uuid in said and "de ses heures" in said for said in grave)


def test_what_was_promised_before_is_published_all_the_same(
    school: School, clock: ManualClock
) -> None:
    assert school.cast(0).outcome is Outcome.RECORDED
    change(school, "closes_at", 65536)
    clock.time += 60
    assert list(Steps(school.publisher).step()) == []
    head = school.held().head
    assert head is not None
    assert school.publisher.due() == ()


def test_hours_that_change_under_a_process_are_seen_and_so_is_their_mending(
    school: School, clock: ManualClock
) -> None:
    work = upkeep(school)
    assert list(work.step()) == []
    assert school.cast(0).outcome is Outcome.RECORDED
    change(school, "closes_at", 65536)
    assert [each.trouble for each in work.step()] == [Trouble.OTHER_HOURS]
    with pytest.raises(HoursDamaged):
        school.cast(1)
    change(school, "closes_at", -65536)
    assert list(work.step()) == []
    assert school.cast(1).outcome is Outcome.RECORDED
    assert clock.time < CLOSES_AT


def test_amended_hours_are_those_in_force_and_the_sealed_ones_no_more(
    school: School, clock: ManualClock
) -> None:
    work = upkeep(school)
    assert list(work.step()) == []
    assert school.cast(0).outcome is Outcome.RECORDED
    hours = NewHours(closes_at=CLOSES_AT + 7200)
    amend(school, prepare_hours(school.database, school.uuid, hours, "Une panne", clock))
    clock.time = CLOSES_AT + GRACE + 60
    assert school.cast(1).outcome is Outcome.RECORDED
    assert list(work.step()) == []
    change(school, "closes_at", -7200)
    with pytest.raises(HoursDamaged):
        school.cast(2)
    assert [each.trouble for each in work.step()] == [Trouble.OTHER_HOURS]
    assert school.held().state is State.OPEN


@pytest.mark.parametrize("harm", ["CAST('?' AS BLOB)", "CAST(entry AS TEXT) || '?'"])
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_damaged_amendment_vouches_for_no_hours(
    school: School, clock: ManualClock, harm: str
) -> None:
    hours = NewHours(closes_at=CLOSES_AT + 7200)
    amend(school, prepare_hours(school.database, school.uuid, hours, "Une panne", clock))
    with school.database.write() as connection:
        where = "WHERE kind = 'hours-changed'"
        connection.execute(text(f"UPDATE journal_entry SET entry = {harm} {where}"))  # noqa: S608 -- ours
    with pytest.raises(HoursDamaged, match=r"journal_entry\.entry"):
        school.cast(1)
    assert [each.trouble for each in upkeep(school).step()] == [Trouble.OTHER_HOURS]


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_kind_that_is_written_beside_an_entry_decides_nothing(
    school: School, clock: ManualClock, *, twice: bool
) -> None:
    """It repeats what the entry says, and no verifier reads it."""
    for later in (7200, 10_800) if twice else (7200,):
        hours = NewHours(closes_at=CLOSES_AT + later)
        amend(school, prepare_hours(school.database, school.uuid, hours, "Une panne", clock))
    with school.database.write() as connection:
        last = "(SELECT max(number) FROM journal_entry)"
        row = f"UPDATE journal_entry SET kind = 'hours-chanfed' WHERE number = {last}"  # noqa: S608 -- ours
        connection.execute(text(row))
    work = upkeep(school)
    assert list(work.step()) == []
    assert school.cast(1).outcome is Outcome.RECORDED
    clock.time = CLOSES_AT + 10_800 + GRACE + 1
    assert list(upkeep(school).step()) == []
    assert school.held().state is State.CLOSED


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_damaged_page_of_one_election_keeps_no_other_from_being_closed(
    school: School,
    other: School,  # noqa: F811
    clock: ManualClock,
    url: str,
) -> None:
    tear_setup(school)
    other.database.close()
    damaged = open_database(url)
    publisher = Publisher(damaged, school.folder, 60, clock)
    work = Upkeep(damaged, school.folder, None, clock, publisher, steady=clock)
    first, *_ = work.step()
    assert first == Fault(Trouble.UNANSWERED, school.uuid)
    clock.time = CLOSES_AT + GRACE + 100_000
    first, *_ = work.step()
    assert first == Fault(Trouble.UNREAD, school.uuid)
    with damaged.read() as connection:
        assert find_election(connection, other.uuid).state is State.CLOSED
    damaged.close()


@pytest.mark.parametrize("column", ["opens_at", "closes_at", "grace_seconds"])
def test_by_other_hours_nothing_is_opened_or_amended(
    database: Database, clock: ManualClock, tmp_path: Path, column: str
) -> None:
    school = host_again(database, tmp_path / "keys", ELECTION, clock, opened=False)
    change(school, column, 4096)
    with pytest.raises(HoursDamaged, match=column):
        open_vote(school.database, school.uuid, ELECTION.setup_signatures.encode(), clock)
    hours = NewHours(closes_at=CLOSES_AT + 7200)
    with pytest.raises(HoursDamaged, match=column):
        prepare_hours(school.database, school.uuid, hours, "Une panne", clock)
    assert school.held().state is State.SEALED


def test_what_the_journal_does_not_permit_is_said_and_not_taken_for_another_process(
    school: School, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_given: object) -> NoReturn:
        raise NotNow("le journal de l'élection ne permet pas cette étape", "rien")

    clock.time = CLOSES_AT + GRACE + 1
    with monkeypatch.context() as patch:
        patch.setattr(closing, "tell", refuses)
        (fault,) = upkeep(school).step()
        assert (fault.trouble, fault.uuid) == (Trouble.NOT_CLOSED, school.uuid)
        assert "ne permet pas cette étape" in fault.cause
        assert school.held().state is State.OPEN

    def closed_meanwhile(database: Database, uuid: str, clock: Clock) -> NoReturn:
        close_vote(database, uuid, clock)
        raise NotNow("close", "rien")

    monkeypatch.setattr("evote.upkeep.close_vote", closed_meanwhile)
    assert list(upkeep(school).step()) == []
    assert school.held().state is State.CLOSED


@pytest.mark.either
def test_a_vote_for_which_the_database_does_not_answer_is_named_and_told_as_open_while_it_is(
    school: School, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_given: object) -> NoReturn:
        raise DatabaseUnavailable

    def closes_and_is_silent(database: Database, uuid: str, clock: Clock) -> NoReturn:
        close_vote(database, uuid, clock)
        silent()

    clock.time = CLOSES_AT + GRACE + 1
    with monkeypatch.context() as patch:
        patch.setattr(Publisher, "publish_due", silent)
        assert list(Steps(school.publisher).step()) == [Fault(Trouble.NO_STEP, school.uuid)]
    monkeypatch.setattr("evote.upkeep.close_vote", silent)
    assert list(upkeep(school).step()) == [Fault(Trouble.UNREAD, school.uuid)]
    monkeypatch.setattr("evote.upkeep.close_vote", closes_and_is_silent)
    assert list(upkeep(school).step()) == [Fault(Trouble.UNANSWERED, school.uuid)]
    assert school.held().state is State.CLOSED
