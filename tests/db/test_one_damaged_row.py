# SPDX-License-Identifier: AGPL-3.0-or-later
"""One damaged row of what is published, a lost key, any fault: of its election alone: ADR 15."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import Connection, text

from evote.board.published import DoesNotFollow, read_published
from evote.board.tiles import subtrees_of_log
from evote.casting import Casting, Outcome
from evote.database.connection import DatabaseUnavailable
from evote.database.elections import HeldElection
from evote.doctor.findings import Level
from evote.heads import Heads, HeadsUnavailable
from evote.publishing import following
from evote.publishing import publisher as publishing
from evote.publishing.publisher import Publisher
from evote.upkeep import Cosignatures, Steps, Trouble
from evote.witnessing import cosigning
from evote.witnessing.cosigning import Cosigning
from protocol.server_binding import BOARD
from tests.db.examined import look
from tests.db.school import ManualClock, School, host, make_election
from tests.db.test_cosigning import seen
from tests.db.witnesses import honest, honest_to

OTHER = "AnotherEtection"
# What SQLite gives back of a cell of which one bit, or more, has changed.
CELLS = {
    "a note that is a text": "note = CAST(note AS TEXT)",
    "a note that is a number": "note = 5",
    "a stamp that is a word": "stamp = 'x'",
    "a time that is bytes": "stepped_at = x'00ff'",
    "a stamp that is bytes": "stamp = x'00ff'",
    "a size that is a word": "size = 'x'",
    "hashes that are a text": "hashes = 'abc'",
    "a root that is a number": "root = 7",
    "a log of no name": "log = CAST(x'62ff617264' AS TEXT)",
}
HEADS = {
    "a root that is bytes": "UPDATE head SET root = CAST(root AS BLOB) WHERE origin = ?",
    "a size that is a half": "UPDATE head SET size = 2.5 WHERE origin = ?",
    "no stamp": "UPDATE stamp SET at = NULL WHERE origin = ?",
    "a stamp beyond all": "UPDATE stamp SET at = 4611686018427387904 WHERE origin = ?",
    "a stamp before all": "UPDATE stamp SET at = -5 WHERE origin = ?",
    "a size before all": "UPDATE head SET size = -1 WHERE origin = ?",
    "a root that is none": "UPDATE head SET root = 'zz' WHERE origin = ?",
}


def some(phrases: Iterable[str], first: int) -> list[object]:
    """The first of them at each run, the others where counts are long."""
    return [
        pytest.param(phrase, marks=() if number < first else pytest.mark.soak)
        for number, phrase in enumerate(phrases)
    ]


@pytest.fixture
def other(school: School, clock: ManualClock) -> School:
    """A later election of the same server, with a ballot; the first has one too."""
    assert school.cast(0).outcome is Outcome.RECORDED
    other = host(school.database, school.folder.path, make_election(4, uuid=OTHER), clock)
    assert other.cast(0).outcome is Outcome.RECORDED
    return other


def anew(school: School) -> Publisher:
    """Another process, which has read no keys yet."""
    return Publisher(school.database, school.folder, school.seconds, school.clock)


def step_in_spite_of(school: School, other: School, publisher: Publisher) -> set[Trouble]:
    """Make the steps that are due, of the later election too; return the trouble of the first."""
    assert isinstance(school.clock, ManualClock)
    school.clock.time += 60
    told = {fault.trouble for fault in Steps(publisher).step() if fault.uuid == school.uuid}
    with other.database.read() as connection:
        head = other.held().head
        assert head is not None
        assert read_published(connection, other.held()).board.size == head.height + 1
    return told


@pytest.mark.parametrize("cell", some(CELLS, 4))
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_damaged_cell_of_what_is_published_holds_up_its_election_alone(
    fit: School, other: School, cell: str, tmp_path: Path
) -> None:
    school, where = fit, "WHERE election_id = 1 AND log = 'board'"
    harm = f"UPDATE published_log SET {CELLS[cell]} {where}"  # noqa: S608 -- ours
    assert school.held().id == 1
    with school.database.write() as connection:
        connection.execute(text(harm))
    publisher = anew(school)
    assert step_in_spite_of(school, other, publisher) == {Trouble.NOT_FOLLOWING}
    with honest(other, tmp_path / "memory", "temoin.example.org") as witness:
        asked = Cosignatures(Cosigning(other.database, other.publisher, witness, patience=5))
        assert not [fault for fault in asked.step() if fault.uuid.startswith(OTHER)]
        assert seen(other, BOARD, witness).witnessed_at
    casting = Casting(school.database, school.folder, school.clock, publisher)
    with pytest.raises((DoesNotFollow, HeadsUnavailable)):
        casting.cast(school.request(1))
    assert other.cast(1).outcome is Outcome.RECORDED
    grave = [found for found in look(school) if found.level is Level.SERIOUS]
    assert any(school.uuid in found.message for found in grave)
    assert not any(OTHER in found.message for found in grave)


def harm_heads(path: Path, statement: str, origin: str) -> None:
    """Change a line as a bit of the file does, which asks no table what its columns may have."""
    with contextlib.closing(sqlite3.connect(path)) as heads, heads:
        strict = dict(heads.execute("SELECT name, sql FROM sqlite_master WHERE sql NOT NULL"))
        heads.execute("PRAGMA writable_schema = ON")
        for rule in ("STRICT, ", " NOT NULL"):
            heads.execute("UPDATE sqlite_master SET sql = replace(sql, ?, '')", (rule,))
    with contextlib.closing(sqlite3.connect(path)) as heads, heads:
        assert heads.execute(statement, (origin,)).rowcount == 1
        heads.execute("PRAGMA writable_schema = ON")
        for name, sql in strict.items():
            heads.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (sql, name))


@pytest.mark.parametrize("line", some(HEADS, 4))
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_damaged_cell_of_the_head_file_holds_up_its_election_alone(
    fit: School, other: School, line: str
) -> None:
    school = fit
    harm_heads(school.folder.heads, HEADS[line], school.publisher.keys(school.uuid).board.name)
    assert step_in_spite_of(school, other, anew(school)) == {Trouble.NO_HEAD}
    with pytest.raises(HeadsUnavailable):
        school.cast(1)
    assert other.cast(1).outcome is Outcome.RECORDED
    grave = [found for found in look(school) if found.level is Level.SERIOUS]
    assert any(school.uuid in found.message for found in grave)
    assert not any(OTHER in found.message for found in grave)


def test_the_lost_key_of_one_election_stops_no_witness_of_another(
    school: School, other: School, tmp_path: Path
) -> None:
    school.folder.file(school.uuid, "logs").unlink()
    publisher = anew(school)
    assert step_in_spite_of(school, other, publisher) == {Trouble.NO_LOG_KEY}
    with honest(other, tmp_path / "memory", "temoin.example.org") as witness:
        faults = list(
            Cosignatures(Cosigning(other.database, publisher, witness, patience=5)).step()
        )
        assert {fault.uuid.partition("/")[0] for fault in faults} == {school.uuid}
        assert "this server lacks the key of the log" in str(faults[0])
        assert seen(other, BOARD, witness).witnessed_at


LEAVES = {
    "no digits": "UPDATE board_event SET leaf = 'zz' || substr(leaf, 3)",
    "bytes": "UPDATE board_event SET leaf = CAST(leaf AS BLOB)",
    "absent": "DELETE FROM board_event",
}


@pytest.mark.parametrize("leaf", [*LEAVES, "what nobody foresaw"])
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_leaf_that_gives_no_proof_stops_no_witness_of_another(
    fit: School, other: School, leaf: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = fit
    with honest_to((school, other), tmp_path / "memory") as witness:
        asked = Cosignatures(Cosigning(other.database, other.publisher, witness, patience=5))
        assert list(asked.step()) == []
        assert isinstance(school.clock, ManualClock)
        school.clock.time += 60
        for each, elector in ((school, 6), (other, 1)):
            assert each.cast(elector).outcome is Outcome.RECORDED
            each.publisher.publish(each.uuid)
        if leaf in LEAVES:
            with school.database.write() as connection:
                last = "(SELECT max(height) FROM board_event WHERE election_id = 1)"
                where = f" WHERE election_id = 1 AND height = {last}"
                connection.execute(text("PRAGMA defer_foreign_keys = ON"))
                assert connection.execute(text(LEAVES[leaf] + where)).rowcount == 1
            why = "a row is damaged: there is no proof to show it"
        else:
            monkeypatch.setattr(cosigning, "subtrees_of_log", failing_of(school))
            why = "a fault of this server: ZeroDivisionError, test_one_damaged_row.py:"
        faults = list(asked.step())
        assert {fault.uuid for fault in faults} >= {f"{school.uuid}/{BOARD}"}
        assert {fault.uuid.partition("/")[0] for fault in faults} == {school.uuid}
        assert all(why in str(fault) for fault in faults)
        assert seen(other, BOARD, witness).witnessed_at == {witness.name: school.clock.time}
        assert list(asked.step()) == []  # said once, and tried again later
        again = Cosigning(other.database, other.publisher, witness, patience=5)
        assert why in str(again.refusal(school.uuid))
        assert again.refusal(OTHER) is None
    grave = [found.message for found in look(school) if found.level is Level.SERIOUS]
    assert any(school.uuid in message for message in grave) is (leaf in LEAVES)


def failing_of(school: School) -> Callable[..., object]:
    """What makes proofs, of every election but this one."""
    true = subtrees_of_log

    def failing(connection: Connection, election: HeldElection, log: str) -> object:
        return _fail() if election.uuid == school.uuid else true(connection, election, log)

    return failing


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_what_nobody_foresaw_stops_one_election_and_ends_when_a_step_passes(
    school: School, other: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = following.log_sizes

    def failing(connection: Connection, election: HeldElection) -> object:
        return _fail() if election.uuid == school.uuid else true(connection, election)

    assert isinstance(school.clock, ManualClock)
    school.clock.time += 60
    work = Steps(school.publisher)
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "log_sizes", failing)
        (fault,) = work.step()
        assert (fault.trouble, fault.uuid) == (Trouble.UNFORESEEN, school.uuid)
        assert str(fault).startswith(f"the step of {school.uuid} fails (ZeroDivisionError, ")
        with pytest.raises(HeadsUnavailable):
            school.cast(1)
        assert other.cast(1).outcome is Outcome.RECORDED
    assert anew(school).publish_due(school.uuid)  # by another process; no step is due here
    assert list(work.step()) == []
    assert school.cast(1).outcome is Outcome.RECORDED


def _fail() -> NoReturn:
    raise ZeroDivisionError


def test_no_ballot_is_promised_while_it_is_not_known_which_steps_are_due(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_given: object, **_named: object) -> NoReturn:
        raise DatabaseUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "read_of_all", away)
        assert [fault.trouble for fault in Steps(school.publisher).step()] == [Trouble.NO_ANSWER]
        with pytest.raises(HeadsUnavailable):
            school.cast(1)
    list(Steps(school.publisher).step())
    assert school.cast(1).outcome is Outcome.RECORDED


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_no_ballot_is_promised_while_the_head_file_cannot_be_written(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can be read, and no step is due for ten minutes yet."""
    assert isinstance(school.clock, ManualClock)

    def read_only(_heads: Heads) -> NoReturn:
        raise HeadsUnavailable("a disk that is read-only")

    slow = Publisher(school.database, school.folder, 600, school.clock)
    slow.publish(school.uuid)
    casting = Casting(school.database, school.folder, school.clock, slow)
    school.clock.time += 61
    with monkeypatch.context() as patch:
        patch.setattr(Heads, "moving", read_only)
        assert [fault.trouble for fault in Steps(slow).step()] == [Trouble.NO_HEADS]
        with pytest.raises(HeadsUnavailable):
            casting.cast(school.request(1))
    assert list(Steps(slow).step()) == []
    assert casting.cast(school.request(1)).outcome is Outcome.RECORDED


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_damaged_time_of_the_last_writing_is_written_anew(school: School) -> None:
    assert isinstance(school.clock, ManualClock)
    with contextlib.closing(sqlite3.connect(school.folder.heads)) as heads, heads:
        heads.executescript("DROP TABLE written; CREATE TABLE written (one, at)")
        heads.execute("INSERT INTO written VALUES (1, NULL)")
    school.clock.time += 60
    assert list(Steps(school.publisher).step()) == []
    assert Heads(school.folder.heads).read_all().written == school.clock.time
    assert school.cast(1).outcome is Outcome.RECORDED
