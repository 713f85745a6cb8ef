# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a file is, its content says, whatever it is called; and none is passed over in silence."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from audit.strict_json import encode
from audit.watching.store import Store
from evote.board.listing import list_ballots
from evote.board.published import read_published
from evote.board.receipts import receipt_of
from evote.errors import Refusal, Unreadable
from evote.restoring.note_files import read_notes
from protocol.promises import Promise, sign_promise
from tests.db.school import School
from tests.db.second_machine import Machine, keep_record, save, vote

MINUTE = 60
APPLE_DOUBLE = b"\0\5\x16\7\0\2\0\0Mac OS X"
# What mail programs, telephones and browsers make of x.tlog-proof.
NAMES = (
    "x.tlog-proof.txt",
    "x.tlog-proof (1)",
    "x (2).TLOG-PROOF",
    "x.Promise",
    "x.checkpoint.txt",
    "pièce jointe",
    "x.bin",
)


def checkpoint(school: School) -> bytes:
    with school.database.read() as connection:
        return read_published(connection, school.held()).board.note


def receipt(school: School) -> bytes:
    """Of the last ballot that is published."""
    key = school.publisher.keys(school.uuid).board.verifier_key
    with school.database.read() as connection:
        held = school.held()
        tracker = list_ballots(connection, held, 12)[0].tracker
        found = receipt_of(connection, held, key, tracker)
    assert found is not None
    return found.encode()


def promise(school: School, index: int) -> bytes:
    key = school.publisher.keys(school.uuid).board
    until = school.clock() + 600
    return sign_promise(Promise(key.name, "ab" * 32, "cd" * 32, index, until), key)


def named(folder: Path) -> list[str]:
    return [each.name for each in read_notes(folder).others]


@pytest.fixture
def seen(voted: School, tmp_path: Path) -> Path:
    """A folder with a checkpoint that says nothing new."""
    folder = tmp_path / "seen"
    folder.mkdir()
    (folder / "quiet.checkpoint").write_bytes(checkpoint(voted))
    return folder


@pytest.mark.parametrize("name", ["new.tlog-proof.txt", "new.checkpoint (1)", "pièce jointe"])
def test_a_renamed_receipt_keeps_a_backup_from_taking_its_ballots_back(
    voted: School, machine: Machine, seen: Path, tmp_path: Path, name: str
) -> None:
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += MINUTE
    voted.publisher.publish(voted.uuid)
    (seen / "quiet.checkpoint").write_bytes(checkpoint(voted))
    vote(voted, range(4, 7))
    (seen / name).write_bytes(receipt(voted))
    with pytest.raises(Refusal, match="l'urne a 5 événements, et 8 ont été publiés"):
        machine.restore(saved, seen=(seen,), check=True)


def test_every_kind_of_proof_is_known_by_its_content(
    voted: School, seen: Path, tmp_path: Path
) -> None:
    kept = keep_record(voted, tmp_path / "kept")
    packed = tmp_path / "kept.zip"
    with zipfile.ZipFile(packed, "w") as file:
        for each in kept.iterdir():
            file.write(each, each.name)
    evidence = encode({"evote_evidence": 1, "first": checkpoint(voted).decode()})
    diary = encode({"watch": 1}) + b"\n" + encode({"note": checkpoint(voted).decode()}) + b"\n"
    kinds = {
        checkpoint(voted): 1,
        receipt(voted): 1,
        promise(voted, 5): 1,
        b"\xef\xbb\xbf" + receipt(voted).replace(b"\n", b"\r\n"): 1,
        b"\xef\xbb\xbf" + checkpoint(voted).replace(b"\n", b"\r\n"): 1,
        packed.read_bytes(): 2,
        evidence: 1,
        diary: 1,
    }
    keys = voted.publisher.keys(voted.uuid)
    own = {keys.board.name, keys.journal.name}
    for data, count in kinds.items():
        for name in NAMES:
            (seen / name).write_bytes(data)
            found = read_notes(seen)
            assert (len(found.notes), found.others) == (1 + count, ()), (name, data[:40])
            assert {each.origin for each in found.notes} <= own, (name, data[:40])
            (seen / name).unlink()


def test_what_is_no_proof_is_named_and_stops_nothing(
    voted: School, seen: Path, tmp_path: Path
) -> None:
    keep_record(voted, seen / "record")
    (seen / "list.txt").write_text("— Bonjour, voici les reçus\n", encoding="utf-8")
    (seen / "photo.jpg").write_bytes(bytes(100_000))
    with zipfile.ZipFile(seen / "letter.docx", "w") as file:
        file.writestr("word/document.xml", b"none")
    (tmp_path / "other").mkdir()
    (seen / "link").symlink_to(tmp_path / "other")
    assert named(seen) == ["letter.docx", "link", "list.txt", "photo.jpg"]
    (seen / "record" / "board.checkpoint").unlink()
    assert f"{voted.uuid}.bel" in named(seen)  # a board that nothing signs is no proof


