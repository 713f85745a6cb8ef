# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is not a good restore is refused, and changes nothing: docs/adr/0016."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from evote.casting import Outcome
from evote.database.elections import State
from evote.errors import Refusal, Unreadable
from evote.heads import HeadsUnavailable
from protocol.merkle import LogPosition
from protocol.notes import Checkpoint, LogKey, sign_checkpoint
from protocol.rng import system_rng
from protocol.secret import Secret
from tests.db.backups import dump, put_back
from tests.db.school import ManualClock, School
from tests.db.second_machine import (
    Machine,
    is_untouched,
    keep_record,
    save,
    vote,
)
from tests.simulator import CLOSES_AT

HOUR = 3600


def signed(school: School, size: int, root: str, key: LogKey | None = None) -> bytes:
    own = key or school.publisher.keys(school.uuid).board
    return sign_checkpoint(Checkpoint.of(own.name, LogPosition(size, root)), own)


def test_another_history_is_refused(voted: School, machine: Machine, tmp_path: Path) -> None:
    saved = save(voted, tmp_path / "backup")
    note = tmp_path / "x.checkpoint"
    for size in (1, 3, 5):
        note.write_bytes(signed(voted, size, "ab" * 32))
        with pytest.raises(Refusal, match="n'est pas celle qui a été publiée"):
            machine.restore(saved, seen=(note,))
    two = tmp_path / "two"
    two.mkdir()
    (two / "a.checkpoint").write_bytes(signed(voted, 9, "ab" * 32))
    (two / "b.checkpoint").write_bytes(signed(voted, 9, "cd" * 32))
    with pytest.raises(Refusal, match="deux états différents"):
        machine.restore(saved, seen=(two,))
    assert is_untouched(machine)


