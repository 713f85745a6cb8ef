# SPDX-License-Identifier: AGPL-3.0-or-later
"""A restore loses nothing that was published, and asks who has seen how much: docs/adr/0016."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from evote.board.published import find_published, read_published
from evote.casting import Outcome
from evote.database.connection import open_database
from evote.database.elections import State
from evote.database.migrating import migrate, schema_of
from evote.errors import Refusal
from evote.heads import Heads
from evote.lifecycle.voting import note_incident, resume_vote
from evote.pins import renew_pin
from evote.publishing.following import HeadLost, WentBack
from tests.db.backups import dump, put_back
from tests.db.rows import all_rows
from tests.db.school import ManualClock, School, host, make_election
from tests.db.second_machine import (
    Desk,
    Machine,
    Saved,
    give,
    hold_to_the_end,
    is_untouched,
    keep_record,
    save,
    sizes,
    verify_since,
    vote,
)

MINUTE, HOUR = 60, 3600


def test_a_fresh_backup_becomes_a_server_that_goes_on(
    voted: School, elsewhere: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    elsewhere.clock.time += MINUTE
    kept = keep_record(voted, tmp_path / "kept")
    (restored,) = elsewhere.restore(saved, seen=(kept,))
    assert (restored.state, restored.events, restored.entries) == (State.OPEN, 5, 2)
    assert (restored.behind, restored.missing) == ((), 0)
    there = elsewhere.school(voted)
    another = voted.ballot(0, purpose="another")
    assert there.cast(0, another).outcome is Outcome.ALREADY_VOTED
    assert there.cast(0).outcome is Outcome.RECORDED  # the same ballot once more
    vote(there, range(4, 7))
    assert there.counts() == (7, 7)
    hold_to_the_end(elsewhere, there, tmp_path / "later", since=kept)


def test_an_older_one_is_refused_with_the_numbers(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    vote(voted, range(4, 7))
    note_incident(voted.database, voted.uuid, "Une panne de courant", voted.clock)
    kept = keep_record(voted, tmp_path / "kept")
    for seen in (kept, kept / "board.checkpoint", kept / "journal.checkpoint"):
        with pytest.raises(Refusal, match=r"a (5 événements, et 8|2 lignes, et 3) ont été publié"):
            machine.restore(saved, seen=(seen,))
        assert is_untouched(machine)


def test_the_head_file_of_the_lost_server_is_believed(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    fresh = save(voted, tmp_path / "fresh")
    vote(voted, range(4, 7))
    shutil.copy(voted.folder.heads, machine.folder.heads)
    with pytest.raises(Refusal, match=r"8 ont été publiés \(vu dans « heads\.sqlite »\)"):
        machine.restore(fresh)
    fresh = save(voted, tmp_path / "fresh")
    shutil.copy(voted.folder.heads, machine.folder.heads)
    (restored,) = machine.restore(fresh)
    assert restored.events == 8
    assert saved.files.data != fresh.files.data


def test_an_old_head_file_moves_to_what_was_seen(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    shutil.copy(voted.folder.heads, machine.folder.heads)
    vote(voted, range(4, 7))
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += MINUTE
    kept = keep_record(voted, tmp_path / "kept")
    machine.restore(saved, seen=(kept,))
    key = voted.publisher.keys(voted.uuid).board.name
    assert Heads(machine.folder.heads).read(key) == Heads(voted.folder.heads).read(key)


def test_nothing_older_is_public_where_the_head_file_alone_knows_of_more(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    """As when the restored server is started before its first step, or the restore is killed."""
    assert voted.cast(4).outcome is Outcome.RECORDED
    saved = save(voted, tmp_path / "backup")  # has the ballot, and not the step that published it
    voted.publisher.publish(voted.uuid)
    shutil.copy(voted.folder.heads, machine.folder.heads)
    machine.restore(saved)
    there = machine.school(voted)
    with there.database.read() as connection:
        assert find_published(connection, there.held()) is None
    assert there.cast(5).outcome is Outcome.RECORDED
    there.publisher.publish(there.uuid)
    assert sizes(there) == (7, 2)


@pytest.mark.parametrize("published", [True, False])
def test_what_is_signed_next_is_not_stamped_before_what_was_seen(
    voted: School, machine: Machine, tmp_path: Path, *, published: bool
) -> None:
    if not published:  # the backup knows nothing of a step, and the journal's note is not at hand
        with voted.database.write() as connection:
            connection.execute(text("DELETE FROM published_log"))
    saved, now = save(voted, tmp_path / "backup"), machine.clock.time
    machine.clock.time += 6 * HOUR  # the lost machine's clock was fast, or this one's is slow
    kept = keep_record(voted, tmp_path / "kept")
    machine.clock.time = now
    machine.restore(saved, seen=(kept / "board.checkpoint",))
    there = machine.school(voted)
    there.publisher.publish(there.uuid)
    with there.database.read() as connection:
        stamp = read_published(connection, there.held()).board.stamp
    assert stamp >= now + 5 * HOUR


def test_somebody_must_say_how_far_it_was_published(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    with pytest.raises(Refusal, match=f"jusqu'où .* publiées .*: {voted.uuid}"):
        machine.restore(saved)
    assert is_untouched(machine)
    (restored,) = machine.restore(saved, unseen=(voted.uuid,))
    assert restored.events == 5
    assert machine.school(voted).cast(5).outcome is Outcome.RECORDED


def test_it_may_be_longer_than_what_was_seen(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    kept = keep_record(voted, tmp_path / "kept")
    vote(voted, range(4, 6))
    assert voted.cast(6).outcome is Outcome.RECORDED  # recorded, and not yet published
    saved = save(voted, tmp_path / "backup")
    (restored,) = machine.restore(saved, unseen=(voted.uuid,), complete={voted.uuid: kept})
    assert (restored.behind, restored.events) == ((), 8)
    there = machine.school(voted)
    assert sizes(there) == (7, 2)
    verify_since(keep_record(there, tmp_path / "later"), kept)


def test_a_check_tells_all_and_writes_nothing(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    vote(voted, range(4, 7))
    kept = keep_record(voted, tmp_path / "kept")
    (told,) = machine.restore(saved, complete={voted.uuid: kept}, check=True)
    assert is_untouched(machine)
    assert (told.state, told.ballots, told.missing) == (State.SUSPENDED, 3, 3)
    (done,) = machine.restore(saved, complete={voted.uuid: kept})
    assert done == told


def test_a_database_without_tables_gets_them_with_the_rows_or_not_at_all(
    voted: School, clock: ManualClock, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    bare = open_database(f"sqlite:///{tmp_path / 'bare.db'}")
    there = Machine(bare, machine.folder, clock)
    there.restore(saved, unseen=(voted.uuid,), check=True)
    with bare.read() as connection:
        assert schema_of(connection) is None
    there.restore(saved, unseen=(voted.uuid,))
    assert all_rows(bare)["sign_in"] == all_rows(voted.database)["sign_in"]
    migrate(bare)
    bare.close()


def test_without_a_restore_an_old_database_still_signs_nothing(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    """What the restore is for: rows put back by hand are refused by the server itself."""
    saved = save(voted, tmp_path / "backup")
    vote(voted, range(4, 7))
    kept = keep_record(voted, tmp_path / "kept")
    machine.restore(saved, complete={voted.uuid: kept})
    there = machine.school(voted)
    rows = dump(there.database)
    vote_on(there, kept, voted)
    machine.folder.heads.rename(tmp_path / "heads")
    with pytest.raises(HeadLost):
        there.publisher.publish(there.uuid)
    (tmp_path / "heads").rename(machine.folder.heads)
    put_back(there.database, rows)
    with pytest.raises(WentBack):
        there.publisher.publish(there.uuid)


def vote_on(there: School, kept: Path, before: School) -> None:
    give(there, Desk(before.election).signed_in(kept))
    resume_vote(there.database, there.uuid, "On reprend", there.clock)
    vote(there, range(8, 10))


def test_a_pin_that_was_renewed_since_is_the_one_before(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    """A cost that docs/operations.md names: the restored server knows the PIN of the backup."""
    saved, old = save(voted, tmp_path / "backup"), voted.pin(8)
    with voted.database.write() as connection:
        renew_pin(connection, voted.held(), voted.folder.load(voted.uuid), 9)
    voted.deliver_pins()
    assert voted.pin(8).reveal() != old.reveal()
    machine.restore(saved, unseen=(voted.uuid,))
    there = machine.school(voted)
    assert there.cast(8).outcome is Outcome.CODE_OR_PIN_WRONG
    there.pins[9] = old
    assert there.cast(8).outcome is Outcome.RECORDED


def test_two_elections_are_told_apart(saved_two: tuple[School, Saved], machine: Machine) -> None:
    school, saved = saved_two
    with pytest.raises(Refusal, match="jusqu'où"):
        machine.restore(saved, unseen=(school.uuid,))
    with pytest.raises(Refusal, match="n'a pas cette élection : NotHereNotHere"):
        machine.restore(saved, unseen=(school.uuid, "NotHereNotHere"))
    restored = machine.restore(saved, unseen=(school.uuid, OTHER))
    assert {each.uuid for each in restored} == {school.uuid, OTHER}


OTHER = "AnotherEtection"


@pytest.fixture
def saved_two(voted: School, clock: ManualClock, tmp_path: Path) -> tuple[School, Saved]:
    host(voted.database, voted.folder.path, make_election(3, uuid=OTHER), clock)
    return voted, save(voted, tmp_path / "backup")
