# SPDX-License-Identifier: AGPL-3.0-or-later
"""Witnesses are asked after each step; one that is silent, slow or lies stops nothing: §22."""

from __future__ import annotations

import time
from base64 import b64decode
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import text

from evote.board.published import read_published
from evote.database.connection import Database, DatabaseUnavailable
from evote.database.elections import RowDamaged
from evote.upkeep import Cosignatures
from evote.witness_file import Witness
from evote.witnessing import cosigning as asking_again
from evote.witnessing.asking import (
    APART_SECONDS,
    WitnessAhead,
    WitnessRefuses,
    WitnessSilent,
)
from evote.witnessing.cosigning import REFUSED_SECONDS, SILENT_SECONDS, Cosigning, Missed
from protocol.cosignatures import CosignerKey, SeenCheckpoint, cosign, verify_seen
from protocol.note_format import Note
from protocol.notes import Checkpoint
from protocol.server_binding import BOARD, JOURNAL
from tests.db.backups import dump, put_back
from tests.db.conftest import ELECTION
from tests.db.school import ManualClock, School, audit, host
from tests.db.witnesses import Told, closed_port, dripping, honest, key_of, told
from tests.simulator import CLOSES_AT

P = 60
LIAR = key_of("told.example.org")


class Timer:
    """Seconds that the test lets pass."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def asks(school: School, witness: Witness, timer: Timer | None = None) -> Cosigning:
    return Cosigning(school.database, school.publisher, witness, timer or Timer(), patience=5)


def seen(school: School, log: str, *witnesses: Witness) -> SeenCheckpoint:
    """What the published note of a log says, its lines verified."""
    with school.database.read() as connection:
        note = read_published(connection, school.held()).log(log).note
    keys = school.publisher.keys(school.uuid)
    key = keys.board if log == BOARD else keys.journal
    return verify_seen(note, key.verifier_key, [each.key for each in witnesses])


def next_step(school: School) -> None:
    assert isinstance(school.clock, ManualClock)
    school.clock.time += P
    school.publisher.publish_due(school.uuid)


def test_a_growing_log_is_cosigned_after_each_step(
    school: School, clock: ManualClock, tmp_path: Path
) -> None:
    with honest(school, tmp_path / "witness") as witness:
        cosigning, sizes = asks(school, witness), []
        for votes in (0, 1, 3, 1):
            for _ in range(votes):
                school.cast(school.counts()[0])
            next_step(school)
            assert list(cosigning.step()) == []
            for log in (BOARD, JOURNAL):
                found = seen(school, log, witness)
                assert found.witnessed_at == {witness.key.name: clock.time}
            sizes.append(seen(school, BOARD).checkpoint.size)
        assert sizes == [1, 2, 5, 6]
        # A process that has just started does not know how far the witness is, and is told.
        school.cast(school.counts()[0])
        next_step(school)
        assert list(asks(school, witness).step()) == []
        assert seen(school, BOARD, witness).witnessed_at == {witness.key.name: clock.time}
        audit(school, tmp_path / "record")


def test_lines_stay_while_the_tree_does_and_are_renewed(
    school: School, clock: ManualClock, tmp_path: Path
) -> None:
    with honest(school, tmp_path / "witness") as witness:
        cosigning = asks(school, witness)
        list(cosigning.step())
        first = clock.time
        next_step(school)
        assert seen(school, BOARD, witness).witnessed_at == {witness.key.name: first}
        assert list(cosigning.step()) == []
        assert seen(school, BOARD, witness).witnessed_at == {witness.key.name: clock.time}
        school.cast(0)
        next_step(school)
        assert seen(school, BOARD, witness).witnessed_at == {}


def test_nobody_is_asked_twice_for_what_is_cosigned(school: School) -> None:
    how = Told(lambda body: (200, line_for(body, at=school.clock())))
    with told(how, LIAR) as witness:
        first, second = asks(school, witness), asks(school, witness)
        for _ in range(3):
            assert [*first.step(), *second.step()] == []
        assert len(how.asked) == 2
        next_step(school)
        assert [*first.step(), *second.step()] == []
        assert len(how.asked) == 4
    assert all(body.startswith(b"old ") for body in how.asked)


def test_two_processes_leave_one_line_of_a_witness(school: School, tmp_path: Path) -> None:
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(honest(school, tmp_path / name, f"{name}.example.org"))
            for name in ("a", "b")
        )
        for _ in range(2):
            for witness in (one, other, one):
                assert list(asks(school, witness).step()) == []
            next_step(school)
            for witness in (other, one):
                assert list(asks(school, witness).step()) == []
    note = Note.decode(read(school, BOARD))
    names = [line.name for line in note.signatures]
    origin = note.text.partition("\n")[0]
    assert sorted(names) == sorted([origin, origin, "a.example.org", "b.example.org"])
    assert names[:2] == [origin, origin]


def read(school: School, log: str) -> bytes:
    with school.database.read() as connection:
        return read_published(connection, school.held()).log(log).note


def line_for(body: bytes, key: CosignerKey = LIAR, at: int = 2**52) -> bytes:
    """The line of an honest witness for what it is asked."""
    note = Note.decode(body.partition(b"\n\n")[2])
    origin, size, root = note.text.splitlines()
    checkpoint = Checkpoint(origin, int(size), b64decode(root))
    return cosign(checkpoint, at, key).encode().encode()


def forged(body: bytes) -> tuple[int, bytes]:
    return 200, line_for(body, key_of("forger")).replace(b"forger", b"told.example.org")


def of_another_tree(body: bytes) -> tuple[int, bytes]:
    note = Note.decode(body.partition(b"\n\n")[2])
    other = Checkpoint(note.text.splitlines()[0], 1, b"r" * 32)
    return 200, cosign(other, 1, LIAR).encode().encode()


LIES: dict[str, Callable[[bytes], tuple[int, bytes]]] = {
    "a line of another key": lambda body: (200, line_for(body, key_of("other"))),
    "a forged line": forged,
    "a line of another tree": of_another_tree,
    "two lines": lambda body: (200, line_for(body) + line_for(body, at=5)),
    "no line": lambda _: (200, b""),
    "words": lambda _: (200, b"yes, certainly\n"),
    "no text": lambda _: (200, b"\xff\xfe\n"),
    "a very long answer": lambda body: (200, line_for(body) * 1000),
    "unknown log": lambda _: (404, b"what log?\n"),
    "no inclination": lambda _: (403, b"no\n"),
    "another history": lambda _: (422, b"no\n"),
    "a fault of its own": lambda _: (500, b"no\n"),
    "a conflict without size": lambda _: (409, b"some\n"),
    "the same conflict for ever": lambda _: (409, b"1\n"),
    "a redirection": lambda _: (302, b""),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lying_witness_adds_nothing_and_is_said(school: School, name: str) -> None:
    timer = Timer()
    how = Told(LIES[name])
    if name == "a redirection":
        how.headers["Location"] = closed_port()
    with told(how, LIAR) as witness:
        before = [read(school, log) for log in (BOARD, JOURNAL)]
        cosigning = asks(school, witness, timer)
        missed = list(cosigning.step())
        assert missed
        assert {each.witness for each in missed} == {"told"}
        assert all(isinstance(each.cause, WitnessRefuses | WitnessSilent) for each in missed)
        assert [read(school, log) for log in (BOARD, JOURNAL)] == before
        asked = len(how.asked)
        assert list(cosigning.step()) == []
        assert len(how.asked) == asked
        timer.now += REFUSED_SECONDS
        assert list(cosigning.step())
        next_step(school)
        assert seen(school, BOARD).stamped_at


@pytest.mark.parametrize(
    ("apart", "kept"),
    [
        (-APART_SECONDS, True),
        (APART_SECONDS, True),
        (-APART_SECONDS - 1, False),
        (APART_SECONDS + 1, False),
        (-CLOSES_AT, False),  # about 1970
        (2_208_988_800, False),  # seventy years ahead
    ],
)
def test_a_cosignature_of_another_time_is_not_kept(school: School, apart: int, kept: bool) -> None:  # noqa: FBT001
    """It would say for ever, in the record, what no clock near the server's has said: §22."""
    before = [read(school, log) for log in (BOARD, JOURNAL)]
    at, timer = max(0, school.clock() + apart), Timer()
    with told(Told(lambda body: (200, line_for(body, at=at))), LIAR) as witness:
        missed = list(asks(school, witness, timer).step())
        if kept:
            assert not missed
            assert seen(school, BOARD, witness).witnessed_at == {LIAR.name: at}
            return
        assert [read(school, log) for log in (BOARD, JOURNAL)] == before
        assert [each.place[1] for each in missed] == [BOARD, JOURNAL]
        for each in missed:
            assert isinstance(each.cause, WitnessRefuses)
            assert str(each.cause) == f"its clock is {at - school.clock():+} s from the server's"


