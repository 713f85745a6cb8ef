# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is derived from the entries is damaged, or entries are: nothing false is signed, ADR 15."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from evote.board.published import PublishedDamaged, find_published, read_published
from evote.casting import Outcome
from evote.database.connection import Database
from evote.database.elections import State
from evote.doctor.boards import check_boards
from evote.doctor.findings import Level
from evote.errors import Refusal
from evote.lifecycle.voting import note_incident
from evote.publishing.publisher import Publisher
from tests.db.backups import dump
from tests.db.examined import bad
from tests.db.school import ManualClock, School
from tests.db.second_machine import Machine, hold_to_the_end, keep_record, save, verify_since, vote

HASHES = {
    "one bit": lambda hashes: bytes([hashes[0] ^ 1, *hashes[1:]]),
    "one less": lambda hashes: hashes[:-32],
    "one more": lambda hashes: hashes + bytes(32),
    "one too short": lambda hashes: hashes[:-1],
    "none": lambda _: b"",
}
ENTRIES = {
    "two ballots in each other's place": (
        "CREATE TEMPORARY TABLE two AS SELECT height, event, leaf FROM board_event "
        "WHERE height IN (1, 2)",
        "UPDATE board_event SET "
        "event = (SELECT two.event FROM two WHERE two.height = 3 - board_event.height), "
        "leaf = (SELECT two.leaf FROM two WHERE two.height = 3 - board_event.height) "
        "WHERE height IN (1, 2)",
        "DROP TABLE two",
    ),
    "a ballot in another's place, its leaf left": (
        "UPDATE board_event SET event = (SELECT other.event FROM board_event AS other "
        "WHERE other.height = 2) WHERE height = 1",
    ),
    "a leaf": (
        "UPDATE board_event SET leaf = CASE substr(leaf, 1, 1) WHEN '0' THEN '1' ELSE '0' END"
        " || substr(leaf, 2) WHERE height = 3",
    ),
    "an entry of the journal": (
        "UPDATE journal_entry SET entry = (SELECT other.entry FROM journal_entry AS other "
        "WHERE other.number = 0) WHERE number = 1",
    ),
}


def run(database: Database, *statements: str) -> None:
    with database.write() as connection:
        for each in statements:
            connection.execute(text(each))


def change_hashes(school: School, change: Callable[[bytes], bytes], log: str = "board") -> None:
    where = "FROM published_log WHERE log = :log"
    with school.database.write() as connection:
        found = connection.execute(text(f"SELECT hashes {where}"), {"log": log}).scalar_one()
        connection.execute(
            text("UPDATE published_log SET hashes = :hashes WHERE log = :log"),
            {"hashes": change(bytes(found)), "log": log},
        )


def signs_nothing(school: School, *acts: Callable[[], object]) -> None:
    """Each of these refuses, and neither a row nor a head has changed."""
    before, heads = dump(school.database), school.folder.heads.read_bytes()
    assert isinstance(school.clock, ManualClock)
    school.clock.time += 60
    for act in acts:
        with pytest.raises(PublishedDamaged):
            act()
    assert dump(school.database) == before
    assert school.folder.heads.read_bytes() == heads


@pytest.mark.parametrize("change", HASHES.values(), ids=HASHES)
@pytest.mark.parametrize("log", ["board", "journal"])
def test_hashes_that_do_not_give_the_root_stop_steps_and_ballots(
    voted: School, change: Callable[[bytes], bytes], log: str
) -> None:
    change_hashes(voted, change, log)
    signs_nothing(
        voted,
        lambda: voted.cast(5),
        lambda: voted.publisher.publish(voted.uuid),
        lambda: voted.publisher.publish_due(voted.uuid),
        voted.close,
    )


def test_no_entry_of_the_journal_names_a_board_from_damaged_hashes(voted: School) -> None:
    change_hashes(voted, HASHES["one bit"])
    signs_nothing(
        voted, lambda: note_incident(voted.database, voted.uuid, "Une panne", voted.clock)
    )


@pytest.mark.parametrize("statements", ENTRIES.values(), ids=ENTRIES)
def test_published_entries_that_are_others_are_noticed_by_the_next_step(
    voted: School, statements: tuple[str, ...]
) -> None:
    """Size, root and hashes stay as they were signed, as do the heads."""
    run(voted.database, *statements)
    signs_nothing(voted, lambda: voted.publisher.publish_due(voted.uuid))


def test_an_entry_that_was_never_published_and_lost_is_noticed_too(voted: School) -> None:
    assert voted.cast(5).outcome is Outcome.RECORDED
    for table in ("ballot_alpha", "ballot_index", "board_data", "board_event"):
        run(voted.database, f"DELETE FROM {table} WHERE height = 5")  # noqa: S608
    signs_nothing(voted, lambda: voted.publisher.publish_due(voted.uuid))


