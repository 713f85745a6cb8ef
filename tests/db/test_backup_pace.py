# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two backups during a vote are an hour and ten ballots apart, or somebody asked for it twice."""

from __future__ import annotations

from evote.backup.pace import TooClose, ballots_of, remember_backup, too_close
from evote.clock import HOUR
from tests.db.school import ManualClock, School
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


def test_only_a_vote_that_takes_ballots_forbids_one(school: School, clock: ManualClock) -> None:
    school.cast(0)
    assert refusals(school, clock)
    clock.time = CLOSES_AT + HOUR
    school.close()
    assert refusals(school, clock) == ()
