# SPDX-License-Identifier: AGPL-3.0-or-later
"""A cancelled election begins again with what the school decided, and with nothing else of it."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from evote.casting import Outcome
from evote.database.connection import Database
from evote.database.elections import State, find_election, lock_election, set_state
from evote.election.config import ElectionConfig, at_hours
from evote.errors import Refusal
from evote.lifecycle.cancelling import cancel_election
from evote.lifecycle.copying import cancelled_config
from evote.lifecycle.drafting import make_draft
from evote.lifecycle.states import NotNow
from evote.web.booth import booth_files
from protocol.ceremony import Member
from protocol.server_binding import decode_server_file
from tests.db.conftest import ELECTION
from tests.db.rows import all_rows
from tests.db.school import ManualClock, School, host, make_election
from tests.simulator import CLOSES_AT, DAY, HOST, OPENS_AT, SimulatedElection

PERSONS = (Member("Aïcha Ben Ali", "directrice"), Member("Bruno Carré", "enseignant"))
NEW = "AnotherPreauAA"
LATER = (OPENS_AT + 30 * DAY, CLOSES_AT + 30 * DAY)


def cancel(school: School) -> None:
    cancel_election(school.database, school.uuid, "Une liste a été oubliée", PERSONS, school.clock)


WITNESSED = replace(ELECTION, witnesses=2, rehearsal=True, seats=3)


@pytest.mark.parametrize("election", [ELECTION, WITNESSED], ids=["plain", "witnessed rehearsal"])
def test_what_the_school_decided_is_copied_and_the_hours_are_new(
    database: Database, clock: ManualClock, tmp_path: Path, election: SimulatedElection
) -> None:
    school = host(database, tmp_path / "keys", election, clock)
    school.cast(0)
    cancel(school)
    decided = cancelled_config(school.database, school.uuid)
    sealed, evote = election.election, election.bindings
    assert (decided.name, decided.description) == (sealed.name, sealed.description)
    for each in {each.name for each in fields(ElectionConfig)} - {"name", "description"}:
        assert getattr(decided, each) == getattr(evote, each), each
    moved = at_hours(decided, *LATER)
    assert (moved.opens_at, moved.closes_at) == LATER
    assert replace(moved, opens_at=decided.opens_at, closes_at=decided.closes_at) == decided


@pytest.mark.parametrize("hours", [(CLOSES_AT, OPENS_AT), (OPENS_AT, OPENS_AT + 3600), (-1, DAY)])
def test_new_hours_are_those_that_the_rules_allow(school: School, hours: tuple[int, int]) -> None:
    cancel(school)
    with pytest.raises(Refusal):
        at_hours(cancelled_config(school.database, school.uuid), *hours)


@pytest.mark.parametrize("state", [each for each in State if each is not State.CANCELLED])
def test_only_a_cancelled_election_is_copied(school: School, state: State) -> None:
    with school.database.write() as connection:
        set_state(connection, lock_election(connection, school.uuid), state)
    before = all_rows(school.database)
    with pytest.raises(NotNow, match="on ne recommence qu'une élection annulée"):
        cancelled_config(school.database, school.uuid)
    assert all_rows(school.database) == before


def test_a_number_that_no_election_has_is_refused(database: Database) -> None:
    with pytest.raises(Refusal, match="aucune élection"):
        cancelled_config(database, NEW)


def test_the_copy_is_a_draft_with_other_keys_and_the_cancelled_one_stays(school: School) -> None:
    school.cast(0)
    cancel(school)
    before = school.record()
    config = at_hours(cancelled_config(school.database, school.uuid), *LATER)
    url, booth = f"https://{HOST}", booth_files(NEW)
    server = make_draft(school.database, school.folder, NEW, config, url, booth)
    with school.database.read() as connection:
        copied = find_election(connection, NEW, drafts=True)
    assert (copied.state, copied.head, copied.opens_at) == (State.DRAFT, None, LATER[0])
    assert copied.school_id == school.held().school_id
    _, binding = decode_server_file(server)
    old = school.election.server_binding
    mine = {binding.board_key, binding.journal_key}
    assert mine.isdisjoint({old.board_key, old.journal_key})
    assert school.record() == before
    assert school.held().state is State.CANCELLED


def test_codes_and_ballots_of_the_cancelled_election_are_void_in_the_new_one(
    school: School, clock: ManualClock, tmp_path: Path
) -> None:
    school.cast(0)
    cancel(school)
    assert school.cast(1).outcome is Outcome.CLOSED
    again = host(school.database, tmp_path / "keys", make_election(12, uuid=NEW), clock)
    good = again.request(0)
    for void, outcome in (
        (replace(good, sign_in_number=school.number(0)), Outcome.CODE_OR_PIN_WRONG),
        (replace(good, pin=school.pin(1)), Outcome.CODE_OR_PIN_WRONG),
        (replace(good, ballot=school.ballot(0)), Outcome.BALLOT_REFUSED),
    ):
        assert again.casting.cast(void).outcome is outcome
    assert again.casting.cast(good).outcome is Outcome.RECORDED
    assert (school.counts(), again.counts()) == ((1, 1), (1, 1))