def test_what_may_be_a_proof_and_cannot_be_read_is_refused_by_its_name(
    voted: School, seen: Path
) -> None:
    strange = {
        "x.tlog-proof.txt": b"<html>",
        "x.promise (1)": b"\xff\xfe" + "evote/v1".encode("utf-16-le"),
        "mail.eml": b"Subject: x\n\n" + checkpoint(voted),
        "cut": receipt(voted)[:300],
        "proof": b'{"evote_evidence":1,"first',
        "memory": b'{"watch":1}\n{\n',
    }
    for name, data in strange.items():
        (seen / name).write_bytes(data)
        with pytest.raises(Unreadable) as refused:
            read_notes(seen)
        assert f"« {seen / name} »" in refused.value.message
        (seen / name).unlink()
    os.mkfifo(seen / "pipe")
    with pytest.raises(Unreadable, match=r"impossible de lire « .*pipe »"):
        read_notes(seen)


def test_a_folder_that_cannot_be_read_is_named(seen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed, listed = seen / "closed", os.scandir
    closed.mkdir()

    def scandir(path: str) -> os._ScandirIterator[str]:
        if Path(path) == closed:
            raise PermissionError(13, "no", path)
        return listed(path)

    monkeypatch.setattr("os.scandir", scandir)
    with pytest.raises(Unreadable, match=r"impossible de lire « .*closed »"):
        read_notes(seen)


def test_what_a_system_leaves_in_each_folder_is_nothing(voted: School, tmp_path: Path) -> None:
    watch = Store(tmp_path / "watch", voted.uuid)
    watch.close()
    watch.record.rmdir()
    keep_record(voted, watch.record)
    watch.begin("", 0)
    first = checkpoint(voted).decode()
    watch.note(seen="board", at=0, size=0, root="", stamp=0, note=first)
    watch.write_evidence("001-fork.json", encode({"evote_evidence": 1, "first": first}))
    watch.add_promise("promise-0001.txt", promise(voted, 5))
    before = read_notes(watch.folder)
    assert before.others == ()
    for each in [each for each in watch.folder.rglob("*") if each.is_file()]:
        each.with_name(f"._{each.name}").write_bytes(APPLE_DOUBLE)
    for folder in (watch.folder, watch.evidence, watch.promises, watch.record):
        for name in (".DS_Store", "Thumbs.db", "Desktop.ini"):
            (folder / name).write_bytes(APPLE_DOUBLE)
    (watch.folder / "__MACOSX").mkdir()
    (watch.folder / "__MACOSX" / "x.checkpoint").write_bytes(APPLE_DOUBLE)
    assert read_notes(watch.folder) == before
    (watch.evidence / "003-fork.json").write_bytes(APPLE_DOUBLE)
    with pytest.raises(Unreadable, match="pas ce qu'une surveillance écrit"):
        read_notes(watch.folder)


def test_what_a_watcher_was_writing_or_reading_when_it_was_killed_stops_nothing(
    voted: School, tmp_path: Path
) -> None:
    watch = Store(tmp_path / "watch", voted.uuid)
    watch.close()
    watch.begin("", 0)
    watch.note(seen="board", at=0, size=0, root="", stamp=0, note=checkpoint(voted).decode())
    (watch.folder / "reading").mkdir()
    torn = {
        watch.folder / "asking.json.new": b"{",
        watch.evidence / "002-fork.json.new": b'{"evote_evidence":1,"fi',
        watch.folder / "reading" / "record.zip": b"PK\x03\x04 torn",
        watch.record / "board.checkpoint.new": checkpoint(voted)[:50],
    }
    for path, data in torn.items():
        path.write_bytes(data)
    found = read_notes(watch.folder)
    assert (len(found.notes), found.others) == (1, tuple(sorted(torn)))


def test_a_receipt_among_the_promises_of_a_watcher_counts_if_it_is_signed(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += MINUTE
    voted.publisher.publish(voted.uuid)
    watch = Store(tmp_path / "watch", voted.uuid)
    watch.close()
    watch.begin("", 0)
    watch.note(seen="board", at=0, size=0, root="", stamp=0, note=checkpoint(voted).decode())
    name = checkpoint(voted).split(b"\n", 1)[0]
    forged = checkpoint(voted).replace(b"\n5\n", b"\n6\n")
    assert forged.startswith(name + b"\n6\n")
    watch.add_promise("false.txt", forged)
    watch.add_promise("none.tlog-proof", b"none")
    machine.restore(saved, seen=(watch.folder,), check=True)
    assert machine.strangers == (str(watch.promises / "false.txt"),)
    vote(voted, range(4, 7))
    watch.add_promise("true.txt", receipt(voted))
    with pytest.raises(Refusal, match=r"et 8 ont été publiés \(vu dans « .*true\.txt »"):
        machine.restore(saved, seen=(watch.folder,), check=True)
