# SPDX-License-Identifier: AGPL-3.0-or-later
"""An election that names witnesses: false lines are not adopted, missing ones stop no restore."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from evote.board.published import read_published
from evote.database.connection import Database
from evote.errors import Refusal
from protocol.cosignatures import append_line, cosign
from protocol.note_format import Note, SignatureLine
from protocol.notes import Checkpoint
from tests.db.school import ManualClock, School, host, make_election
from tests.db.second_machine import Machine, Saved, keep_record, save, sizes, vote
from tests.simulator import CLOSES_AT

MINUTE = 60
CHECKPOINTS = ("board.checkpoint", "journal.checkpoint")


@pytest.fixture
def witnessed(database: Database, clock: ManualClock, tmp_path: Path) -> School:
    """Two witnesses are named, and one of them must have co-signed in the end."""
    election = replace(make_election(12), witnesses=2, quorum=1)
    school = host(database, tmp_path / "keys", election, clock)
    vote(school, range(4))
    return school


def verified(record: Path) -> bool:
    command = [sys.executable, "-m", "audit", "verify", str(record)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_a_false_line_of_a_witness_is_not_adopted(
    witnessed: School, machine: Machine, tmp_path: Path
) -> None:
    """Nor is a line of a stranger; the true one of the other witness is, also from elsewhere."""
    saved = save(witnessed, tmp_path / "backup")
    machine.clock.time += MINUTE
    kept = keep_record(witnessed, tmp_path / "kept")
    good = keep_record(witnessed, tmp_path / "good")
    election = witnessed.election
    first, second = election.witness_key(1), election.witness_key(2)
    stranger = replace(election, uuid="AnotherEtection").witness_key(1)
    for name in CHECKPOINTS:
        note = (kept / name).read_bytes()
        checkpoint = Checkpoint.decode(Note.decode(note).text)
        true = cosign(checkpoint, machine.clock.time, second)
        key = first.verifier_key
        false = SignatureLine(key.name, key.key_id, bytes(72))
        strange = SignatureLine("stranger.example", stranger.verifier_key.key_id, bytes(72))
        (kept / name).write_bytes(append_line(append_line(note, false), strange))
        (good / name).write_bytes(append_line(note, true))
    machine.restore(saved, seen=(good, kept))
    there = machine.school(witnessed)
    with there.database.read() as connection:
        published = read_published(connection, there.held())
    for row in (published.board, published.journal):
        names = [each.name for each in Note.decode(row.note).signatures]
        assert names == [names[0], names[0], second.verifier_key.name]
    machine.clock.time = CLOSES_AT + 301
    there.close()
    there.count()
    record = keep_record(there, tmp_path / "record")
    assert not verified(record)  # nobody has co-signed yet
    cosigned(record, first_of=there)
    assert verified(record)


def cosigned(record: Path, *, first_of: School) -> None:
    for name in CHECKPOINTS:
        note = (record / name).read_bytes()
        checkpoint = Checkpoint.decode(Note.decode(note).text)
        line = cosign(checkpoint, CLOSES_AT + 400, first_of.election.witness_key(1))
        (record / name).write_bytes(append_line(note, line))


def counted_since(school: School, machine: Machine, folder: Path) -> tuple[Saved, Path]:
    """A backup of the open vote, and the record of its count, which no witness has seen."""
    saved = save(school, folder / "backup")
    machine.clock.time = CLOSES_AT + 301
    school.close()
    school.count()
    return saved, keep_record(school, folder / "kept")


def test_a_record_that_waits_for_its_witnesses_completes(
    witnessed: School, machine: Machine, tmp_path: Path
) -> None:
    saved, kept = counted_since(witnessed, machine, tmp_path)
    assert not verified(kept)
    (restored,) = machine.restore(saved, complete={witnessed.uuid: kept})
    assert (restored.events, restored.entries) == sizes(witnessed)
    there = machine.school(witnessed)
    record = keep_record(there, tmp_path / "record")
    cosigned(record, first_of=there)
    assert verified(record)


def test_a_record_with_another_fault_beside_it_does_not(
    witnessed: School, machine: Machine, tmp_path: Path
) -> None:
    saved, kept = counted_since(witnessed, machine, tmp_path)
    journal = kept / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"closed"', b'"closes"'))
    with pytest.raises(Refusal, match="n'accepte pas"):
        machine.restore(saved, complete={witnessed.uuid: kept})
