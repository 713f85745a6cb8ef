# SPDX-License-Identifier: AGPL-3.0-or-later
"""A cell of what is published that its column cannot have: a restore makes it anew, ADR 15, 16.

SQLite alone gives such a cell back.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from evote.board.published import read_published
from evote.casting import Outcome
from evote.doctor.findings import Level
from evote.errors import Refusal, Unreadable
from evote.heads import Heads
from tests.db.backups import dump, put_back
from tests.db.examined import look
from tests.db.school import ManualClock, School, host, make_election
from tests.db.second_machine import (
    Machine,
    is_untouched,
    keep_record,
    save,
    sizes,
    verify_since,
    vote,
)
from tests.db.test_one_damaged_row import some

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)

OTHER = "AnotherEtection"
MINUTE = 60
CELLS = {
    "a size that is a word": "size = 'x'",
    "a root that is bytes": "root = x'00ff'",
    "hashes that are a text": "hashes = 'abc'",
    "a stamp that is bytes": "stamp = x'00ff'",
    "a time that is a word": "stepped_at = 'hier'",
    "a note that is a number": "note = 5",
    "a log that is no text": "log = CAST(x'62ff617264' AS TEXT)",
    "a size of 62 bits": "size = 4611686018427387904",
    "a size that is a fraction": "size = 0.5",
    "a root that is no text": "root = CAST(x'5aff61' AS TEXT)",
    "a note that is a text": "note = CAST(note AS TEXT)",
    "another log": "log = 'bnard'",
}
OF_BOTH = "log = CASE log WHEN 'board' THEN 'bnard' ELSE 'jnurnal' END"
# What is left of the backup's own word is too little, and no note says it, or but that of one log.
UNSIGNED = {
    "a size": ("size = 'x', note = x'00'", "board"),
    "a root": ("root = x'00', note = x'00'", "board"),
    "a stamp": ("stamp = 'x', note = x'00'", "%"),
    "a log": ("log = 'bnard', note = x'00'", "board"),
    "a log that is no text": ("log = CAST(x'ff' AS TEXT), note = x'00'", "board"),
    "the journal": ("log = 'jnurnal', note = x'00'", "journal"),
    "both logs": (f"{OF_BOTH}, note = x'00', size = 'x', stamp = 'x'", "%"),
}
OF_ONE = {"a log, of which the note is there": ("log = 'bnard'", "board")}


@pytest.fixture
def other(fit: School, clock: ManualClock) -> School:
    """A second election of the same server, with a ballot."""
    other = host(fit.database, fit.folder.path, make_election(3, uuid=OTHER), clock)
    vote(other, range(1))
    return other


def harm(school: School, change: str, log: str = "board") -> None:
    where = f"election_id = {school.held().id} AND log LIKE '{log}'"
    with school.database.write() as connection:
        connection.execute(text(f"UPDATE published_log SET {change} WHERE {where}"))  # noqa: S608


def stamp(school: School) -> int:
    with school.database.read() as connection:
        return read_published(connection, school.held()).board.stamp


@pytest.mark.parametrize("cell", some(CELLS, 7))
def test_a_damaged_cell_of_what_is_published_stops_no_restore(
    fit: School, other: School, machine: Machine, tmp_path: Path, cell: str
) -> None:
    machine.clock.time += MINUTE
    vote(fit, range(4, 6))
    vote(other, range(1, 2))
    kept, last, before = keep_record(fit, tmp_path / "kept"), stamp(fit), sizes(fit)
    harm(fit, CELLS[cell])
    grave = [found for found in look(fit) if found.level is Level.SERIOUS]
    assert {"signed"} <= {found.check for found in grave} <= {"signed", "heads", "steps"}
    assert all(fit.uuid in found.message for found in grave)
    saved = save(fit, tmp_path / "backup")
    machine.clock.time -= 2 * MINUTE  # and no stamp goes back with it
    restored = machine.restore(saved, unseen=(fit.uuid, OTHER))
    assert {each.uuid: (each.events, each.behind) for each in restored} == {
        fit.uuid: (7, ()),
        OTHER: (3, ()),
    }
    for there in (machine.school(fit), machine.school(other)):
        there.publisher.publish(there.uuid)
        assert stamp(there) == last
    assert sizes(machine.school(fit)) == before
    verify_since(keep_record(machine.school(fit), tmp_path / "later"), kept)


@pytest.mark.parametrize("cells", [*UNSIGNED, *OF_ONE])
def test_what_is_older_than_a_backup_is_no_evidence_where_its_own_row_is_damaged(
    voted: School, machine: Machine, tmp_path: Path, cells: str
) -> None:
    old = keep_record(voted, tmp_path / "old")
    machine.clock.time += MINUTE
    vote(voted, range(4, 7))
    same, whole = keep_record(voted, tmp_path / "same"), dump(voted.database)
    harm(voted, *{**UNSIGNED, **OF_ONE}[cells])
    saved = save(voted, tmp_path / "backup", voted.clock)
    for kept in (old, same, old / "board.checkpoint", old / "journal.checkpoint"):
        with pytest.raises(Refusal, match=rf"« .*{kept.name}.* » n'est pas plus"):
            machine.restore(saved, seen=(kept,))
        assert is_untouched(machine)
    put_back(voted.database, whole)
    machine.clock.time += MINUTE
    fresh = keep_record(voted, tmp_path / "fresh")
    (restored,) = machine.restore(saved, seen=(old, fresh / "board.checkpoint"))
    assert (restored.events, restored.behind) == (8, ())


def test_where_nothing_is_signed_no_head_is_moved_beyond_what_is_published_next(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    assert voted.cast(5).outcome is Outcome.RECORDED  # and is in no step
    harm(voted, "size = 'x', note = x'00'")
    saved = save(voted, tmp_path / "backup", voted.clock)
    machine.restore(saved, unseen=(voted.uuid,))
    there = machine.school(voted)
    board = there.publisher.keys(there.uuid).board.name
    (head, _), _ = Heads(there.folder.heads).read_stamped(board, board)
    there.publisher.publish(there.uuid)
    assert head is not None
    assert head.size == sizes(there)[0] == 6


def test_a_note_says_how_far_it_was_whatever_log_its_row_names(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    """So the lost server's head file counts, which does not reach what was never published."""
    assert voted.cast(5).outcome is Outcome.RECORDED
    harm(voted, "log = 'bnard'")
    saved = save(voted, tmp_path / "backup", voted.clock)
    shutil.copy(voted.folder.heads, machine.folder.heads)
    (restored,) = machine.restore(saved)
    assert (restored.events, restored.behind) == (6, ())


