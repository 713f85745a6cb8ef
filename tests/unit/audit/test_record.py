# SPDX-License-Identifier: AGPL-3.0-or-later
"""§17.1: what is a record, and what a zip may not hold."""

from __future__ import annotations

import errno
import os
import random
import shutil
import struct
import zipfile
from pathlib import Path

import pytest

from audit.bundle import MAX_INDEX, unzip
from audit.earlier import Damaged, open_earlier
from audit.opened import check_opened
from audit.record import FILES, SIGNATURES, Record, open_record
from audit.words import Malformed, Unreadable
from tests.unit.audit import peer

ARCHIVE = peer.archive("plain")


def opened(path: Path) -> tuple[bytes, Record]:
    with open_record(path) as record:
        return record.archive.read_bytes(), record


def zipped(
    path: Path, members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED
) -> Path:
    with zipfile.ZipFile(path, "w", method) as bundle:
        for name, content in members:
            bundle.writestr(name, content)
    return path


def test_a_file_a_folder_and_a_zip_hold_the_same_archive(tmp_path: Path) -> None:
    data = ARCHIVE.read_bytes()
    shutil.copy(ARCHIVE, tmp_path)
    (tmp_path / SIGNATURES).write_bytes(b"{}")
    (tmp_path / "minutes.txt").write_bytes(b"not part of the record")
    bundle = zipped(tmp_path / "r.zip", [("a.bel", data), (SIGNATURES, b"{}")])
    assert opened(ARCHIVE)[0] == opened(tmp_path)[0] == opened(bundle)[0] == data
    assert [opened(p)[1].signatures for p in (ARCHIVE, tmp_path, bundle)] == [None, b"{}", b"{}"]


def test_a_folder_has_one_archive(tmp_path: Path) -> None:
    for _ in ("none", "one too many"):
        with pytest.raises(Unreadable):
            opened(tmp_path)
        shutil.copy(ARCHIVE, tmp_path / "a.bel")
        shutil.copy(ARCHIVE, tmp_path / "b.bel")
    with pytest.raises(Unreadable):
        opened(tmp_path / "missing")


@pytest.mark.parametrize("beside", [*FILES])
def test_from_a_record_with_a_second_archive_nobody_is_sent_to_an_archive_alone(
    tmp_path: Path, beside: str
) -> None:
    for name in ("a.bel", "copie de a.bel"):
        shutil.copy(ARCHIVE, tmp_path / name)
    for complete, advice in ((False, "donnez le chemin"), (True, "sortez de ce dossier")):
        if complete:
            (tmp_path / beside).write_bytes(b"{}")
        with pytest.raises(Unreadable, match=r"2 \.bel archives") as refusal:
            opened(tmp_path)
        assert refusal.value.hint
        assert refusal.value.hint.fr.startswith(advice)


def test_a_name_that_begins_with_a_dot_is_a_systems_and_no_archive(tmp_path: Path) -> None:
    """``._a.bel`` is what macOS leaves beside ``a.bel`` on a stick or a share."""
    for folder in (tmp_path, tmp_path / "above" / "record"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "._a.bel").write_bytes(b"\0\5\x16\7")
        with pytest.raises(Unreadable, match="holds no"):
            opened(folder)
        shutil.copy(ARCHIVE, folder / "a.bel")
        assert opened(folder)[0] == ARCHIVE.read_bytes()
    with pytest.raises(Unreadable) as refusal:
        opened(tmp_path / "above")
    assert refusal.value.hint is not None
    assert "verify" in refusal.value.hint.en


DATA = ARCHIVE.read_bytes()
HONEST = {
    "at the top": [("a.bel", DATA)],
    "in a folder": [("record/a.bel", DATA), (f"record/{SIGNATURES}", b"{}")],
    "with its directory": [("record/", b""), ("record/a.bel", DATA)],
    "with an empty directory": [("a.bel", DATA), ("empty/", b"")],
    "made on macOS": [
        ("record/", b""),
        ("record/a.bel", DATA),
        ("record/.DS_Store", b"x"),
        (".DS_Store", b"x"),
        ("__MACOSX/", b""),
        ("__MACOSX/record/._a.bel", b"x"),
        ("__MACOSX/._record", b"x"),
    ],
}


@pytest.mark.parametrize("members", HONEST.values(), ids=HONEST)
def test_an_ordinary_zip_of_a_record_is_a_record(
    tmp_path: Path, members: list[tuple[str, bytes]]
) -> None:
    data, record = opened(zipped(tmp_path / "r.zip", members))
    assert data == DATA
    assert (record.signatures is not None) == any(SIGNATURES in name for name, _ in members)


