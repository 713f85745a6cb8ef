# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keys of the roll: made once, apart, and destroyed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from evote.keys import FIRST_LINE, KeyFolder, KeyUnavailable

UUID = "AbCdEfGhJkLmNp"


def test_a_key_is_made_once_readable_by_its_owner_and_found_again(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path)
    sealed = folder.create(UUID).seal(("elector", 1), b"name")
    assert folder.load(UUID).open(("elector", 1), sealed) == b"name"
    path = tmp_path / f"{UUID}.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().startswith(FIRST_LINE)
    with pytest.raises(KeyUnavailable, match="cannot be made"):
        folder.create(UUID)


def test_a_sealed_value_opens_in_its_place_with_its_key_alone(tmp_path: Path) -> None:
    keys, other = KeyFolder(tmp_path).create(UUID), KeyFolder(tmp_path).create(UUID + "x")
    sealed = keys.seal(("elector", 1), b"name")
    assert sealed != keys.seal(("elector", 1), b"name")
    for holder, place, data in (
        (other, ("elector", 1), sealed),
        (keys, ("elector", 11), sealed),
        (keys, ("elector1",), sealed),
        (keys, ("elector", 1), sealed[:-1]),
        (keys, ("elector", 1), b""),
    ):
        with pytest.raises(KeyUnavailable):
            holder.open(place, data)


def test_macs_tell_parts_and_elections_apart(tmp_path: Path) -> None:
    keys, other = KeyFolder(tmp_path).create(UUID), KeyFolder(tmp_path).create(UUID + "x")
    macs = {keys.mac(("a", "bc")), keys.mac(("ab", "c")), keys.mac(("abc",)), other.mac(("abc",))}
    assert len(macs) == 4


def test_a_destroyed_key_is_gone(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path)
    folder.create(UUID)
    folder.destroy(UUID)
    folder.destroy(UUID)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(KeyUnavailable, match="cannot be read"):
        folder.load(UUID)


@pytest.mark.parametrize("uuid", ["", "../../etc/passwd", "short", UUID + "/x", "a" * 65])
def test_no_name_leaves_the_folder(tmp_path: Path, uuid: str) -> None:
    with pytest.raises(KeyUnavailable, match="not the number"):
        KeyFolder(tmp_path).load(uuid)


@pytest.mark.parametrize("content", [b"", b"\xff", FIRST_LINE.encode() + b"\nabc\n"])
def test_another_file_is_no_key(tmp_path: Path, content: bytes) -> None:
    (tmp_path / f"{UUID}.key").write_bytes(content)
    with pytest.raises(KeyUnavailable):
        KeyFolder(tmp_path).load(UUID)
