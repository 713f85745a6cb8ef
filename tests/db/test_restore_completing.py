# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a backup lacks comes back from a record, and its sign-ins from the desk: docs/adr/0016."""

from __future__ import annotations

from pathlib import Path

import pytest

from evote.board.published import read_published
from evote.casting import CastRequest, Outcome
from evote.database.connection import open_database
from evote.database.elections import State
from evote.election.desk_messages import SignedInMessage
from evote.errors import Refusal
from evote.heads import Heads
from evote.keys import KeyFolder
from evote.lifecycle.desk import reissue_code
from evote.lifecycle.voting import resume_vote, suspend_vote
from protocol.codes import sign_in_number
from protocol.merkle import LogPosition
from tests.db.backups import dump
from tests.db.rows import all_rows
from tests.db.school import School, audit
from tests.db.second_machine import (
    Desk,
    Machine,
    give,
    hold_to_the_end,
    keep_record,
    save,
    sizes,
    verify_since,
    vote,
)
from tests.simulator import CLOSES_AT

HOUR = 3600


def test_what_is_missing_comes_back_and_waits_for_the_desk(
    voted: School, elsewhere: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    vote(voted, range(4, 7))
    kept = keep_record(voted, tmp_path / "kept")
    elsewhere.clock.time += HOUR
    (restored,) = elsewhere.restore(saved, complete={voted.uuid: kept})
    assert (restored.ballots, restored.missing) == (3, 3)
    there = elsewhere.school(voted)
    assert there.held().state is State.SUSPENDED
    assert there.counts() == (7, 4)
    there.publisher.publish(there.uuid)
    verify_since(keep_record(there, tmp_path / "restored"), kept)
    assert "les émargements de 3 bulletins" in there.record()["journal.jsonl"].decode()
    with pytest.raises(Refusal, match="7 bulletins dans l'urne et 4 émargements"):
        resume_vote(there.database, there.uuid, "On reprend", there.clock)
    assert there.cast(8).outcome is Outcome.SUSPENDED
    message = Desk(voted.election).signed_in(kept)
    assert give(there, message) == 3
    assert there.counts() == (7, 7)
    assert give(there, message) == 0
    resume_vote(there.database, there.uuid, "On reprend", there.clock)
    for elector in (0, 6):
        another = voted.ballot(elector, purpose="another")
        assert there.cast(elector, another).outcome is Outcome.ALREADY_VOTED
    assert there.cast(8).outcome is Outcome.RECORDED
    hold_to_the_end(elsewhere, there, tmp_path / "later", since=kept)


def test_it_cannot_close_before_the_desk_has_said_who_signed_in(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    vote(voted, range(4, 7))
    kept = keep_record(voted, tmp_path / "kept")
    machine.restore(saved, complete={voted.uuid: kept})
    there = machine.school(voted)
    machine.clock.time = CLOSES_AT + 301
    with pytest.raises(Refusal, match="7 bulletins dans l'urne et 4 émargements"):
        there.close()
    give(there, Desk(voted.election).signed_in(kept))
    assert there.close().ballots == 7
    audit(there, tmp_path / "record")


def test_the_desk_may_say_it_at_once(voted: School, machine: Machine, tmp_path: Path) -> None:
    saved = save(voted, tmp_path / "backup")
    vote(voted, range(4, 7))
    kept = keep_record(voted, tmp_path / "kept")
    message = Desk(voted.election).signed_in(kept)
    (restored,) = machine.restore(
        saved, complete={voted.uuid: kept}, sign_ins={voted.uuid: message}
    )
    assert (restored.state, restored.marked, restored.missing) == (State.OPEN, 3, 0)
    assert machine.school(voted).counts() == (7, 7)


def test_what_is_public_is_never_less_than_what_was_seen(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += 2 * HOUR
    vote(voted, range(4, 7))
    kept = keep_record(voted, tmp_path / "kept")
    machine.restore(saved, complete={voted.uuid: kept})
    there = machine.school(voted)
    assert sizes(there) == (8, 2)
    with there.database.read() as connection:
        note = read_published(connection, there.held()).board.note
    assert note == (kept / "board.checkpoint").read_bytes()
    keys = there.publisher.keys(there.uuid)
    (head,) = Heads(there.folder.heads).read(keys.board.name)
    assert head is not None
    assert head.size == 8


def test_what_the_journal_told_since_is_in_force_again(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    desk = Desk(voted.election)
    lost = desk.replace(6)  # whose letter was lost, and who then votes with the reserve
    other = desk.replace(9)  # whose letter was lost, and who does not vote
    for message in (lost.message, other.message):
        reissue_code(voted.database, voted.folder, message, voted.clock)
    voted.deliver_pins()
    reserve = voted.election.electors
    assert sign_in_number(voted.uuid, lost.code) == voted.number(reserve)
    request = voted.casting.cast(
        CastRequest(voted.uuid, voted.number(reserve), voted.pin(5), voted.ballot(reserve))
    )
    assert request.outcome is Outcome.RECORDED
    suspend_vote(voted.database, voted.uuid, "Une panne", voted.clock)
    voted.publisher.publish(voted.uuid)
    kept = keep_record(voted, tmp_path / "kept")
    (restored,) = machine.restore(saved, complete={voted.uuid: kept})
    assert (restored.state, restored.missing) == (State.SUSPENDED, 1)
    there = machine.school(voted)
    assert (
        all_rows(there.database)["revoked_credential"]
        == (all_rows(voted.database)["revoked_credential"])
    )
    told = desk.signed_in(kept)
    assert len(told.replaced) == 2
    assert give(there, told) == 1
    numbers = {row["sign_in_number"] for row in dump(there.database)["sign_in"]}
    assert numbers == {row["sign_in_number"] for row in dump(voted.database)["sign_in"]}
    posted = dump(there.database)["outbox"]
    assert [row["elector"] for row in posted] == [9]  # a new PIN for who has not voted
    resume_vote(there.database, there.uuid, "On reprend", there.clock)
    there.deliver_pins()
    again = CastRequest(
        there.uuid, there.number(reserve + 1), there.pin(8), there.ballot(reserve + 1)
    )
    assert there.casting.cast(again).outcome is Outcome.RECORDED
    audit(there, tmp_path / "record")


def test_an_election_that_was_counted_meanwhile_is_counted_again_to_the_byte(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    vote(voted, range(4, 7))
    machine.clock.time = CLOSES_AT + 301
    voted.close()
    voted.count()
    kept = keep_record(voted, tmp_path / "kept")
    (restored,) = machine.restore(saved, complete={voted.uuid: kept})
    assert (restored.state, restored.missing) == (State.TALLIED, 3)
    there = machine.school(voted)
    again = there.record()
    for name in (f"{voted.uuid}.bel", "journal.jsonl"):
        assert again[name] == (kept / name).read_bytes()
    audit(there, tmp_path / "record")
    assert give(there, Desk(voted.election).signed_in(kept)) == 3


@pytest.mark.parametrize("fault", ["fewer", "other board", "other number", "renewed"])
def test_what_the_desk_says_must_fit_exactly(
    voted: School, machine: Machine, tmp_path: Path, fault: str
) -> None:
    saved = save(voted, tmp_path / "backup")
    vote(voted, range(4, 7))
    kept = keep_record(voted, tmp_path / "kept")
    machine.restore(saved, complete={voted.uuid: kept})
    there = machine.school(voted)
    good = Desk(voted.election).signed_in(kept)
    numbers, board = good.sign_ins, good.board
    missing = sorted(voted.number(elector) for elector in range(12) if elector > 6)
    words = "bulletin"
    if fault == "fewer":
        numbers = numbers[1:]
    elif fault == "other board":
        board, words = LogPosition(board.size, "ab" * 32), "autre urne"
    elif fault == "other number":
        numbers, words = tuple(sorted([*numbers[1:], "0" * 32])), "pas de cette liste"
    else:  # somebody who had signed in before is not among them
        before = next(n for n in numbers if n in {voted.number(e) for e in range(4)})
        numbers = tuple(sorted({*numbers, missing[0]} - {before}))
        words = "ne trouve pas leur bulletin"
    rows = dump(there.database)
    with pytest.raises(Refusal, match=words):
        give(there, SignedInMessage(good.uuid, board, numbers, good.replaced))
    assert dump(there.database) == rows


def test_a_newer_record_found_before_the_server_ran_is_used_as_the_page_says(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    vote(voted, range(4, 6))
    kept = keep_record(voted, tmp_path / "kept")
    vote(voted, range(6, 9))
    newer = keep_record(voted, tmp_path / "newer")
    machine.restore(saved, complete={voted.uuid: kept})
    machine.school(voted).publisher.publish(voted.uuid)  # as the command does
    bare = open_database(f"sqlite:///{tmp_path / 'again.db'}")
    again = Machine(bare, machine.folder, machine.clock)
    with pytest.raises(Refusal, match="le journal a 2 lignes, et 3 ont été"):
        again.restore(saved, complete={voted.uuid: newer})
    (tmp_path / "empty").mkdir()
    again = Machine(bare, KeyFolder(tmp_path / "empty"), machine.clock)
    (restored,) = again.restore(saved, complete={voted.uuid: newer})
    assert (restored.events, restored.state) == (10, State.SUSPENDED)
    verify_since(keep_record(again.school(voted), tmp_path / "record"), newer)
    bare.close()