STRAY = {
    "another file": [("a.bel", b"x"), ("minutes.txt", b"")],
    "a second archive": [("a.bel", b"x"), ("b.bel", b"x")],
    "a second archive in a folder": [("a.bel", b"x"), ("old/b.bel", b"x")],
    "a second folder": [("one/a.bel", b"x"), (f"two/{SIGNATURES}", b"{}")],
    "signatures beside the folder": [("one/a.bel", b"x"), (SIGNATURES, b"{}")],
    "two folders deep": [("election/record/a.bel", b"x")],
    "a hidden archive": [(".bel", b"x")],
    "a hidden file": [("a.bel", b"x"), (".hidden", b"")],
}


@pytest.mark.parametrize("members", STRAY.values(), ids=STRAY)
def test_a_zip_with_anything_else_is_not_judged(
    tmp_path: Path, members: list[tuple[str, bytes]]
) -> None:
    with pytest.raises(Unreadable, match="something else") as refusal:
        opened(zipped(tmp_path / "r.zip", members))
    assert refusal.value.hint
    assert "décompressez-le" in refusal.value.hint.fr


def linked(name: str, mode: int = 0o120777) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


HOSTILE: dict[str, list[tuple[str | zipfile.ZipInfo, bytes]]] = {
    "a path out": [("../a.bel", b"x")],
    "a path out among the ignored": [("a.bel", b"x"), ("__MACOSX/../../x", b"")],
    "an absolute path": [("/a.bel", b"x")],
    "a drive": [("C:/a.bel", b"x")],
    "backslashes": [("..\\a.bel", b"x")],
    "backslashes that end in a path out": [("record\\..\\..\\a.bel", b"x")],
    "a backslash first": [("\\a.bel", b"x")],
    "a drive and backslashes": [("C:\\a.bel", b"x")],
    "a symbolic link": [(linked("a.bel"), b"/etc/passwd")],
    "a device": [(linked("a.bel", 0o020666), b"")],
    "a bomb": [("a.bel", bytes(10_000_000))],
    "a bomb among the ignored": [("a.bel", b"x"), (".DS_Store", bytes(10_000_000))],
}


@pytest.mark.parametrize("members", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_zip_is_not_judged(
    tmp_path: Path, members: list[tuple[str | zipfile.ZipInfo, bytes]]
) -> None:
    with zipfile.ZipFile(tmp_path / "r.zip", "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in members:
            bundle.writestr(name, content)
    with pytest.raises(Unreadable, match="in this zip") as refusal:
        opened(tmp_path / "r.zip")
    assert refusal.value.hint
    assert refusal.value.hint.fr.startswith("ne le décompressez pas")
    assert ".bel" not in refusal.value.hint.fr  # of the archive alone less is verified


def index_of(entries: int, *, zip64: bool) -> bytes:
    """A zip that has nothing but an index of so many names."""
    one = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, *(0,) * 8, 1, *(0,) * 6) + b"a"
    size, few = entries * len(one), min(entries, 2**16 - 1)
    if not zip64:
        return one * entries + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, few, few, size, 0, 0)
    end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, size, 0)
    where = struct.pack("<4sLQL", b"PK\6\7", 0, size, 1)
    last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *(2**16 - 1,) * 2, *(2**32 - 1,) * 2, 0)
    return one * entries + end + where + last


