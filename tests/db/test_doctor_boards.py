# SPDX-License-Identifier: AGPL-3.0-or-later
"""Boards and journals are read again row by row, each election by itself, in a bounded time."""

from __future__ import annotations

from sqlalchemy import text

from evote.database.elections import find_election
from evote.doctor.boards import check_boards
from evote.doctor.findings import Level
from evote.lifecycle.whole import verify_whole
from tests.db.school import School, draft, make_election
from tests.db.second_machine import vote

OTHER = "2" * 14


def test_a_damaged_board_is_told_with_the_rule_that_it_breaks(voted: School) -> None:
    (found,) = check_boards(voted.database)
    assert (found.check, found.level) == ("whole", Level.OK)
    assert voted.uuid in found.message
    with voted.database.write() as connection:
        connection.execute(text("DELETE FROM board_data WHERE height = 2"))
    (found,) = check_boards(voted.database)
    assert found.level is Level.SERIOUS
    assert f"{voted.uuid} : l'urne ou le journal est abîmé" in found.message
    assert "règle §" in found.message
    assert "--complete" in found.advice


def test_who_votes_meanwhile_is_not_held_up_and_not_taken_for_damage(voted: School) -> None:
    waiting = [4, 5]

    def at_each() -> None:
        if waiting:
            elector = waiting.pop()
            vote(voted, range(elector, elector + 1))

    before = voted.counts()[0]
    with voted.database.snapshot() as connection:
        verify_whole(connection, find_election(connection, voted.uuid), at_each)
    assert voted.counts()[0] == before + 2


def test_what_cannot_be_read_in_time_is_said_to_be_that(voted: School) -> None:
    (found,) = check_boards(voted.database, seconds=0)
    assert (found.check, found.level) == ("whole", Level.TO_SEE)
    assert voted.uuid in found.message
    assert "evote-audit verify" in found.advice


def test_a_draft_has_no_board_yet(school: School) -> None:
    draft(school.database, school.folder, make_election(12, uuid=OTHER))
    (found,) = check_boards(school.database)
    assert school.uuid in found.message
    assert OTHER not in found.message
