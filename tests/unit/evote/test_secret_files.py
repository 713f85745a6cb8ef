# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that hold a secret: whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from evote.secret_files import create_secret_file, destroy_secret_file


def full_disk(_handle: int) -> None:
    raise OSError(28, "No space left on device")


def test_what_could_not_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full_disk)
        with pytest.raises(OSError, match="No space"):
            create_secret_file(tmp_path / "key", b"secret")
    assert not list(tmp_path.iterdir())
    create_secret_file(tmp_path / "key", b"secret")


def test_another_file_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"of somebody else")
    with pytest.raises(FileExistsError):
        create_secret_file(tmp_path / "key", b"secret")
    assert (tmp_path / "key").read_bytes() == b"of somebody else"


def test_what_a_killed_process_left_is_taken_away_and_no_key_with_it(tmp_path: Path) -> None:
    path, left = tmp_path / "key", tmp_path / ".key.new"
    left.write_bytes(b"sec")
    create_secret_file(path, b"secret")
    os.link(path, left)  # killed between its name and the end of the other one
    with pytest.raises(FileExistsError):
        create_secret_file(path, b"another")
    assert path.read_bytes() == b"secret"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_destroyed_has_no_other_name(tmp_path: Path) -> None:
    create_secret_file(tmp_path / "key", b"secret")
    (tmp_path / ".key.new").write_bytes(b"secret")
    destroy_secret_file(tmp_path / "key")
    assert not list(tmp_path.iterdir())


def test_what_could_not_be_destroyed_for_sure_has_no_name_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_secret_file(tmp_path / "key", b"secret")
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        destroy_secret_file(tmp_path / "key")
    assert not list(tmp_path.iterdir())