@pytest.mark.parametrize("zip64", [False, True])
def test_a_zip_of_too_many_names_is_not_even_opened(tmp_path: Path, *, zip64: bool) -> None:
    """zipfile would have each in memory; the names are as many as the bytes of a file allow."""
    path = tmp_path / "r.zip"
    path.write_bytes(index_of(MAX_INDEX // 47, zip64=zip64))
    with pytest.raises(Unreadable, match="the same name twice"):
        unzip(path, tmp_path)
    path.write_bytes(index_of(MAX_INDEX // 47 + 1, zip64=zip64))
    with pytest.raises(Unreadable, match="too many names") as refusal:
        unzip(path, tmp_path)
    assert refusal.value.hint
    assert "décompressez-le" in refusal.value.hint.fr


def test_a_zip_of_an_old_windows_is_said_to_be_made_otherwise(tmp_path: Path) -> None:
    """Its names leave no folder; unpacked, they are those of a record."""
    names = [("record\\a.bel", DATA), (f"record\\{SIGNATURES}", b"{}")]
    with pytest.raises(Unreadable, match="made otherwise") as refusal:
        opened(zipped(tmp_path / "r.zip", names))
    assert "qui sort" not in refusal.value.text.fr
    assert refusal.value.hint
    assert refusal.value.hint.fr == "décompressez-le et vérifiez le dossier"


def test_an_encrypted_zip_is_not_judged(tmp_path: Path) -> None:
    data = bytearray(zipped(tmp_path / "r.zip", [("a.bel", DATA)]).read_bytes())
    data[6] |= 1  # the flags of the local header, then of the central directory
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "r.zip").write_bytes(data)
    with pytest.raises(Unreadable, match="encrypted"):
        opened(tmp_path / "r.zip")


def test_signatures_too_large_are_a_fault_wherever_they_are(tmp_path: Path) -> None:
    large = random.Random(17).randbytes(2**21)
    (tmp_path / "a.bel").write_bytes(DATA)
    (tmp_path / SIGNATURES).write_bytes(large)
    bundle = zipped(tmp_path / "r.zip", [("a.bel", b"x"), (SIGNATURES, large)])
    for path in (tmp_path, bundle):
        with pytest.raises(Malformed):
            opened(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_name_twice_is_refused(tmp_path: Path) -> None:
    for name in ("a.bel", SIGNATURES):
        members = [("a.bel", b"x"), (SIGNATURES, b"{}"), (name, b"y")]
        with pytest.raises(Unreadable, match="twice"):
            opened(zipped(tmp_path / "r.zip", members))


@pytest.mark.parametrize("beside", [0, 2])
def test_the_record_one_folder_deeper_is_pointed_at(tmp_path: Path, beside: int) -> None:
    for name in ("a.bel", "b.bel")[:beside]:
        (tmp_path / name).write_bytes(DATA)
    with pytest.raises(Unreadable) as refusal:
        opened(tmp_path)
    assert refusal.value.hint
    assert "vérifiez" not in refusal.value.hint.fr
    (tmp_path / "record").mkdir()
    (tmp_path / "record" / "a.bel").write_bytes(DATA)
    with pytest.raises(Unreadable) as refusal:
        opened(tmp_path)
    assert refusal.value.hint == (f"vérifiez {tmp_path}/record", f"verify {tmp_path}/record")


def test_a_record_among_other_folders_is_pointed_at_and_no_journal_is_missed(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.bel").write_bytes(DATA)
    (tmp_path / "record").mkdir()
    assert opened(tmp_path)[0] == DATA
    (tmp_path / "record" / "a.bel").write_bytes(DATA)
    with pytest.raises(Unreadable, match="holds another") as refusal:
        opened(tmp_path)
    assert refusal.value.hint == (f"vérifiez {tmp_path}/record", f"verify {tmp_path}/record")
    (tmp_path / "journal.jsonl").write_bytes(b"")  # then it says itself that it is a record
    assert opened(tmp_path)[1].journal == b""


def test_a_damaged_zip_is_unreadable(tmp_path: Path) -> None:
    data = zipped(tmp_path / "r.zip", [("a.bel", ARCHIVE.read_bytes())]).read_bytes()
    for damaged in (data[:-30], data[:200] + b"\0\0\0\0" + data[204:], b"PK\x03\x04", data[:400]):
        (tmp_path / "d.zip").write_bytes(damaged)
        with pytest.raises(Unreadable):
            opened(tmp_path / "d.zip")


def test_a_place_before_the_start_of_the_zip_is_damage(tmp_path: Path) -> None:
    data = bytearray(zipped(tmp_path / "r.zip", [("a.bel", ARCHIVE.read_bytes())]).read_bytes())
    place = data.index(b"PK\x05\x06") + 16  # where the zip says that its index is
    data[place : place + 4] = (int.from_bytes(data[place : place + 4], "little") + 9).to_bytes(
        4, "little"
    )
    (tmp_path / "d.zip").write_bytes(data)
    with pytest.raises(Unreadable, match="zip file"):
        opened(tmp_path / "d.zip")


def test_a_member_without_a_name_is_refused(tmp_path: Path) -> None:
    bundle = zipped(tmp_path / "r.zip", [("a.bel", ARCHIVE.read_bytes()), ("#name", b"x")])
    bundle.write_bytes(bundle.read_bytes().replace(b"#name", b"\0name"))
    with pytest.raises(Unreadable, match="an empty name"):
        opened(bundle)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_full_or_broken_disk_is_not_called_a_damaged_zip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("audit.bundle._copy", fail)
    path = zipped(tmp_path / "r.zip", [("a.bel", ARCHIVE.read_bytes())])
    with pytest.raises(Unreadable, match="disk"):
        opened(path)
    with pytest.raises(Unreadable, match="disk"), open_earlier(path):
        pass


def test_an_earlier_zip_that_is_damaged_is_said_to_be_that(tmp_path: Path) -> None:
    path = zipped(tmp_path / "r.zip", [("a.bel", ARCHIVE.read_bytes())])
    data = path.read_bytes()
    place = data.index(b"PK\x05\x06") + 16  # where the zip says that its index is
    before = (int.from_bytes(data[place : place + 4], "little") + 9).to_bytes(4, "little")
    for damaged in (data[:-30], data[:place] + before + data[place + 4 :]):
        path.write_bytes(damaged)
        with open_earlier(path) as earlier:
            assert isinstance(earlier, Damaged)


def test_a_pipe_or_a_device_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.bel")
    for path in (tmp_path, tmp_path / "x.bel", Path("/dev/zero")):
        with pytest.raises(Unreadable, match="no ordinary file"):
            opened(path)
        with pytest.raises(Unreadable, match="no ordinary file"), open_earlier(path):
            pass
    with pytest.raises(Unreadable, match="no ordinary file"):
        check_opened(tmp_path / "x.bel", None)