def test_an_unsigned_time_to_come_is_not_believed_beside_a_signed_one(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    last = stamp(voted)
    harm(voted, f"stamp = {2**52}, note = x'00'")
    machine.restore(save(voted, tmp_path / "backup", voted.clock), unseen=(voted.uuid,))
    there = machine.school(voted)
    there.publisher.publish(there.uuid)
    assert stamp(there) == last


def test_an_unsigned_size_beyond_the_entries_still_says_that_some_are_lost(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    harm(voted, "size = size + 1, note = x'00'")
    with pytest.raises(Refusal, match=r"6 ont été publiés \(vu dans « la sauvegarde »\)"):
        machine.restore(save(voted, tmp_path / "backup"), unseen=(voted.uuid,))


@pytest.mark.parametrize("cell", ["turnout.signed_in", "election.closes_at"])
def test_any_other_cell_is_refused_and_named_with_its_election(
    voted: School, machine: Machine, cell: str, tmp_path: Path
) -> None:
    table, _, column = cell.partition(".")
    with voted.database.write() as connection:
        connection.execute(text(f"UPDATE {table} SET {column} = 'x'"))  # noqa: S608 -- ours
    saved = save(voted, tmp_path / "backup")
    named = f"« {cell} » de l'élection {voted.uuid} contient"
    with pytest.raises(Unreadable, match=named):
        machine.restore(saved, unseen=(voted.uuid,))
    assert is_untouched(machine)