def test_a_witness_whose_clock_was_set_right_counts_in_a_minute(school: School) -> None:
    wrong, timer = [2_000_000], Timer()
    how = Told(lambda body: (200, line_for(body, at=school.clock() + wrong[0])))
    with told(how, LIAR) as witness:
        cosigning = asks(school, witness, timer)
        assert len(list(cosigning.step())) == 2
        assert list(cosigning.step()) == []
        wrong[0] = 0
        timer.now += SILENT_SECONDS
        assert list(cosigning.step()) == []
        assert seen(school, BOARD, witness).witnessed_at == {LIAR.name: school.clock()}


def test_a_silent_witness_is_asked_again_later(school: School) -> None:
    timer, witness = Timer(), Witness("absent", LIAR.verifier_key, closed_port())
    cosigning = asks(school, witness, timer)
    (missed,) = cosigning.step()
    assert isinstance(missed.cause, WitnessSilent)
    assert list(cosigning.step()) == []
    timer.now += SILENT_SECONDS
    assert len(list(cosigning.step())) == 1
    next_step(school)
    assert seen(school, BOARD).stamped_at


def test_a_witness_whose_answer_never_ends_is_left(school: School) -> None:
    timer = Timer()
    with dripping(0.1) as url:
        witness = Witness("slow", LIAR.verifier_key, url)
        cosigning = Cosigning(school.database, school.publisher, witness, timer, patience=0.5)
        for words in ("too slow", "still answering"):
            began = time.monotonic()
            (missed,) = cosigning.step()
            assert time.monotonic() - began < 4
            assert str(missed.cause) == words
            timer.now += SILENT_SECONDS
    next_step(school)
    assert seen(school, BOARD).stamped_at


