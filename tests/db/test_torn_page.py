# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page that the database does not give any more: nothing is promised that cannot be published."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from evote.board.leaves import tree_of_entries
from evote.board.published import PublishedLog
from evote.casting import Casting, Outcome
from evote.database.connection import Database, DatabaseUnavailable
from evote.database.elections import HeldElection
from evote.heads import HeadsUnavailable
from evote.publishing import publisher as publishing
from evote.publishing.cosigning import NotedLog, published_notes
from evote.publishing.publisher import Publisher
from evote.publishing.steps import due_elections
from evote.upkeep import Cosignatures, Fault, Steps, Trouble, Upkeep
from evote.witnessing import cosigning
from evote.witnessing.asking import Reason
from evote.witnessing.cosigning import SILENT_SECONDS, Cosigning
from protocol.merkle import TreeHasher
from protocol.server_binding import BOARD, JOURNAL
from tests.db.school import ManualClock, School, host, make_election
from tests.db.test_cosigning import Timer, asks, seen
from tests.db.torn import torn
from tests.db.witnesses import honest, honest_to
from tests.simulator import CLOSES_AT

OTHER = "AnotherEtection"
FULL_PAGE = 11  # so many ballots, and its set-up, fill a page of events


@pytest.fixture
def other(school: School, clock: ManualClock) -> School:
    """A later election of the same server; of the first, all but one have voted."""
    for elector in range(FULL_PAGE):
        assert school.cast(elector).outcome is Outcome.RECORDED
    school.publisher.publish(school.uuid)
    other = host(school.database, school.folder.path, make_election(4, uuid=OTHER), clock)
    return School(other.database, other.folder, other.election, clock, other.pins)


def on_one_publisher(school: School, publisher: Publisher) -> Casting:
    return Casting(school.database, school.folder, school.clock, publisher)


def away(_database: Database) -> NoReturn:
    raise DatabaseUnavailable


