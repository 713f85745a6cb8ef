# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files are written whole or not at all: docs/protocol.md §7.14."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tally.errors import Refusal, Unreadable
from tally.files import NewFile, read_file, write_files


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_all_files_are_written(tmp_path: Path) -> None:
    write_files([NewFile(tmp_path / "a", b"1"), NewFile(tmp_path / "b", b"2", secret=True)])
    assert names(tmp_path) == ["a", "b"]
    assert (tmp_path / "b").read_bytes() == b"2"


@pytest.mark.parametrize("failing", ["fsync", "replace", "link"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_fails_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str, number: int
) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"old")
    real, calls = os.fsync, iter(range(100))

    def fail(*arguments: object) -> None:
        raise OSError(number, "it failed")

    def fail_the_second_time(handle: int) -> None:
        if next(calls):
            fail()
        real(handle)

    if failing == "fsync":
        monkeypatch.setattr("tally.files.os.fsync", fail_the_second_time)
    elif failing == "replace":
        monkeypatch.setattr("pathlib.Path.replace", fail)
    else:
        monkeypatch.setattr("tally.files.os.link", fail)
        monkeypatch.setattr("tally.files.os.open", fail)
    with pytest.raises(Unreadable, match="rien n'a été écrit"):
        write_files([NewFile(tmp_path / "message", b"m"), NewFile(key, b"new", replace=True)])
    monkeypatch.undo()
    assert names(tmp_path) == ["key"]
    assert key.read_bytes() == b"old"


def test_a_full_disk_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tally.files.os.fsync", full)
    with pytest.raises(Unreadable, match="le disque est plein"):
        write_files([NewFile(tmp_path / "a", b"1")])


def test_ctrl_c_between_two_files_leaves_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.replace", interrupt)
    key = tmp_path / "key"
    with pytest.raises(KeyboardInterrupt):
        write_files([NewFile(tmp_path / "message", b"m"), NewFile(key, b"new", replace=True)])
    assert names(tmp_path) == []


def test_a_disk_without_hard_links_still_never_overwrites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*arguments: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr("tally.files.os.link", no_links)
    write_files([NewFile(tmp_path / "a", b"1")])
    with pytest.raises(Refusal, match="existe déjà"):
        write_files([NewFile(tmp_path / "a", b"2")])
    assert (tmp_path / "a").read_bytes() == b"1"
    assert names(tmp_path) == ["a"]


def test_without_hard_links_a_file_that_came_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*arguments: object) -> None:
        (tmp_path / "a").write_bytes(b"of somebody else")  # after we had looked
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr("tally.files.os.link", no_links)
    with pytest.raises(Refusal, match="existe déjà"):
        write_files([NewFile(tmp_path / "a", b"ours")])
    assert (tmp_path / "a").read_bytes() == b"of somebody else"
    assert names(tmp_path) == ["a"]


def test_a_file_behind_a_link_is_replaced_and_not_the_link(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    target = tmp_path / "stick" / "secret-1.key"
    target.write_bytes(b"old secrets")
    (tmp_path / "secret-1.key").symlink_to(target)
    write_files([NewFile(tmp_path / "secret-1.key", b"new", secret=True, replace=True)])
    assert target.read_bytes() == b"new"
    assert (tmp_path / "secret-1.key").is_symlink()
    assert names(tmp_path / "stick") == ["secret-1.key"]


def test_a_link_that_leads_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "target")
    with pytest.raises(Refusal, match="existe déjà"):
        write_files([NewFile(tmp_path / "a", b"1")])
    assert not (tmp_path / "target").exists()


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert read_file(tmp_path / "a", limit=5) == b"12345"
    with pytest.raises(Unreadable, match="trop gros"):
        read_file(tmp_path / "a", limit=4)


@pytest.mark.parametrize("path", ["missing", "."])
def test_what_cannot_be_read_is_said(tmp_path: Path, path: str) -> None:
    with pytest.raises(Unreadable):
        read_file(tmp_path / path)
