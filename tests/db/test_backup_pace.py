# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two backups during a vote are an hour and ten ballots apart, or somebody asked for it twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from evote.backup.pace import (
    TooClose,
    ballots_of,
    count_from_now,
    is_quiet,
    remember_backup,
    too_close,
)
from evote.clock import HOUR
from evote.lifecycle.voting import note_incident
from tests.db.school import ManualClock, School, draft, host_drafted, make_election
from tests.db.second_machine import Machine
from tests.db.second_machine import save as save_files
from tests.simulator import CLOSES_AT


def refusals(school: School, clock: ManualClock) -> tuple[TooClose, ...]:
    with school.database.read() as connection:
        return too_close(connection, clock())


def save(school: School, clock: ManualClock) -> None:
    with school.database.write() as connection:
        remember_backup(connection, clock(), ballots_of(connection))


def test_the_first_ballots_are_not_saved_one_by_one(school: School, clock: ManualClock) -> None:
    assert refusals(school, clock) == ()
    for elector in range(9):
        school.cast(elector)
        assert refusals(school, clock) == (TooClose(school.uuid, elector + 1, None),)
    school.cast(9)
    assert refusals(school, clock) == ()


def test_an_hour_and_ten_ballots_lie_between_two(school: School, clock: ManualClock) -> None:
    save(school, clock)
    for elector in range(10):
        school.cast(elector)
    clock.time += HOUR - 1
    assert refusals(school, clock) == (TooClose(school.uuid, 10, HOUR - 1),)
    clock.time += 1
    assert refusals(school, clock) == ()
    save(school, clock)
    clock.time += 5 * HOUR
    assert refusals(school, clock) == ()  # no ballot came: both together tell nothing
    school.cast(10)
    assert refusals(school, clock) == (TooClose(school.uuid, 1, 5 * HOUR),)


def test_the_first_one_of_a_vote_that_is_over_tells_no_more_than_its_list(
    school: School, clock: ManualClock
) -> None:
    save(school, clock)  # before anybody had voted
    school.cast(0)
    assert refusals(school, clock)
    clock.time = CLOSES_AT + HOUR
    school.close()
    assert refusals(school, clock) == ()


def test_closing_makes_no_pair_with_the_last_one_of_the_vote(
    school: School, clock: ManualClock
) -> None:
    for elector in range(10):
        school.cast(elector)
    save(school, clock)
    school.cast(10)
    clock.time = CLOSES_AT + 5 * HOUR
    school.close()
    (told,) = refusals(school, clock)
    assert (told.ballots, told.is_over) == (1, True)
    save(school, clock)  # somebody insisted, and destroyed those of before
    assert refusals(school, clock) == ()


def test_a_time_that_is_still_to_come_is_none(school: School, clock: ManualClock) -> None:
    """The clock was a day ahead: nobody waits a day, and nobody makes a pair."""
    right = clock.time
    clock.time += 24 * HOUR
    save(school, clock)
    clock.time = right
    for elector in range(10):
        school.cast(elector)
    for _ in range(2):  # asking again changes nothing
        with school.database.write() as connection:
            count_from_now(connection, clock())
        (told,) = refusals(school, clock)
        assert told.since is not None
        assert told.since == clock.time - right
        clock.time += HOUR - 1
    clock.time = right + HOUR
    assert refusals(school, clock) == ()


def is_quiet_now(school: School, clock: ManualClock) -> bool:
    with school.database.read() as connection:
        return is_quiet(connection, clock())


def test_where_nothing_changed_the_last_one_is_enough_for_a_day(
    school: School, clock: ManualClock
) -> None:
    assert not is_quiet_now(school, clock)  # there was none
    clock.time += 2 * 60  # the journal tells whole minutes
    save(school, clock)
    for seconds in (0, HOUR, 22 * HOUR):
        clock.time += seconds
        assert is_quiet_now(school, clock)
    clock.time += HOUR
    assert not is_quiet_now(school, clock)
    save(school, clock)
    note_incident(school.database, school.uuid, "La lumière est revenue", clock)
    assert not is_quiet_now(school, clock)
    clock.time += 2 * 60
    save(school, clock)
    assert is_quiet_now(school, clock)
    clock.time -= 2 * HOUR  # of a time that is to come nothing is known
    assert not is_quiet_now(school, clock)


def test_a_draft_is_no_change_and_a_sealed_election_always_may_be(
    school: School, clock: ManualClock
) -> None:
    """The PINs of a whole school are made while it is sealed, and no journal tells it."""
    other = make_election(3, uuid="restxredRESTXRED")
    draft(school.database, school.folder, other)
    clock.time += 2 * 60
    save(school, clock)
    clock.time += 2 * 60
    assert is_quiet_now(school, clock)
    host_drafted(school.database, school.folder, other, clock, opened=False)
    clock.time += 2 * 60
    save(school, clock)
    assert not is_quiet_now(school, clock)


def test_a_ballot_is_a_change(school: School, clock: ManualClock) -> None:
    clock.time += 2 * 60
    save(school, clock)
    school.cast(0)
    assert not is_quiet_now(school, clock)


def test_what_is_restored_goes_on_from_its_backup(
    voted: School, machine: Machine, clock: ManualClock, tmp_path: Path
) -> None:
    saved = save_files(voted, tmp_path / "backup", clock)
    machine.restore(saved, unseen=(voted.uuid,))
    there = replace(voted, database=machine.database, folder=machine.folder)
    assert refusals(there, clock) == ()
    there.cast(5)
    assert refusals(there, clock) == (TooClose(voted.uuid, 1, 0),)
