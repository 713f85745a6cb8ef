# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which folders and zips are records, docs/protocol.md §17.1: nothing else is let in."""

from __future__ import annotations

import errno
import io
import os
import random
import stat
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from tally import record_files
from tally.boards import opened_board
from tally.errors import Unreadable
from tally.record_files import opened_files

FILES = {"a.bel": b"archive", "journal.jsonl": b"j", "board.checkpoint": b"b"}


def zip_of(files: dict[str, bytes], *, infos: dict[str, int] | None = None) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (infos or {}).get(name, 0)
            zipped.writestr(info, data)
    return stream.getvalue()


def read(path: Path) -> tuple[bytes, dict[str, bytes], bool]:
    with opened_files(path) as files:
        return files.archive.read(), dict(files.others), files.alone


def zipped(tmp_path: Path, files: dict[str, bytes], **options: dict[str, int]) -> Path:
    path = tmp_path / "record.zip"
    path.write_bytes(zip_of(files, **options))
    return path


def folder(tmp_path: Path, files: dict[str, bytes]) -> Path:
    path = tmp_path / "record"
    path.mkdir()
    for name, data in files.items():
        (path / name).write_bytes(data)
    return path


OTHERS = {name: data for name, data in FILES.items() if name != "a.bel"}


def test_a_folder_a_zip_and_an_archive_alone_are_read(tmp_path: Path) -> None:
    assert read(folder(tmp_path, FILES)) == (b"archive", OTHERS, False)
    assert read(zipped(tmp_path, FILES)) == (b"archive", OTHERS, False)
    assert read(tmp_path / "record" / "a.bel") == (b"archive", {}, True)


def test_other_files_of_a_folder_are_not_read(tmp_path: Path) -> None:
    more = {**FILES, "notes.txt": b"x", ".DS_Store": b"x", "._a.bel": b"\0\5\x16\7"}
    assert read(folder(tmp_path, more))[1] == OTHERS


@pytest.mark.parametrize(
    "ignored", ["", "__MACOSX/._a.bel", ".DS_Store", "school/", "school/.DS_Store"]
)
def test_a_zip_may_have_one_folder_and_what_systems_add(tmp_path: Path, ignored: str) -> None:
    inside = {f"school/{name}": data for name, data in FILES.items()}
    more = {ignored: b""} if ignored else {}
    assert read(zipped(tmp_path, {**more, **inside})) == (b"archive", OTHERS, False)


REFUSED = {
    "no archive": {"journal.jsonl": b"j"},
    "two archives": {**FILES, "b.bel": b"x"},
    "another file": {**FILES, "read-me.txt": b"x"},
    "another file in a folder": {**FILES, "more/read-me.txt": b"x"},
    "two folders": {**FILES, "more/journal.checkpoint": b"x"},
    "a folder in a folder": {"a/b/a.bel": b"x"},
    "the same name in two folders": {**FILES, "more/journal.jsonl": b"x"},
    "a path that leaves": {**FILES, "../journal.checkpoint": b"x"},
    "all in a folder that leaves": {f"../{name}": data for name, data in FILES.items()},
    "an absolute path": {**FILES, "/journal.checkpoint": b"x"},
    "a path of Windows": {**FILES, "C:journal.checkpoint": b"x"},
    "too many members": {**FILES, **{f"__MACOSX/{n}": b"" for n in range(100)}},
    "a journal that is too long": {**FILES, "journal.jsonl": bytes(2**24 + 1)},
    "a checkpoint that is too long": {**FILES, "board.checkpoint": bytes(2**16 + 1)},
}


@pytest.mark.parametrize("files", REFUSED.values(), ids=REFUSED)
def test_another_zip_is_no_record(tmp_path: Path, files: dict[str, bytes]) -> None:
    with pytest.raises(Unreadable):
        read(zipped(tmp_path, files))


