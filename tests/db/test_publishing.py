# SPDX-License-Identifier: AGPL-3.0-or-later
"""Steps and heads on both databases: nothing is published before its time, nothing goes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from evote.board.published import Published, find_published, read_published
from evote.casting import Outcome
from evote.database.elections import State
from evote.heads import Heads, HeadsUnavailable
from evote.lifecycle.voting import note_incident, suspend_vote
from evote.publishing import publisher as publishing
from evote.publishing.following import HeadLost, WentBack
from evote.publishing.publisher import Publisher
from protocol.cosignatures import verify_seen
from protocol.merkle import LogPosition, TreeHasher
from protocol.notes import Checkpoint
from protocol.promises import verify_promise
from tests.db.backups import dump, put_back
from tests.db.school import NOON, ManualClock, School, audit
from tests.simulator import CLOSES_AT

P = 60
DAY = 86_400


def published(school: School) -> Published:
    with school.database.read() as connection:
        return read_published(connection, school.held())


def checkpoints(school: School) -> tuple[Checkpoint, Checkpoint]:
    """What both notes say, after their signatures were verified."""
    now, keys = published(school), school.publisher.keys(school.uuid)
    seen = [
        verify_seen(now.board.note, keys.board.verifier_key),
        verify_seen(now.journal.note, keys.journal.verifier_key),
    ]
    assert [each.stamped_at for each in seen] == [now.board.stamp, now.journal.stamp]
    return seen[0].checkpoint, seen[1].checkpoint


def sizes(school: School) -> tuple[int, int]:
    board, journal = checkpoints(school)
    return board.size, journal.size


def heads(school: School) -> tuple[LogPosition | None, ...]:
    keys = school.publisher.keys(school.uuid)
    return Heads(school.folder.heads).read(keys.board.name, keys.journal.name)


def test_ballots_are_published_in_steps_on_the_clock(school: School, clock: ManualClock) -> None:
    step = NOON - NOON % P + P
    assert sizes(school) == (1, 2)
    for elector, clock.time in enumerate((NOON, step - 1)):
        school.cast(elector)
        assert not school.publisher.publish_due(school.uuid)
        assert school.publisher.due() == ()
    assert sizes(school) == (1, 2)
    clock.time = step + 7
    assert school.publisher.due() == (school.uuid,)
    assert school.publisher.publish_due(school.uuid)
    assert not school.publisher.publish_due(school.uuid)
    assert sizes(school) == (3, 2)
    now = published(school)
    times = {time for log in (now.board, now.journal) for time in (log.stamp, log.stepped_at)}
    assert times == {step}  # nothing stored is finer than the step


def test_a_step_without_anything_new_has_a_later_stamp(school: School, clock: ManualClock) -> None:
    before = published(school)
    clock.time += P
    assert school.publisher.publish_due(school.uuid)
    after = published(school)
    assert after.board.position == before.board.position
    assert after.board.stamp > before.board.stamp


def test_both_logs_move_at_once_and_the_notes_are_those_of_the_entries(
    school: School, clock: ManualClock
) -> None:
    school.cast(0)
    suspend_vote(school.database, school.uuid, "Coupure", clock)
    clock.time += P
    school.publisher.publish_due(school.uuid)
    assert sizes(school) == (2, 3)
    now, (board, journal) = published(school), checkpoints(school)
    assert school.journal()[-1].board == board.position == now.board.position
    assert LogPosition.of(entry.encode() for entry in school.journal()) == journal.position
    assert TreeHasher(now.board.size, now.board.hashes).position() == board.position


def test_from_closing_on_each_change_is_published_at_once(
    school: School, clock: ManualClock, tmp_path: Path
) -> None:
    school.cast(0)
    clock.time = CLOSES_AT + 301
    school.close()
    assert sizes(school) == (4, 3)
    note_incident(school.database, school.uuid, "Une porte fermée", clock)
    assert school.publisher.due() == (school.uuid,)
    assert school.publisher.publish_due(school.uuid)
    assert sizes(school) == (4, 4)
    assert school.publisher.due() == ()
    clock.time += DAY
    assert not school.publisher.publish_due(school.uuid)
    school.count()
    assert sizes(school) == (7, 6)
    audit(school, tmp_path / "record")


@pytest.mark.parametrize("jump", [-3600, -DAY, 3600, DAY])
def test_a_stamp_never_goes_back_and_steps_go_on(
    school: School, clock: ManualClock, tmp_path: Path, jump: int
) -> None:
    """The clock is wrong for three steps, as by a season's change or a careless hand."""
    stamps, recorded = [published(school).board.stamp], 0
    for moved in (0, jump, 0):
        for _ in range(3):
            elector, clock.time = len(stamps) - 1, NOON + moved + P * len(stamps)
            recorded += school.cast(elector).outcome is Outcome.RECORDED
            school.publisher.publish_due(school.uuid)
            stamps.append(published(school).board.stamp)
            assert sizes(school) == (1 + recorded, 2)
    assert stamps == sorted(stamps)
    assert recorded >= 6
    audit(school, tmp_path / "record")


