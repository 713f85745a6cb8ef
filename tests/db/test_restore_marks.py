# SPDX-License-Identifier: AGPL-3.0-or-later
"""A copy of the head file is not the last one: the mark of the backup, and when it was written.

One that was made before a backup has not its mark, and counts for nothing, even where each of its
lines is as long as the backup's. One that was made after it looks like the last one: so a person is
told when it was written, and stands by it (docs/adr/0016).
"""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from evote.backup.recovery import make_recovery_key
from evote.backup.writing import Places, write_backup
from evote.database.connection import Database, open_database
from evote.errors import Refusal, Unreadable
from evote.heads import Heads
from evote.keys import KeyFolder
from evote.publishing.publisher import Publisher
from evote.restoring.standing import Ground, Rests
from evote.upkeep import Steps
from tests.db.school import ManualClock, School, draft, host, host_drafted, make_election
from tests.db.second_machine import Machine, is_untouched, keep_record, save, vote
from tests.simulator import CLOSES_AT

MINUTE, HOUR, DAY = 60, 3600, 86_400
OTHER = "AnotherEtection"


def copy_heads(school: School, machine: Machine) -> None:
    shutil.copy(school.folder.heads, machine.folder.heads)


def test_a_copy_made_before_the_backup_says_nothing_of_an_open_vote(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    copy_heads(voted, machine)  # every line of it is that of the backup
    saved = save(voted, tmp_path / "backup")
    vote(voted, range(4, 9))
    with pytest.raises(Refusal, match=rf"jusqu'où .* : {voted.uuid} .*plus ancien"):
        machine.restore(saved)


def test_a_copy_made_before_the_backup_says_nothing_of_a_sealed_one(
    database: Database, clock: ManualClock, machine: Machine, tmp_path: Path
) -> None:
    school = host(database, tmp_path / "keys", make_election(3), clock, opened=False)
    copy_heads(school, machine)
    with pytest.raises(Refusal, match="jusqu'où"):
        machine.restore(save(school, tmp_path / "backup"))


def test_a_copy_made_before_the_backup_says_nothing_of_a_draft(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    machine.clock.time = CLOSES_AT + 301
    voted.close()
    later = make_election(3, uuid=OTHER)
    draft(voted.database, voted.folder, later)
    copy_heads(voted, machine)
    machine.clock.time += DAY
    saved = save(voted, tmp_path / "backup")
    host_drafted(voted.database, voted.folder, later, voted.clock, opened=False)
    with pytest.raises(Refusal, match=rf"brouillons .* : {OTHER} .*plus ancien"):
        machine.restore(saved, unseen=(voted.uuid,))


def test_the_mark_of_another_backup_is_none(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    first = save(voted, tmp_path / "first")
    copy_heads(voted, machine)
    second = save(voted, tmp_path / "second")
    with pytest.raises(Refusal, match="jusqu'où"):
        machine.restore(second)
    machine.restore(first)  # it was made after this one


def test_a_person_is_told_when_it_was_written_and_may_refuse(
    voted: School, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of an hour after the backup; the server went on for half a day."""
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += HOUR
    voted.publisher.publish(voted.uuid)
    copy_heads(voted, machine)
    copied_at = machine.clock.time
    machine.clock.time += DAY // 2
    vote(voted, range(4, 9))

    def refuse(rests: Rests) -> None:
        Machine.confirm(machine, rests)
        raise Refusal("it ran after that", "")

    with monkeypatch.context() as patch:
        patch.setattr(machine, "confirm", refuse)
        with pytest.raises(Refusal, match="it ran after that"):
            machine.restore(saved)
    assert machine.asked == [({voted.uuid: Ground.HEADS}, copied_at)]
    machine.folder.heads.unlink()
    assert is_untouched(machine)


def test_what_each_rests_on_is_told(voted: School, machine: Machine, tmp_path: Path) -> None:
    draft(voted.database, voted.folder, make_election(3, uuid=OTHER))
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += MINUTE
    kept = keep_record(voted, tmp_path / "kept")
    copy_heads(voted, machine)
    for given, ground in (((), Ground.HEADS), ((OTHER,), Ground.UNSEEN)):
        machine.restore(saved, seen=(kept,), unseen=given, check=True)
        assert machine.asked[-1][0] == {voted.uuid: Ground.SEEN, OTHER: ground}


def test_a_running_server_says_that_it_runs_though_nothing_changes(
    voted: School, clock: ManualClock
) -> None:
    """At most once a minute, also without an open vote, and though the clock was wrong."""
    clock.time = CLOSES_AT + 301
    voted.close()
    heads, steps = Heads(voted.folder.heads), Steps(voted.publisher)
    start = clock.time
    for now, written in ((59, 0), (60, 60), (119, 60), (DAY, DAY), (HOUR, HOUR)):
        clock.time = start + now
        assert not [*steps.step()]
        assert heads.read_all().written == start + written


def test_a_running_server_makes_no_head_file(voted: School) -> None:
    """A lost one would be made anew, and look like one."""
    voted.folder.heads.unlink()
    voted.publisher.keep_alive()
    save(voted, voted.folder.path.parent / "backup")
    assert not voted.folder.heads.exists()


def test_a_server_without_any_election_does_not_speak_for_the_lost_one(
    voted: School, machine: Machine
) -> None:
    """It waits for a restore, or has a mistyped database, beside a copy of the key folder."""
    shutil.copy(voted.folder.heads, machine.folder.heads)
    written = Heads(machine.folder.heads).read_all().written
    machine.clock.time += DAY
    assert not [*Steps(Publisher(machine.database, machine.folder, 60, machine.clock)).step()]
    assert Heads(machine.folder.heads).read_all().written == written


def test_the_mark_is_there_before_the_snapshot(
    voted: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the two nothing can be in the backup that a marked copy does not know."""
    kind, marks = type(voted.database), list[frozenset[str]]()
    snapshot = kind.snapshot

    def watched(database: Database) -> AbstractContextManager[Connection]:
        marks.append(Heads(voted.folder.heads).read_all().marks)
        return snapshot(database)

    monkeypatch.setattr(kind, "snapshot", watched)
    saved = save(voted, tmp_path / "backup")
    ((number,),) = marks
    assert number[:8] in saved.files.data.name


def test_a_backup_is_made_though_the_head_file_cannot_be_marked(
    voted: School, tmp_path: Path
) -> None:
    assert save(voted, tmp_path / "backup").files.is_marked
    voted.folder.heads.write_bytes(b"no database" * 1000)
    assert not save(voted, tmp_path / "again").files.is_marked


def test_a_backup_that_fails_leaves_a_mark_that_harms_nobody(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.touch()
    places = Places(tmp_path, file / "no folder")
    with pytest.raises(Unreadable):
        write_backup(
            voted.database, voted.folder, make_recovery_key().public, places, ManualClock()
        )
    saved = save(voted, tmp_path / "backup")
    copy_heads(voted, machine)
    machine.restore(saved)


def test_a_server_that_is_lost_before_its_first_backup_has_its_own_heads(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    machine.restore(saved, unseen=(voted.uuid,))
    there = machine.school(voted)
    vote(there, range(4, 6))
    (tmp_path / "third").mkdir()
    bare = open_database(f"sqlite:///{tmp_path / 'third.db'}")
    third = Machine(bare, KeyFolder(tmp_path / "third"), machine.clock)
    copy_heads(there, third)
    with pytest.raises(Refusal, match="et 7 ont été publiés"):
        third.restore(saved)
    kept = keep_record(there, tmp_path / "kept")
    third.restore(saved, complete={voted.uuid: kept})
    bare.close()
