# SPDX-License-Identifier: AGPL-3.0-or-later
"""State, hours and booth that are in force stand in the election's row, whatever led to them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy import update

from evote.casting import Outcome
from evote.database.common_tables import ElectionRow
from evote.database.connection import Database
from evote.database.elections import State
from evote.keys import KeyFolder
from evote.lifecycle.amending import NewHours, prepare_booth, prepare_hours
from evote.lifecycle.drafting import school_number
from evote.lifecycle.in_force import encode_booth, put_in_force
from evote.lifecycle.voting import open_vote
from protocol.bindings import School as SchoolName
from protocol.journal_state import Hours
from protocol.server_binding import BoothFile
from tests.db.amending import amend
from tests.db.conftest import ELECTION
from tests.db.hosted_again import host_again
from tests.db.school import ManualClock, School, draft, host, host_drafted, make_election
from tests.db.second_machine import Machine, keep_record, save, verify_since
from tests.simulator import CLOSES_AT

BOOTH = (BoothFile(f"/v/{ELECTION.uuid}", "0" * 64),)
ELSEWHERE = SchoolName("École du Port", "0290002B", "ecole")


def test_the_row_says_it_all_and_keeps_its_head(voted: School) -> None:
    other = host(
        voted.database, voted.folder.path, make_election(3, uuid="AnotherEtection"), voted.clock
    )
    before, beside = voted.held(), other.held()
    with voted.database.write() as connection:
        asked = replace(
            before,
            state=State.SUSPENDED,
            archive_timestamp=before.archive_timestamp + 1,
            setup_signatures=b"others",
            head=None,
        )
        held = put_in_force(connection, asked, Hours(1, 2, 3), BOOTH)
    assert held == replace(
        asked, opens_at=1, closes_at=2, grace_seconds=3, booth=encode_booth(BOOTH)
    )
    assert voted.held() == replace(held, head=before.head)
    assert other.held() == beside


def test_what_was_sealed_is_in_force_whatever_the_draft_said(
    database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    folder = KeyFolder(tmp_path / "keys")
    folder.path.mkdir(mode=0o700)
    draft(database, folder, ELECTION)
    with database.write() as connection:
        drafted = {"school_id": school_number(connection, ELSEWHERE)}
        drafted |= {"opens_at": 1, "closes_at": 2, "grace_seconds": 3}
        connection.execute(update(ElectionRow).values(**drafted))
    held = host_drafted(database, folder, ELECTION, clock, opened=False).held()
    sealed = ELECTION.bindings
    assert (held.opens_at, held.closes_at) == (sealed.opens_at, sealed.closes_at)
    assert (held.grace_seconds, held.state) == (sealed.grace_seconds, State.SEALED)
    assert held.booth == encode_booth(ELECTION.server_binding.booth)
    with database.write() as connection:
        assert held.school_id == school_number(connection, sealed.school)


def test_an_opening_hours_and_booth_that_a_backup_lacks_are_in_force_again(
    database: Database, clock: ManualClock, machine: Machine, tmp_path: Path
) -> None:
    school = host_again(database, tmp_path / "keys", ELECTION, clock, opened=False)
    saved = save(school, tmp_path / "backup")
    hours = NewHours(ELECTION.bindings.opens_at - 60, CLOSES_AT + 3600, 1800)
    amend(school, prepare_hours(database, school.uuid, hours, "Une panne", clock))
    open_vote(database, school.uuid, ELECTION.setup_signatures.encode(), clock)
    amend(school, prepare_booth(database, school.uuid, BOOTH, "Une faute dans la page", clock))
    school.publisher.publish(school.uuid)
    kept = keep_record(school, tmp_path / "kept")
    machine.restore(saved, complete={school.uuid: kept})
    held, there = school.held(), machine.school(school)
    assert (held.closes_at, held.grace_seconds) == (CLOSES_AT + 3600, 1800)
    assert there.held() == held
    assert there.cast(0).outcome is Outcome.RECORDED
    clock.time = CLOSES_AT + 3600 + 1801
    there.close()
    there.count()
    verify_since(keep_record(there, tmp_path / "counted"), kept)