def test_a_database_that_was_put_back_signs_nothing_and_takes_no_ballot(
    school: School, clock: ManualClock
) -> None:
    school.cast(0)
    school.publisher.publish(school.uuid)
    kept = dump(school.database)
    school.cast(1)
    school.publisher.publish(school.uuid)
    seen, signed = heads(school), published(school)
    put_back(school.database, kept)
    before = dump(school.database)
    clock.time += P
    for act in (
        lambda: school.cast(2),
        lambda: school.publisher.publish(school.uuid),
        lambda: school.publisher.publish_due(school.uuid),
        school.close,
    ):
        with pytest.raises(WentBack, match="its board has 2 entries, and 3 were published"):
            act()
    assert dump(school.database) == before
    assert heads(school) == seen
    assert signed.board.size == 3


def test_a_database_that_went_another_way_meanwhile_is_noticed(school: School) -> None:
    kept = dump(school.database)
    school.cast(0)
    school.publisher.publish(school.uuid)
    folder = school.folder.heads.read_bytes()
    put_back(school.database, kept)
    school.folder.heads.unlink()  # so that other ballots come in at all
    with pytest.raises(HeadLost):
        school.cast(1)
    school.folder.heads.write_bytes(folder)
    with pytest.raises(WentBack):
        school.cast(1)
    _cast_unguarded(school, 1)
    for act in (lambda: school.cast(2), lambda: school.publisher.publish(school.uuid)):
        with pytest.raises(WentBack, match="other entries than the 2 that were published"):
            act()


def _cast_unguarded(school: School, elector: int) -> None:
    """As a program without heads would."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Publisher, "require_following", lambda *_given: 0)
        assert school.cast(elector).outcome is Outcome.RECORDED


def test_a_journal_that_went_back_is_noticed_too(school: School, clock: ManualClock) -> None:
    kept = dump(school.database)
    note_incident(school.database, school.uuid, "Une panne", clock)
    school.publisher.publish(school.uuid)
    put_back(school.database, kept)
    with pytest.raises(WentBack, match="its journal has 2 entries, and 3 were published"):
        school.cast(0)


def test_a_lost_head_file_is_not_made_anew(school: School) -> None:
    school.folder.heads.unlink()
    for act in (lambda: school.cast(0), lambda: school.publisher.publish(school.uuid)):
        with pytest.raises(HeadLost, match="the head of its board is lost"):
            act()
    assert school.counts() == (0, 0)


def test_a_head_file_that_cannot_be_read_stops_votes_and_steps(school: School) -> None:
    school.folder.heads.write_bytes(b"damaged" * 1000)
    for act in (lambda: school.cast(0), lambda: school.publisher.publish(school.uuid)):
        with pytest.raises(HeadsUnavailable):
            act()
    assert school.counts() == (0, 0)


def test_the_next_step_goes_on_where_one_was_interrupted(
    school: School, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The heads have moved and the rows have not: votes and steps go on, without a fork."""
    school.cast(0)

    def stop(*_given: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(publishing, "_rows", stop)
        with pytest.raises(ZeroDivisionError):
            school.publisher.publish(school.uuid)
    assert sizes(school) == (1, 2)
    (board, _) = heads(school)
    assert board is not None
    assert board.size == 2
    with pytest.raises(HeadsUnavailable):  # no step has passed here since
        school.cast(1)
    school.publisher.publish(school.uuid)
    assert school.cast(1).outcome is Outcome.RECORDED
    school.publisher.publish(school.uuid)
    assert sizes(school) == (3, 2)
    audit(school, tmp_path / "record")


@pytest.mark.parametrize("jump", [-3600, 0, 3600])
def test_no_clock_makes_a_promise_that_an_honest_server_has_broken(
    school: School, clock: ManualClock, jump: int
) -> None:
    """No checkpoint that lacks the ballot is stamped later than it was promised by: §21."""
    clock.time = NOON + jump
    school.publisher.publish(school.uuid)
    clock.time = NOON
    before = checkpoints(school)[0], published(school).board.stamp
    answer = school.cast(0)
    assert answer.promise is not None
    promise = verify_promise(answer.promise, school.publisher.keys(school.uuid).board.verifier_key)
    assert promise.index == before[0].size
    assert promise.until > before[1]
    assert promise.until >= NOON + P + 300
    clock.time = promise.until - 60
    school.publisher.publish_due(school.uuid)
    assert sizes(school)[0] == 2
    assert published(school).board.stamp <= promise.until


def test_a_retry_is_not_promised_by_a_database_that_went_back(school: School) -> None:
    school.cast(0)
    kept = dump(school.database)
    school.cast(1)
    school.publisher.publish(school.uuid)
    put_back(school.database, kept)
    with pytest.raises(WentBack):
        school.cast(0)


def test_a_draft_is_not_published(school: School) -> None:
    with school.database.read() as connection:
        assert find_published(connection, school.held()) is not None
    assert school.held().state is State.OPEN
    assert school.publisher.due() == ()