def test_who_has_not_the_key_proves_nothing(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved, note = save(voted, tmp_path / "backup"), tmp_path / "x.checkpoint"
    name = voted.publisher.keys(voted.uuid).board.name
    forger = LogKey(name, Secret(system_rng(32)))
    note.write_bytes(signed(voted, 9, "ab" * 32, forger))
    with pytest.raises(Refusal, match="pas signé par cette élection"):
        machine.restore(saved, seen=(note,))
    of_here = name.partition("/")[0]
    for host, said in ((of_here, rf"n'a pas cette élection : x .*{of_here}/x"), ("a", "jusqu'où")):
        stranger = LogKey(f"{host}/x/board", Secret(system_rng(32)))
        note.write_bytes(signed(voted, 9, "ab" * 32, stranger))
        with pytest.raises(Refusal, match=said):
            machine.restore(saved, seen=(note,))
    note.write_bytes(b"nothing\n")
    with pytest.raises(Unreadable, match="pas un point de contrôle"):
        machine.restore(saved, seen=(note,))
    assert is_untouched(machine)


def test_nothing_that_is_there_is_overwritten(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    path = machine.folder.file(voted.uuid)
    path.write_text("another key\n")
    with pytest.raises(Refusal, match=f"déjà un autre « {path.name} »"):
        machine.restore(saved, unseen=(voted.uuid,))
    path.write_bytes(
        voted.folder.file(voted.uuid).read_bytes()
    )  # as an interrupted restore left it
    machine.restore(saved, unseen=(voted.uuid,))
    rows = dump(machine.database)
    with pytest.raises(Refusal, match="n'est pas vide"):
        machine.restore(saved, unseen=(voted.uuid,))
    assert dump(machine.database) == rows


def test_a_head_file_that_cannot_be_used_leaves_no_key(
    voted: School, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = save(voted, tmp_path / "backup")
    machine.folder.heads.mkdir()
    with pytest.raises(Refusal, match="ne peut pas être lu"):
        machine.restore(saved, unseen=(voted.uuid,))
    machine.folder.heads.rmdir()
    assert is_untouched(machine)

    def full_disk(*_given: object) -> None:
        assert len(list(machine.folder.path.iterdir())) == 2
        raise HeadsUnavailable

    monkeypatch.setattr("evote.restoring.restore.move_heads", full_disk)
    with pytest.raises(HeadsUnavailable):
        machine.restore(saved, unseen=(voted.uuid,))
    assert is_untouched(machine)


def test_a_record_that_the_verifier_refuses_completes_nothing(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    vote(voted, range(4, 7))
    kept = keep_record(voted, tmp_path / "kept")
    archive = kept / f"{voted.uuid}.bel"
    whole = archive.read_bytes()
    place = whole.rindex(b'"response":"') + 12
    digit = b"1" if whole[place : place + 1] != b"1" else b"2"
    archive.write_bytes(whole[:place] + digit + whole[place + 1 :])
    with pytest.raises(Refusal, match="le vérificateur n'accepte pas"):
        machine.restore(saved, seen=(kept,), complete={voted.uuid: kept})
    archive.write_bytes(whole)
    (kept / "journal.checkpoint").unlink()
    with pytest.raises(Refusal, match="le vérificateur n'accepte pas"):
        machine.restore(saved, seen=(kept,), complete={voted.uuid: kept})
    assert is_untouched(machine)


def test_a_record_of_another_history_completes_nothing(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    """The operator went back by hand, and others voted: two stories under one key."""
    before = dump(voted.database)
    vote(voted, range(4, 6))
    saved = save(voted, tmp_path / "backup")
    put_back(voted.database, before)
    voted.folder.heads.unlink()
    with voted.database.write() as connection:
        connection.execute(text("DELETE FROM published_log"))
    vote(voted, range(6, 11))
    kept = keep_record(voted, tmp_path / "kept")
    with pytest.raises(Refusal, match="le vérificateur n'accepte pas"):
        machine.restore(saved, complete={voted.uuid: kept})
    assert is_untouched(machine)


def test_a_record_that_is_not_long_enough_does_not_do(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    vote(voted, range(4, 6))
    shorter = keep_record(voted, tmp_path / "shorter")
    vote(voted, range(6, 7))
    kept = keep_record(voted, tmp_path / "kept")
    with pytest.raises(Refusal, match="a 7 événements, et 8 ont été publiés"):
        machine.restore(saved, seen=(kept,), complete={voted.uuid: shorter})
    assert is_untouched(machine)


def test_what_a_forger_with_the_public_half_makes_is_looked_through(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    kept = keep_record(voted, tmp_path / "kept")
    for change in (
        "UPDATE board_event SET leaf = (SELECT leaf FROM board_event WHERE height = 1)"
        " WHERE height = 2",
        "UPDATE board_data SET data = (SELECT data FROM board_data WHERE height = 1)"
        " WHERE height = 2",
        "UPDATE journal_entry SET leaf = (SELECT leaf FROM journal_entry WHERE number = 0)"
        " WHERE number = 1",
        "DELETE FROM journal_entry WHERE number = 0",
        "UPDATE election SET head_height = 3",
    ):
        rows = dump(voted.database)
        with voted.database.write() as connection:
            connection.execute(text(change))
        forged = save(voted, tmp_path / "backup")
        put_back(voted.database, rows)
        with pytest.raises(Refusal, match="se contredit"):
            machine.restore(forged, seen=(kept,))
        assert is_untouched(machine)


def test_a_backup_without_the_keys_of_its_logs_waits_for_them(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    path = voted.folder.file(voted.uuid, "logs")
    content = path.read_bytes()
    path.unlink()
    saved = save(voted, tmp_path / "backup")
    with pytest.raises(Refusal, match="la clé qui signe"):
        machine.restore(saved, unseen=(voted.uuid,))
    other = machine.folder.file(voted.uuid, "logs")
    other.write_bytes(content.replace(content[-8:-1], b"0000000"))
    with pytest.raises(Refusal, match="n'est pas celle qui a été scellée"):
        machine.restore(saved, unseen=(voted.uuid,))
    other.write_bytes(content)
    machine.restore(saved, unseen=(voted.uuid,))
    assert machine.school(voted).cast(5).outcome is Outcome.RECORDED


@pytest.mark.parametrize("check", [True, False])
def test_a_roll_that_nothing_opens_is_not_restored_while_people_vote(
    voted: School, machine: Machine, tmp_path: Path, *, check: bool
) -> None:
    own = voted.folder.file(voted.uuid)
    key = own.read_text()
    for place, wrong in enumerate((None, "no key\n", f"{key[:-2]}{int(key[-2], 16) ^ 1:x}\n")):
        own.unlink()
        if wrong is not None:
            own.write_text(wrong)
        saved = save(voted, tmp_path / f"backup-{place}")
        with pytest.raises(Refusal, match="la clé qui ouvre la liste électorale"):
            machine.restore(saved, unseen=(voted.uuid,), check=check)
        assert is_untouched(machine)
        own.write_text(key)
    own.unlink()
    without = save(voted, tmp_path / "backup")
    machine.folder.file(voted.uuid).write_text(key)  # the copy that somebody has
    machine.restore(without, unseen=(voted.uuid,), check=check)
    if not check:
        assert machine.school(voted).cast(5).outcome is Outcome.RECORDED


def test_a_counted_election_comes_back_without_its_roll_and_says_so(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    assert isinstance(voted.clock, ManualClock)
    voted.clock.time = CLOSES_AT + 301
    voted.close()
    voted.count()
    voted.folder.file(voted.uuid).unlink()
    saved = save(voted, tmp_path / "backup")
    (restored,) = machine.restore(saved, unseen=(voted.uuid,))
    assert restored.state is State.TALLIED
    assert restored.roll_is_closed