@pytest.mark.parametrize("seconds", [-60, 2**40])
def test_no_stamp_is_gone_on_from_but_the_signed_one(voted: School, seconds: int) -> None:
    with voted.database.write() as connection:
        change = text("UPDATE published_log SET stamp = stamp + :seconds")
        connection.execute(change, {"seconds": seconds})
    signs_nothing(voted, lambda: voted.publisher.publish_due(voted.uuid))


@pytest.mark.parametrize("note", ["x", "no note of ours\n\n— x AAAA\n"])
def test_a_note_that_its_key_did_not_sign_is_not_gone_on_from(voted: School, note: str) -> None:
    with voted.database.write() as connection:
        connection.execute(text("UPDATE published_log SET note = :note"), {"note": note.encode()})
    signs_nothing(voted, lambda: voted.publisher.publish_due(voted.uuid))


def test_a_log_alone_that_is_published_is_damage(voted: School) -> None:
    run(voted.database, "DELETE FROM published_log WHERE log = 'journal'")
    signs_nothing(
        voted, lambda: voted.cast(5), lambda: voted.publisher.publish_due(voted.uuid), voted.close
    )
    with voted.database.read() as connection, pytest.raises(PublishedDamaged):
        find_published(connection, voted.held())


DERIVED = {
    "the hashes": "UPDATE published_log SET hashes = note WHERE log = 'board'",
    "the root": "UPDATE published_log SET root = '00' || substr(root, 3) WHERE log = 'board'",
    "the size": "UPDATE published_log SET size = size - 1 WHERE log = 'board'",
    "the stamp": "UPDATE published_log SET stamp = stamp - 60",
    "both notes": "UPDATE published_log SET note = hashes",
    "a row": "DELETE FROM published_log WHERE log = 'journal'",
}


@pytest.mark.parametrize("statement", DERIVED.values(), ids=DERIVED)
def test_what_is_derived_is_told_by_the_doctor_and_made_again_by_a_restore(
    fit: School, machine: Machine, tmp_path: Path, statement: str
) -> None:
    kept = keep_record(fit, tmp_path / "kept")
    run(fit.database, statement)
    assert bad(fit)["signed"] is Level.SERIOUS
    saved = save(fit, tmp_path / "backup")
    (restored,) = machine.restore(saved, unseen=(fit.uuid,))
    assert (restored.events, restored.behind, restored.missing) == (5, (), 0)
    there = machine.school(fit)
    there.publisher.publish(there.uuid)
    with machine.database.read() as connection:
        now = read_published(connection, there.held())
    assert now.board.size == 5
    vote(there, range(4, 7))
    (found,) = check_boards(machine.database)
    assert found.level is Level.OK
    hold_to_the_end(machine, there, tmp_path / "later", since=kept)


def test_damaged_hashes_are_not_gone_on_from_by_a_restore_that_completes(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    change_hashes(voted, HASHES["one bit"])
    saved = save(voted, tmp_path / "backup")
    change_hashes(voted, HASHES["one bit"])
    vote(voted, range(4, 6))
    kept = keep_record(voted, tmp_path / "kept")
    (restored,) = machine.restore(saved, complete={voted.uuid: kept})
    assert (restored.state, restored.ballots, restored.missing) == (State.SUSPENDED, 2, 2)
    there = machine.school(voted)
    there.publisher.publish(there.uuid)
    verify_since(keep_record(there, tmp_path / "later"), kept)


@pytest.mark.parametrize("statements", ENTRIES.values(), ids=ENTRIES)
def test_other_entries_are_told_by_the_doctor(fit: School, statements: tuple[str, ...]) -> None:
    run(fit.database, *statements)
    assert bad(fit)["whole"] is Level.SERIOUS


def test_a_whole_other_board_of_the_same_size_is_told_and_not_gone_on_from(
    fit: School, machine: Machine, tmp_path: Path
) -> None:
    """Its rows agree with each other, and with nothing that was signed."""
    signed = dump(fit.database)
    for table in ("ballot_alpha", "ballot_index", "board_data", "board_event"):
        run(fit.database, f"DELETE FROM {table} WHERE height > 2")  # noqa: S608
    run(
        fit.database,
        "UPDATE sign_in SET used = FALSE WHERE elector IN (3, 4)",
        "UPDATE election SET head_height = 2, "
        "head_hash = (SELECT hash FROM board_event WHERE height = 2)",
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Publisher, "require_following", lambda *_given: 0)
        for elector in (8, 9):
            assert fit.cast(elector).outcome is Outcome.RECORDED
    other = dump(fit.database)
    assert other["published_log"] == signed["published_log"]
    assert other["board_event"] != signed["board_event"]
    assert bad(fit) == {"whole": Level.SERIOUS}
    signs_nothing(fit, lambda: fit.publisher.publish_due(fit.uuid))
    saved = save(fit, tmp_path / "backup")
    with pytest.raises(Refusal, match="n'est pas celle qui a été publiée"):
        machine.restore(saved, unseen=(fit.uuid,))