def failing_of(uuid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the database give an error for the entries of one election, as for a page."""

    def failing(
        connection: Connection, election: HeldElection, log: str, since: PublishedLog | None
    ) -> TreeHasher:
        if election.uuid == uuid:
            raise OperationalError("SELECT", {}, OSError("could not read block 7"))
        return tree_of_entries(connection, election, log, since)

    monkeypatch.setattr(publishing, "tree_of_entries", failing)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_no_ballot_is_promised_whose_earlier_events_the_disk_does_not_give(
    school: School, other: School, clock: ManualClock
) -> None:
    publisher = school.publisher
    work = Steps(publisher)
    with torn(school, "board_event"):
        clock.time += 60
        for _ in range(2):
            assert list(work.step()) == [Fault(Trouble.NO_STEP, school.uuid)]
            with pytest.raises(HeadsUnavailable):
                school.cast(FULL_PAGE)
        assert on_one_publisher(other, publisher).cast(other.request(0)).promise
        clock.time = CLOSES_AT + 7200
        upkeep = Upkeep(school.database, school.folder, None, clock, publisher)
        said = {str(fault) for fault in upkeep.step()}
        assert not [line for line in said if "head" in line]  # which is not to blame
        assert any(f"the vote {school.uuid} cannot be closed" in line for line in said)
    assert list(work.step()) == []
    assert not [fault for fault in upkeep.step() if fault.trouble is Trouble.NOT_CLOSED]
    assert school.counts() == (FULL_PAGE, FULL_PAGE)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_no_ballot_is_promised_whose_journal_the_disk_does_not_give(
    school: School, clock: ManualClock
) -> None:
    assert school.cast(0).promise
    work = Steps(school.publisher)
    with torn(school, "journal_entry"):
        clock.time += 60
        assert list(work.step()) == [Fault(Trouble.NO_STEP, school.uuid)]
        with pytest.raises(HeadsUnavailable):
            school.cast(1)
    assert list(work.step()) == []
    assert school.cast(1).promise


def test_a_step_that_the_database_fails_stops_one_election_until_one_passes(
    school: School, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL too; and a database that was away for a moment is back with the next step."""
    other = host(school.database, school.folder.path, make_election(4, uuid=OTHER), clock)
    publisher = school.publisher
    work, casting = Steps(publisher), on_one_publisher(other, publisher)
    clock.time += 60
    with monkeypatch.context() as patch:
        failing_of(school.uuid, patch)
        assert list(work.step()) == [Fault(Trouble.NO_STEP, school.uuid)]
        with pytest.raises(HeadsUnavailable):
            school.cast(0)
        assert casting.cast(other.request(0)).promise
    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", away)
        patch.setattr(Database, "read", away)
        assert {fault.trouble for fault in work.step()} == {Trouble.NO_ANSWER}
    assert list(work.step()) == []
    assert school.cast(0).promise


def test_what_fails_after_a_step_is_not_told_as_a_step_that_failed(
    school: School, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ballots are taken; whether they get a promise is not known, and stops no other election."""

    def silent(_publisher: Publisher, _uuid: str) -> NoReturn:
        raise DatabaseUnavailable

    other = host(school.database, school.folder.path, make_election(4, uuid=OTHER), clock)
    clock.time += 60
    with monkeypatch.context() as patch:
        patch.setattr(Publisher, "is_unpromised", silent)
        told = set(Steps(school.publisher).step())
    assert told == {Fault(Trouble.UNANSWERED, each.uuid) for each in (school, other)}
    assert school.cast(0).promise


def test_standings_that_cannot_be_read_together_are_read_one_by_one(
    school: School, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page of what is published of one election: the others take ballots, and are published."""
    other = host(school.database, school.folder.path, make_election(4, uuid=OTHER), clock)
    publisher = school.publisher
    casting = on_one_publisher(other, publisher)

    def torn_page(
        connection: Connection, now: int, seconds: int, uuid: str | None
    ) -> tuple[str, ...]:
        if uuid in (None, school.uuid):
            raise OperationalError("SELECT", {}, OSError("could not read block 7"))
        return due_elections(connection, now, seconds, uuid)

    monkeypatch.setattr(publishing, "due_elections", torn_page)
    failing_of(school.uuid, monkeypatch)
    for elector in range(2):
        clock.time += 60
        assert {*publisher.due()} == {school.uuid, OTHER}
        assert list(Steps(publisher).step()) == [Fault(Trouble.NO_STEP, school.uuid)]
        assert publisher.due() == (school.uuid,)
        assert casting.cast(other.request(elector)).promise
        with pytest.raises(HeadsUnavailable):
            school.cast(elector)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_torn_page_of_one_election_keeps_no_witness_from_a_later_one(
    school: School, other: School, clock: ManualClock, tmp_path: Path
) -> None:
    with honest_to((school, other), tmp_path / "memory") as witness:
        asked = Cosignatures(Cosigning(school.database, school.publisher, witness, patience=5))
        assert list(asked.step()) == []
        clock.time += 60
        for each, elector in ((school, FULL_PAGE), (other, 0)):
            assert each.cast(elector).promise
            each.publisher.publish(each.uuid)
        with torn(school, "board_event"):
            said = [str(fault) for fault in asked.step()]
            assert len(said) == 1
            assert f"does not co-sign {school.uuid}/{BOARD}" in said[0]
            assert "the database does not give what to show it" in said[0]
            assert seen(other, BOARD, witness).witnessed_at == {witness.name: clock.time}
            assert seen(other, JOURNAL, witness).witnessed_at == {witness.name: clock.time}
            assert list(asked.step()) == []  # said once, and tried again later


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_line_that_the_database_did_not_keep_is_asked_for_again(
    school: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the result there is no later step: its witnesses would be missing for ever."""
    timer = Timer()

    def busy(*_given: object) -> NoReturn:
        raise DatabaseUnavailable

    with honest(school, tmp_path / "memory") as witness:
        asked = asks(school, witness, timer)
        with monkeypatch.context() as patch:
            patch.setattr(cosigning, "add_line", busy)
            assert {missed.cause.reason for missed in asked.step()} == {Reason.UNREAD}
        timer.now += SILENT_SECONDS
        assert list(asked.step()) == []
        assert seen(school, BOARD, witness).witnessed_at


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_no_witness_is_asked_of_what_cannot_be_read_and_the_others_are(
    school: School, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page of what is published of one election; and where none is read, that is said once."""
    other = host(school.database, school.folder.path, make_election(4, uuid=OTHER), clock)

    def torn_page(connection: Connection, uuid: str | None = None) -> tuple[NotedLog, ...]:
        if uuid in (None, school.uuid):
            raise OperationalError("SELECT", {}, OSError("could not read block 7"))
        return published_notes(connection, uuid)

    with honest_to((school, other), tmp_path / "memory") as witness:
        asked = Cosignatures(asks(school, witness))
        with monkeypatch.context() as patch:
            patch.setattr(Database, "read", away)
            assert [fault.trouble for fault in asked.step()] == [Trouble.NO_ANSWER]
        monkeypatch.setattr(cosigning, "published_notes", torn_page)
        assert list(asked.step()) == []
        assert seen(other, BOARD, witness).witnessed_at
