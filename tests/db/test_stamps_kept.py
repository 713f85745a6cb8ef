# SPDX-License-Identifier: AGPL-3.0-or-later
"""The last stamp is outside the database, as the heads are: a restore sets no clock back: §18.6."""

from __future__ import annotations

from typing import Any

from audit.evidence import judge_evidence, write_evidence
from audit.words import Malformed
from evote.board.listing import setup_bytes
from evote.casting import Outcome
from evote.upkeep import Fault, Steps, Trouble
from protocol.promises import verify_promise
from tests.db.backups import dump, put_back
from tests.db.school import NOON, ManualClock, School
from tests.db.test_publishing import DAY, P, published


def convicts(school: School, kind: str, members: dict[str, Any]) -> bool:
    """Whether an outsider would believe it."""
    with school.database.read() as connection:
        election = setup_bytes(connection, school.held())[0]
    try:
        return judge_evidence(write_evidence(election, kind, members)).held.convicts
    except Malformed:
        return False


def test_a_restored_database_stamps_and_promises_nothing_earlier(
    school: School, clock: ManualClock
) -> None:
    clock.time = NOON - NOON % P + P
    school.cast(0)
    school.publisher.publish_due(school.uuid)
    kept = dump(school.database)
    clock.time += DAY  # by mistake; the tree does not grow
    school.publisher.publish_due(school.uuid)
    ahead = published(school).board
    clock.time -= DAY
    put_back(school.database, kept)  # nothing is missing in it: the heads agree
    clock.time += P
    promise = school.cast(1).promise
    clock.time += P
    school.publisher.publish_due(school.uuid)
    now = published(school).board
    assert now.size > ahead.size
    assert now.stamp >= ahead.stamp
    assert promise is not None
    key = school.publisher.keys(school.uuid).board.verifier_key
    assert verify_promise(promise, key).until > ahead.stamp
    earlier, later = ahead.note.decode(), now.note.decode()
    rollback = {"log": "board", "first": later, "second": earlier}
    broken = {"promise": promise.decode(), "checkpoint": earlier, "leaf": "", "proof": []}
    assert not convicts(school, "rollback", rollback)
    assert not convicts(school, "promise-broken", broken)


def test_after_a_stamp_a_year_ahead_nothing_is_signed_that_would_convict(
    school: School, clock: ManualClock
) -> None:
    closes_at = school.election.closes_at
    last = closes_at + 366 * DAY
    key = school.publisher.keys(school.uuid).board.verifier_key
    clock.time = last - P - 300
    clock.time -= clock.time % 600  # a step, and a whole minute
    school.publisher.publish(school.uuid)
    clock.time = NOON
    promise = school.cast(0).promise
    assert promise is not None
    assert not verify_promise(promise, key).is_beyond(closes_at)
    clock.time = last
    school.publisher.publish(school.uuid)
    clock.time = NOON
    answer = school.cast(1)
    assert (answer.outcome, answer.promise) == (Outcome.RECORDED, None)


def test_that_nothing_is_promised_is_said_in_the_log_at_each_step(
    school: School, clock: ManualClock
) -> None:
    clock.time = NOON - NOON % P + P
    steps = Steps(school.publisher)
    assert list(steps.step()) == []
    right = clock.time
    clock.time = school.election.closes_at + 366 * DAY
    school.publisher.publish(school.uuid)
    clock.time = right + P
    school.cast(0)
    assert list(steps.step()) == [Fault(Trouble.UNPROMISED, school.uuid)]
    assert list(steps.step()) == []  # until the next