def test_a_zip_of_too_many_names_is_not_even_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``zipfile`` would have each in memory; the names are as many as the bytes of a file allow."""
    path = tmp_path / "r.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        for number in range(30_000):
            zipped.writestr(f"{number}", b"")
    monkeypatch.setattr(zipfile, "ZipInfo", None)  # nothing of it comes to be
    with pytest.raises(Unreadable, match="trop de fichiers"), opened_files(path):
        pass


def test_the_same_member_twice_is_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(stream, "w") as both:
            for data in (b"one", b"two"):
                both.writestr("a.bel", data)
    (tmp_path / "twice.zip").write_bytes(stream.getvalue())
    with pytest.raises(Unreadable, match="à sa place"):
        read(tmp_path / "twice.zip")


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = {"journal.jsonl": (stat.S_IFLNK | 0o777) << 16}
    with pytest.raises(Unreadable, match="lien"):
        read(zipped(tmp_path, FILES, infos=link))


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    data = bytearray(zip_of({"a.bel": b"x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(data)
    with pytest.raises(Unreadable, match="chiffré"):
        read(tmp_path / "locked.zip")


def test_an_archive_larger_than_announced_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_files, "MAX_ARCHIVE_BYTES", 6)
    with pytest.raises(Unreadable, match="trop gros"):
        read(zipped(tmp_path, FILES))


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_damaged_zip_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cut.zip"
    path.write_bytes(zip_of(FILES)[:-cut])
    with pytest.raises(Unreadable, match="abîmé"):
        read(path)


def test_a_zip_with_a_changed_byte_is_refused(tmp_path: Path) -> None:
    data = bytearray(zip_of({"a.bel": bytes(range(256))}))
    data[60] ^= 1
    (tmp_path / "changed.zip").write_bytes(data)
    with pytest.raises(Unreadable, match="abîmé"):
        read(tmp_path / "changed.zip")


@pytest.mark.parametrize("names", [[], ["a.bel", "b.bel"]])
def test_a_folder_without_its_one_archive_is_refused(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(Unreadable, match=r"archives \.bel"):
        read(folder(tmp_path, dict.fromkeys(names, b"")))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="n'existe pas"):
        read(tmp_path / "nothing")


def test_a_zip_with_a_damaged_stream_is_refused(tmp_path: Path) -> None:
    data = bytearray(zip_of({"a.bel": random.Random(5).randbytes(300).hex().encode()}))
    data[35] = 0xFF  # the first byte of what is compressed: a kind of block that there is not
    (tmp_path / "damaged.zip").write_bytes(data)
    with pytest.raises(Unreadable, match="abîmé"):
        read(tmp_path / "damaged.zip")


def test_a_place_before_the_start_of_the_zip_is_damage(tmp_path: Path) -> None:
    data = bytearray(zip_of({"a.bel": b"x"}))
    place = data.index(b"PK\x05\x06") + 16  # where the zip says that its index is
    data[place] += 9
    (tmp_path / "damaged.zip").write_bytes(data)
    with pytest.raises(Unreadable, match="abîmé"):
        read(tmp_path / "damaged.zip")


class FullDisk(io.BytesIO):
    def write(self, _data: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def full_device() -> BinaryIO:
    return Path("/dev/full").open("r+b")


@pytest.mark.parametrize("disk", [FullDisk, full_device])
def test_a_full_disk_is_not_called_a_damaged_zip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disk: Callable[[], BinaryIO]
) -> None:
    monkeypatch.setattr("tempfile.SpooledTemporaryFile", lambda _size: disk())
    with pytest.raises(Unreadable, match="le disque est plein"):
        read(zipped(tmp_path, FILES))


@pytest.mark.parametrize("name", ["a.bel", "journal.jsonl", ".DS_Store"])
def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(record_files, "_chunks", None)
    with pytest.raises(Unreadable, match="trop gros une fois décompressé"):
        read(zipped(tmp_path, {**FILES, name: bytes(10_000_000)}))


def test_a_size_that_lies_is_refused(tmp_path: Path) -> None:
    data = bytearray(zip_of({"a.bel": bytes(10_000)}))
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = (100).to_bytes(4, "little")
    (tmp_path / "lie.zip").write_bytes(data)
    with pytest.raises(Unreadable, match=r"abîmé|trop gros"):
        read(tmp_path / "lie.zip")


def test_a_pipe_or_a_device_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.bel")
    for path in (tmp_path, tmp_path / "x.bel", Path("/dev/zero")):
        with pytest.raises(Unreadable, match="pas un fichier ordinaire"):
            read(path)
    with pytest.raises(Unreadable, match="pas un fichier ordinaire"), opened_board(path):
        pass
