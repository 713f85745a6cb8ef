# SPDX-License-Identifier: AGPL-3.0-or-later
"""The head file only moves forward, for one at a time, and says when it cannot be used: ADR 15."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from evote.heads import HeadFile, Heads, HeadsUnavailable
from protocol.merkle import LogPosition

BOARD, JOURNAL = "h/U/board", "h/U/journal"
ONE, TWO = LogPosition(1, "1" * 64), LogPosition(2, "2" * 64)


@pytest.fixture
def heads(tmp_path: Path) -> Heads:
    return Heads(tmp_path / "heads.sqlite")


def move(heads: Heads, origin: str, position: LogPosition) -> None:
    with heads.moving() as moving:
        moving.move(origin, position)


def test_heads_are_kept_by_log_and_for_the_owner_alone(heads: Heads, tmp_path: Path) -> None:
    assert heads.read(BOARD, JOURNAL) == (None, None)
    assert not list(tmp_path.iterdir())
    move(heads, BOARD, ONE)
    move(heads, JOURNAL, TWO)
    move(heads, BOARD, TWO)
    assert Heads(tmp_path / "heads.sqlite").read(BOARD, JOURNAL, "h/V/board") == (TWO, TWO, None)
    with heads.moving() as moving:
        assert moving.head(BOARD) == TWO
        files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(files.values()) == {0o600}


@pytest.mark.parametrize("position", [ONE, TWO, LogPosition(2, "3" * 64)])
def test_a_head_never_stays_or_goes_back(heads: Heads, position: LogPosition) -> None:
    move(heads, BOARD, TWO)
    with pytest.raises(RuntimeError, match="forward only"):
        move(heads, BOARD, position)
    assert heads.read(BOARD) == (TWO,)


def test_a_stamp_is_kept_and_never_goes_back(heads: Heads) -> None:
    assert heads.read_stamped(BOARD, JOURNAL) == ((None, None), 0)
    for at in (7, 9, 8):
        with heads.moving() as moving:
            moving.move_stamp(BOARD, at)
    with heads.moving() as moving:
        assert (moving.stamp(BOARD), moving.stamp(JOURNAL)) == (9, 0)
    assert heads.read_stamped(BOARD, JOURNAL) == ((None, None), 9)


def move_and_fail(heads: Heads) -> None:
    with heads.moving() as moving:
        moving.move(BOARD, TWO)
        moving.move(JOURNAL, ONE)
        raise ZeroDivisionError


def test_what_fails_moves_nothing(heads: Heads) -> None:
    move(heads, BOARD, ONE)
    with pytest.raises(ZeroDivisionError):
        move_and_fail(heads)
    assert heads.read(BOARD, JOURNAL) == (ONE, None)


def test_an_empty_file_is_as_none(heads: Heads, tmp_path: Path) -> None:
    (tmp_path / "heads.sqlite").touch()
    assert heads.read(BOARD) == (None,)
    move(heads, BOARD, ONE)
    assert heads.read(BOARD) == (ONE,)


def test_two_do_not_compare_and_move_at_once(heads: Heads, tmp_path: Path) -> None:
    other, order = Heads(tmp_path / "heads.sqlite"), list[str]()

    def second() -> None:
        with other.moving() as moving:
            order.append("second")
            assert moving.head(BOARD) == ONE

    thread = threading.Thread(target=second)
    with heads.moving() as moving:
        thread.start()
        thread.join(0.3)
        moving.move(BOARD, ONE)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_marks_are_kept_for_a_year_and_no_longer(heads: Heads) -> None:
    day = 86_400
    heads.mark("nothing to mark", 0)
    assert heads.read_all() == HeadFile()
    move(heads, BOARD, ONE)
    for backup, at in (("first", 0), ("second", 300 * day), ("third", 401 * day)):
        heads.mark(backup, at)
    said = heads.read_all()
    assert said.marks == {"second", "third"}
    assert (said.lines[BOARD].position, said.written) == (ONE, 0)


def test_a_file_of_before_has_no_marks(heads: Heads, tmp_path: Path) -> None:
    move(heads, BOARD, ONE)
    with contextlib.closing(sqlite3.connect(tmp_path / "heads.sqlite")) as connection:
        for table in ("mark", "written", "told"):
            connection.execute(f"DROP TABLE {table}")
    said = heads.read_all()
    assert (said.lines[BOARD].position, said.marks, said.written) == (ONE, frozenset(), 0)
    heads.keep_alive(7 * 60)
    assert heads.read_all().written == 7 * 60


def test_a_file_that_cannot_be_used_is_said_so(tmp_path: Path) -> None:
    damaged = tmp_path / "heads.sqlite"
    damaged.write_bytes(b"not a database at all" * 100)
    for heads in (Heads(damaged), Heads(tmp_path / "heads.sqlite" / "below")):
        with pytest.raises(HeadsUnavailable):
            move(heads, BOARD, ONE)
    with pytest.raises(HeadsUnavailable):
        Heads(damaged).read(BOARD)
