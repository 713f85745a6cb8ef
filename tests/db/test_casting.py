# SPDX-License-Identifier: AGPL-3.0-or-later
"""Casting, one outcome after the other, on both databases: docs/adr/0010."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, text

from evote.casting import CastRequest, Outcome
from evote.clock import HOUR
from evote.database.board_tables import AlphaRow, RevokedRow
from evote.database.elections import State, UnknownElection, lock_election, set_state
from protocol.ballot import make_unsigned_ballot, sign_ballot
from protocol.board import read_board
from protocol.events import EventKind
from protocol.secret import Secret
from tests.db.rows import Rows, all_rows
from tests.db.school import NOON, ManualClock, School, audit
from tests.rng import seeded_rng
from tests.simulator import CLOSES_AT, OPENS_AT, write_archive


def snapshot(school: School) -> Rows:
    """Every row of every table, but the counts of unknown codes and wrong PINs."""
    return all_rows(school.database, but=("pin_watch.hour", "pin_watch.unknown_codes"))


def put_state(school: School, state: State) -> None:
    with school.database.write() as connection:
        set_state(connection, lock_election(connection, school.uuid), state)


def test_a_ballot_is_recorded_once_and_the_exported_board_verifies(
    school: School, tmp_path: Path
) -> None:
    for elector in range(3):
        answer = school.cast(elector)
        assert answer.outcome is Outcome.RECORDED
        assert answer.tracker == school.election.cast(elector, 0).tracker()
    assert school.counts() == (3, 3)
    audit(school, tmp_path / "record")


def test_the_same_ballot_again_is_recorded_and_nothing_is_written(school: School) -> None:
    first = school.cast(0)
    before = snapshot(school)
    assert school.cast(0) == first
    put_state(school, State.CLOSED)
    assert school.cast(0) == first
    put_state(school, State.OPEN)
    assert snapshot(school) == before


def test_another_ballot_of_the_same_parent_is_answered_already_voted(school: School) -> None:
    school.cast(0)
    before = snapshot(school)
    again = school.cast(0, school.ballot(0, 1, "another"))
    assert again.outcome is Outcome.ALREADY_VOTED
    assert snapshot(school) == before


def test_a_used_credential_with_an_unused_sign_in_leads_to_the_desk(school: School) -> None:
    school.cast(0)
    before = snapshot(school)
    for ballot in (school.ballot(0), school.ballot(0, 1, "another")):
        answer = school.cast(1, ballot)
        assert answer.outcome is Outcome.CREDENTIAL_USED_BUT_NOT_THIS_SIGN_IN
    assert snapshot(school) == before


@pytest.mark.parametrize(
    ("state", "time", "expected"),
    [
        (State.SEALED, NOON, Outcome.NOT_OPEN_YET),
        (State.OPEN, OPENS_AT - 1, Outcome.NOT_OPEN_YET),
        (State.OPEN, OPENS_AT, Outcome.RECORDED),
        (State.OPEN, CLOSES_AT + 300, Outcome.RECORDED),
        (State.OPEN, CLOSES_AT + 301, Outcome.CLOSED),
        (State.SUSPENDED, NOON, Outcome.SUSPENDED),
        (State.CLOSED, NOON, Outcome.CLOSED),
        (State.TALLIED, NOON, Outcome.CLOSED),
        (State.ARCHIVED, NOON, Outcome.CLOSED),
        (State.CANCELLED, NOON, Outcome.CLOSED),
    ],
)
def test_only_an_open_election_within_its_hours_takes_ballots(
    school: School, clock: ManualClock, state: State, time: int, expected: Outcome
) -> None:
    put_state(school, state)
    clock.time = time
    before = snapshot(school)
    ready = Outcome.READY if expected is Outcome.RECORDED else expected
    assert school.casting.pre_check(school.uuid, school.number(0), school.pin(0)) is ready
    assert school.cast(0).outcome is expected
    assert (snapshot(school) == before) == (expected is not Outcome.RECORDED)


def test_a_ballot_that_is_not_proper_is_refused_with_its_rule(school: School) -> None:
    before = snapshot(school)
    good = school.ballot(0)
    reserve = school.election.cast(12, 0).encode()
    digit = good.index(b'"challenge":"') + len(b'"challenge":"')
    other = b"2" if good[digit : digit + 1] == b"1" else b"1"  # a challenge still, and another one
    twisted = good[:digit] + other + good[digit + 1 :]
    for bad in (b"", b"{}", good + b" ", good[:-1], twisted, reserve):
        answer = school.cast(0, bad)
        assert answer.outcome is Outcome.BALLOT_REFUSED, bad
        assert answer.reason
    assert snapshot(school) == before


def test_a_revoked_credential_casts_nothing(school: School) -> None:
    key = school.election.cast(0, 0).credential.encode()
    with school.database.write() as connection:
        held = lock_election(connection, school.uuid)
        row = {**held.place, "credential": key, "height": 0}
        connection.execute(insert(RevokedRow), row)
    assert school.cast(0).outcome is Outcome.BALLOT_REFUSED


def test_a_credential_outside_the_sealed_list_casts_nothing(school: School) -> None:
    election, rng = school.election, seeded_rng("stranger")
    stranger = replace(election, seed="another", held=election.ceremony).private_credentials[0]
    vote = election.vote(0)
    unsigned, _ = make_unsigned_ballot(election.election.context, stranger, vote, rng)
    before = snapshot(school)
    answer = school.cast(0, sign_ballot(unsigned, stranger, rng).encode())
    assert answer.outcome is Outcome.BALLOT_REFUSED
    assert "not in the sealed list" in str(answer.reason)
    assert snapshot(school) == before


def test_a_ballot_with_a_part_of_another_is_refused(school: School) -> None:
    assert school.cast(1).outcome is Outcome.RECORDED
    for place, choice in enumerate(school.election.cast(0, 0).unsigned.answers[0].choices):
        row = {**school.held().place, "height": 1, "alpha": choice.alpha.encode()}
        with school.database.write() as connection:
            connection.execute(insert(AlphaRow), row)
        before = snapshot(school)
        answer = school.cast(0)
        assert answer.outcome is Outcome.BALLOT_REFUSED, place
        assert "repeats a part of another ballot" in str(answer.reason)
        assert snapshot(school) == before
        with school.database.write() as connection:
            connection.execute(delete(AlphaRow).where(AlphaRow.alpha == row["alpha"]))
    assert school.cast(0).outcome is Outcome.RECORDED


def test_a_request_that_is_replayed_later_changes_nothing(
    school: School, clock: ManualClock
) -> None:
    """Whoever has taken down a request and sends it again learns what its sender was told."""
    request, first = school.request(0), school.cast(0)
    stolen = replace(school.request(1), ballot=request.ballot)
    copied = replace(
        school.request(2), ballot=request.ballot.replace(b'"credential":"', b'"credential":"0', 1)
    )
    before = snapshot(school)
    for clock.time in (NOON, NOON + 7200, CLOSES_AT + 301):
        again = school.casting.cast(request)
        assert (again.outcome, again.tracker) == (first.outcome, first.tracker)
        assert school.casting.cast(stolen).outcome is not Outcome.RECORDED
        assert school.casting.cast(copied).outcome is not Outcome.RECORDED
        assert snapshot(school) == before


def test_wrong_pins_and_unknown_codes_get_the_same_answer(school: School) -> None:
    before = snapshot(school)
    unknown = CastRequest(school.uuid, "0" * 32, school.pin(0), school.ballot(0))
    assert school.casting.cast(unknown).outcome is Outcome.CODE_OR_PIN_WRONG
    for number in ("", "x" * 500, school.number(0).upper(), "0" * 32):
        outcome = school.casting.pre_check(school.uuid, number, school.pin(0))
        assert outcome is Outcome.CODE_OR_PIN_WRONG
    assert snapshot(school) == before
    wrong = CastRequest(school.uuid, school.number(0), school.pin(1), school.ballot(0))
    assert school.casting.cast(wrong).outcome is Outcome.CODE_OR_PIN_WRONG
    assert school.counts() == (0, 0)


def test_an_unknown_election_is_said_so(school: School) -> None:
    with pytest.raises(UnknownElection):
        school.casting.pre_check("NoSuchElection", school.number(0), Secret("123456"))
    request = CastRequest("NoSuchElection", school.number(0), school.pin(0), b"")
    with pytest.raises(UnknownElection):
        school.casting.cast(request)


def test_a_sign_in_has_no_time_and_is_counted_in_its_hour(
    school: School, clock: ManualClock
) -> None:
    begun = NOON - NOON % HOUR
    for elector, time in enumerate((begun, begun + HOUR - 1, begun + HOUR)):
        clock.time = time
        school.cast(elector)
    clock.time += HOUR
    assert school.cast(0).outcome is Outcome.RECORDED  # the same ballot, which counts no more
    with school.database.read() as connection:
        counted = connection.execute(text("SELECT hour, signed_in FROM turnout ORDER BY hour"))
        assert counted.all() == [(begun, 2), (begun + HOUR, 1)]
        rows = connection.execute(text("SELECT * FROM sign_in WHERE used")).mappings().all()
    assert len(rows) == 3
    values = {value for row in rows for value in row.values() if isinstance(value, int)}
    assert max(values) <= school.election.electors


def test_the_export_is_the_archive_of_the_same_events(school: School, tmp_path: Path) -> None:
    for elector in (4, 2):
        school.cast(elector)
    ballots = [(EventKind.BALLOT, [school.ballot(elector)]) for elector in (4, 2)]
    expected = write_archive([*school.election.entries(EventKind.SETUP), *ballots])
    assert school.archive() == expected
    path = tmp_path / "board.bel"
    path.write_bytes(expected)
    with path.open("rb") as stream:
        assert read_board(stream).ballot_count == 2
