# SPDX-License-Identifier: AGPL-3.0-or-later
"""§17.1: what is a record, and what a zip may not hold."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from audit.record import SIGNATURES, Record, open_record
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


STRAY = {
    "another file": [("a.bel", b"x"), ("minutes.txt", b"")],
    "a second archive": [("a.bel", b"x"), ("b.bel", b"x")],
    "a folder": [("a.bel", b"x"), ("folder/", b"")],
    "inside a folder": [("record/a.bel", b"x")],
    "a path out": [("../a.bel", b"x")],
    "a hidden file": [("a.bel", b"x"), (".DS_Store", b"")],
    "a bomb": [("a.bel", bytes(10_000_000))],
    "signatures too large": [("a.bel", b"x"), (SIGNATURES, bytes(range(256)) * 8192)],
}


@pytest.mark.parametrize("members", STRAY.values(), ids=STRAY)
def test_a_zip_with_anything_else_is_refused(
    tmp_path: Path, members: list[tuple[str, bytes]]
) -> None:
    with pytest.raises(Malformed):
        opened(zipped(tmp_path / "r.zip", members))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_name_twice_is_refused(tmp_path: Path) -> None:
    for name in ("a.bel", SIGNATURES):
        members = [("a.bel", b"x"), (SIGNATURES, b"{}"), (name, b"y")]
        with pytest.raises(Malformed):
            opened(zipped(tmp_path / "r.zip", members))


def test_a_damaged_zip_is_unreadable(tmp_path: Path) -> None:
    data = zipped(tmp_path / "r.zip", [("a.bel", ARCHIVE.read_bytes())]).read_bytes()
    for damaged in (data[:-30], data[:200] + b"\0\0\0\0" + data[204:], b"PK\x03\x04", data[:400]):
        (tmp_path / "d.zip").write_bytes(damaged)
        with pytest.raises(Unreadable):
            opened(tmp_path / "d.zip")