def test_a_witness_that_has_seen_more_than_is_published_is_said(
    school: School, tmp_path: Path
) -> None:
    """As after a restore to which the heads belonged too: nobody else would notice."""
    kept, heads = dump(school.database), school.folder.heads.read_bytes()
    with honest(school, tmp_path / "witness") as witness:
        school.cast(0)
        next_step(school)
        assert list(asks(school, witness).step()) == []
        put_back(school.database, kept)
        school.folder.heads.write_bytes(heads)
        missed = list(asks(school, witness).step())
    assert [(each.place[1], type(each.cause)) for each in missed] == [(BOARD, WitnessAhead)]
    assert missed == [Missed(witness.name, (school.uuid, BOARD), missed[0].cause)]


def test_a_quorum_of_two_of_three_cosigns_a_record_that_verifies(
    database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    """One of the three that the election names is silent: the vote goes on, the record is good."""
    named = replace(ELECTION, witnesses=3)
    school = host(database, tmp_path / "keys", named, clock)
    school.cast(0)
    clock.time = CLOSES_AT + 301
    school.close()
    school.count()
    with ExitStack() as stack:
        asked = [
            asks(
                school,
                stack.enter_context(
                    honest(school, tmp_path / f"{i}", f"w{i}", named.witness_key(i))
                ),
            )
            for i in (1, 2)
        ]
        silent = Witness("w3", named.witness_key(3).verifier_key, closed_port())
        missed = [each for one in (*asked, asks(school, silent)) for each in one.step()]
    assert [each.witness for each in missed] == ["w3"]
    audit(school, tmp_path / "record")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE published_log SET note = hashes WHERE log = 'board'",
        "UPDATE published_log SET note = (SELECT other.note FROM published_log AS other "
        "WHERE other.log = 'journal') WHERE log = 'board'",
        "DELETE FROM published_log WHERE log = 'journal'",
    ],
)
def test_what_is_damaged_is_shown_to_no_witness_and_stops_no_other_log(
    school: School, tmp_path: Path, statement: str
) -> None:
    whole = dump(school.database)
    with honest(school, tmp_path / "witness") as witness:
        with school.database.write() as connection:
            connection.execute(text(statement))
        assert list(asks(school, witness).step()) == []
        with school.database.read() as connection:
            query = text("SELECT note FROM published_log WHERE log = 'journal'")
            other = connection.execute(query).scalars().all()
        assert all(b"temoin.example.org" in bytes(note) for note in other)
        put_back(school.database, whole)
        assert list(asks(school, witness).step()) == []
        for log in (BOARD, JOURNAL):
            assert witness.key.name in seen(school, log, witness).witnessed_at


@pytest.mark.either
@pytest.mark.parametrize("cause", [DatabaseUnavailable(), RowDamaged("uuid", "head_hash")])
@pytest.mark.parametrize("what", ["add_line", "read_published"])
def test_what_cannot_be_kept_or_compared_is_asked_for_again_in_a_minute(
    school: School, monkeypatch: pytest.MonkeyPatch, what: str, cause: Exception
) -> None:
    """And not every second, as long as the database, or a row of it, is as it is."""

    def fails(*_given: object) -> NoReturn:
        raise cause

    kept, timer = what == "add_line", Timer()
    how = Told(lambda body: (200, line_for(body, at=school.clock())) if kept else (409, b"1000\n"))
    with told(how, LIAR) as witness:
        cosigning = asks(school, witness, timer)
        with monkeypatch.context() as patch:
            patch.setattr(asking_again, what, fails)
            said = [str(missed.cause) for missed in cosigning.step()]
            assert len(said) == (2 if isinstance(cause, DatabaseUnavailable) else 0)
            asked = len(how.asked)
            assert asked
            assert list(cosigning.step()) == []
            assert len(how.asked) == asked
        timer.now += SILENT_SECONDS
        missed_again = list(cosigning.step())
        assert len(how.asked) == 2 * asked
        assert {type(each.cause) for each in missed_again} == (set() if kept else {WitnessAhead})


@pytest.mark.parametrize(
    "statement", ["DELETE FROM published_log WHERE log = 'board'", "DELETE FROM published_log"]
)
def test_what_is_damaged_while_a_witness_answers_ends_no_asking(
    school: School, statement: str
) -> None:
    """It has co-signed more, it says; what there is to compare that with contradicts itself."""

    def answer(body: bytes) -> tuple[int, bytes]:
        with school.database.write() as connection:
            connection.execute(text(statement))
        return 409, b"1000\n"

    how = Told(answer)
    with told(how, LIAR) as witness:
        faults = list(Cosignatures(asks(school, witness)).step())
    assert how.asked
    assert BOARD not in {each.place[1] for fault in faults if (each := fault.missed)}
