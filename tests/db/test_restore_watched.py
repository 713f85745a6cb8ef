# SPDX-License-Identifier: AGPL-3.0-or-later
"""All that was brought counts: what a watcher saw and could not fetch, promises, zips in a folder.

What is not of this server says nothing and is told; what nobody signed proves nothing.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from audit.strict_json import encode
from audit.watching.store import Store
from evote.board.leaves import read_leaves
from evote.board.published import read_published
from evote.errors import Refusal, Unreadable
from evote.restoring.note_files import read_notes
from protocol.cosignatures import sign_stamped
from protocol.merkle import LogPosition
from protocol.notes import Checkpoint, LogKey
from protocol.promises import Promise, sign_promise
from protocol.server_binding import BOARD, JOURNAL
from tests.db.school import School, draft, make_election
from tests.db.second_machine import Machine, is_untouched, keep_record, save, sizes, vote

MINUTE = 60
OTHER = "AnotherEtection"
FORKED = LogPosition(5, "ab" * 32)


def notes(school: School) -> dict[str, str]:
    """What the server shows now."""
    with school.database.read() as connection:
        published = read_published(connection, school.held())
    return {BOARD: published.board.note.decode(), JOURNAL: published.journal.note.decode()}


def see(store: Store, shown: dict[str, str]) -> None:
    for log, note in shown.items():
        store.note(seen=log, at=0, size=0, root="", stamp=0, note=note)


@pytest.fixture
def watch(voted: School, tmp_path: Path) -> Store:
    """A watch that has kept the record of four ballots."""
    store = Store(tmp_path / "watch", voted.uuid)
    store.close()
    store.record.rmdir()
    keep_record(voted, store.record)
    store.begin("", 0)
    see(store, notes(voted))
    return store


def forged(key: LogKey, position: LogPosition, at: int) -> str:
    return sign_stamped(Checkpoint.of(key.name, position), at, key).decode()


def test_what_a_watcher_saw_counts_though_it_could_not_fetch_it(
    voted: School, machine: Machine, watch: Store, tmp_path: Path
) -> None:
    """The server died between the two questions: completed from this record it would fork."""
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += MINUTE
    vote(voted, range(4, 7))
    see(watch, notes(voted))
    for given in ({"seen": (watch.folder,)}, {"complete": {voted.uuid: watch.record}}):
        with pytest.raises(Refusal, match=r"et 8 ont été publiés \(vu dans « .*watch\.jsonl »"):
            machine.restore(saved, **given)
        assert is_untouched(machine)
    kept = keep_record(voted, tmp_path / "kept")
    (restored,) = machine.restore(saved, seen=(watch.folder,), complete={voted.uuid: kept})
    assert restored.events == 8


@pytest.mark.parametrize("where", ["diary", "evidence"])
def test_a_fork_that_a_watcher_has_seen_is_not_gone_on_with(
    voted: School, machine: Machine, watch: Store, tmp_path: Path, where: str
) -> None:
    saved = save(voted, tmp_path / "backup")
    keys = voted.publisher.keys(voted.uuid)
    note = forged(keys.board, FORKED, machine.clock.time + MINUTE)
    if where == "diary":
        see(watch, {BOARD: note})
    else:
        members = {"evote_evidence": 1, "kind": "fork", "first": notes(voted)[BOARD]}
        watch.write_evidence("001-fork.json", _json({**members, "second": note}))
    with pytest.raises(Refusal, match="pas celle qui a été publiée"):
        machine.restore(saved, seen=(watch.folder,), unseen=(voted.uuid,))


def _json(members: Mapping[str, object]) -> bytes:
    return encode(members)


def test_a_torn_last_line_is_passed_over_and_nothing_else(voted: School, watch: Store) -> None:
    diary, before = watch.folder / "watch.jsonl", len(read_notes(watch.folder).notes)
    whole = diary.read_bytes()
    diary.write_bytes(whole + b'{"seen":"board","note":"half')
    assert len(read_notes(watch.folder).notes) == before
    first, rest = whole.split(b"\n", 1)
    for strange in (
        b"",
        rest,
        whole + b"{\n",
        whole + b"[]\n",
        whole + b'{"note":"no note"}\n',
        first.replace(b'"watch":1', b'"watch":2') + b"\n" + rest,
        whole + b'{"note":"' + b"x" * 2**18 + b'"}\n',
    ):
        diary.write_bytes(strange)
        with pytest.raises(Unreadable, match=r"watch\.jsonl"):
            read_notes(watch.folder)
    diary.write_bytes(whole)
    for strange in (b"", b"{}", b"[1]", b'{"evote_evidence":1}' + b" " * 2**22):
        watch.write_evidence("001-fork.json", strange)
        with pytest.raises(Unreadable, match=r"001-fork\.json"):
            read_notes(watch.folder)


def test_the_same_seen_a_thousand_times_is_one_note(voted: School, watch: Store) -> None:
    before = len(read_notes(watch.folder).notes)
    key, at = voted.publisher.keys(voted.uuid).board, voted.clock()
    position = LogPosition(3, "cd" * 32)
    diary = (watch.folder / "watch.jsonl").open("ab")
    with diary:
        for later in range(1000):
            line = {"seen": BOARD, "note": forged(key, position, at + later)}
            diary.write(_json(line) + b"\n")
    found = read_notes(watch.folder).notes
    assert len(found) == before + 1
    assert any(note.data.decode() == forged(key, position, at + 999) for note in found)


def test_a_zip_in_a_folder_is_not_passed_over(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += MINUTE
    voted.publisher.publish(voted.uuid)
    stick = keep_record(voted, tmp_path / "stick")
    vote(voted, range(4, 7))
    kept = keep_record(voted, tmp_path / "kept")
    with zipfile.ZipFile(stick / "dossier.ZIP", "w") as file:
        for each in kept.iterdir():
            file.write(each, each.name)
    with pytest.raises(Refusal, match=r"et 8 ont été publiés \(vu dans « .*dossier\.ZIP »"):
        machine.restore(saved, seen=(stick,))
    with zipfile.ZipFile(stick / "photos.zip", "w") as file:
        file.writestr("photo.jpg", b"none")
    with pytest.raises(Unreadable, match=r"photos\.zip"):
        machine.restore(saved, seen=(stick,))


def promise(school: School, index: int, *, event: str | None = None) -> bytes:
    """What the server gave to a parent for the ballot that stands there, or for another."""
    key = school.publisher.keys(school.uuid).board
    real = Promise(key.name, "ab" * 32, event or "cd" * 32, index, school.clock() + 600)
    return sign_promise(real, key)


def test_a_promise_beyond_the_backup_is_told_as_one(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += MINUTE
    kept, file = keep_record(voted, tmp_path / "kept"), tmp_path / "promise.txt"
    file.write_bytes(promise(voted, 5))
    with pytest.raises(
        Refusal, match=r"l'urne a 5 .* promis à la place 6 .*promise\.txt"
    ) as refused:
        machine.restore(saved, seen=(kept, file))
    assert "--without" not in refused.value.advice
    assert "sans cette promesse" in refused.value.advice
    assert is_untouched(machine)
    vote(voted, range(4, 5))
    later = keep_record(voted, tmp_path / "later")
    with pytest.raises(Refusal, match=r"pas celle .*promise\.txt"):  # it is of another ballot
        machine.restore(saved, seen=(file,), complete={voted.uuid: later})
    file.write_bytes(promise(voted, 5, event=leaf(voted, 5)))
    machine.restore(saved, seen=(file,), complete={voted.uuid: later})


def leaf(school: School, index: int) -> str:
    with school.database.read() as connection:
        (found,) = read_leaves(connection, school.held(), BOARD, index, index + 1)
    return found.hex()


def test_a_promise_of_the_backup_proves_nothing_newer(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved, file = save(voted, tmp_path / "backup"), tmp_path / "promise.txt"
    file.write_bytes(promise(voted, 4, event=leaf(voted, 4)))
    with pytest.raises(Refusal, match="jusqu'où"):
        machine.restore(saved, seen=(file,))
    file.write_bytes(promise(voted, 4))
    with pytest.raises(Refusal, match="pas celle qui a été publiée"):
        machine.restore(saved, seen=(file,), unseen=(voted.uuid,))
    file.write_bytes(promise(voted, 9).replace(b"index 0", b"index 1"))
    with pytest.raises(Refusal, match=r"la promesse .* n'est pas signée"):
        machine.restore(saved, seen=(file,), unseen=(voted.uuid,))


def test_what_is_of_another_server_is_told_and_left_aside(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    """A witness's folder has checkpoints of several servers."""
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += MINUTE
    kept = keep_record(voted, tmp_path / "kept")
    strange = kept / "strange.checkpoint"
    shown = notes(voted)[BOARD]
    strange.write_text(shown.replace(f"{shown.partition('/')[0]}/", "other.example/"))
    machine.restore(saved, seen=(kept,))
    assert machine.strangers == (str(strange),)


def test_who_signs_nothing_leaves_no_draft_out(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    draft(voted.database, voted.folder, make_election(3, uuid=OTHER))
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += MINUTE
    kept = keep_record(voted, tmp_path / "kept")
    note = notes(voted)[BOARD].replace(voted.uuid, OTHER)
    (kept / "false.checkpoint").write_text(note)
    with pytest.raises(Refusal, match=r"false\.checkpoint » n'est pas signé") as refused:
        machine.restore(saved, seen=(kept,), unseen=(OTHER,))
    assert "--without" not in refused.value.advice
    assert sizes(voted) == (5, 2)
