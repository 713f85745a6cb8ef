# SPDX-License-Identifier: AGPL-3.0-or-later
"""The disk of whoever watches changes or loses what was kept, in between: no server is accused."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.watching.store import DIARY, HOURS
from audit.words import Unusable
from tests.watching.board import UUID, TestBoard
from tests.watching.watched import Watched

Hurt = Callable[[Path], object]
FILES = (f"{UUID}.bel", "journal.jsonl")


def flip(path: Path) -> None:
    """One bit, in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize("hurt", [flip, cut, Path.unlink])
@pytest.mark.parametrize("name", FILES)
def test_a_kept_file_that_changes_under_a_running_watch_accuses_nobody(
    name: str, hurt: Hurt, board: TestBoard, watched: Watched
) -> None:
    board.cast()
    board.pass_time()
    assert watched.round() == []
    hurt(watched.folder / "record" / name)
    board.pass_time()
    with pytest.raises(Unusable, match="damaged"):
        watched.round()
    assert watched.alarms == []
    assert not any("alarm" in line for line in watched.store.lines)


@pytest.mark.parametrize("name", ["board", "journal"])
def test_a_kept_file_that_the_disk_does_not_give_is_the_disks_fault(
    name: str, board: TestBoard, watched: Watched
) -> None:
    """Not that of the server which is read again meanwhile."""
    path = watched.store.path(name)
    path.unlink()
    path.mkdir()
    board.pass_time()
    with pytest.raises(Unusable, match="not read back: this is a folder"):
        watched.round()
    assert watched.alarms == []


@pytest.mark.parametrize("hurt", [flip, cut])
@pytest.mark.parametrize("log", ["board", "journal"])
def test_what_changes_while_it_waits_to_be_kept_is_not_kept(
    log: str, hurt: Hurt, board: TestBoard, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sum is taken as it comes in; the watch goes on from what was kept before."""
    watcher = watched.watcher
    keep = watcher.keeper.keep
    pending = watched.folder / f"pending.{log}"

    def keep_after(candidates: dict[str, list[object]]) -> bool:
        watcher.logs[log]._pending.flush()
        hurt(pending)
        return keep(candidates)  # type: ignore[arg-type]

    monkeypatch.setattr(watcher.keeper, "keep", keep_after)
    while len(board.shown.logs.entries(log)) == watcher.logs[log].kept:
        board.go_on()
    board.pass_time()
    with pytest.raises(Unusable, match="changed what had just been written"):
        watched.round()
    watched.restart()
    assert watched.round() == []
    assert watched.watcher.logs[log].kept == len(board.shown.logs.entries(log))


@pytest.mark.parametrize("left", [None, 5, 600])
def test_an_event_that_the_disk_changed_contradicts_no_promise(
    left: int | None, watched: Watched
) -> None:
    """A bit of it, or its end, or all but the start of its header."""
    log = watched.watcher.logs["board"]
    last = log.kept - 1
    event, path = log.event(last), watched.store.path("board")
    data, start = path.read_bytes(), log.copy.length(last)
    changed = data.replace(event, event[:-1] + b"]")
    assert changed != data
    path.write_bytes(changed if left is None else data[: start + left])
    with pytest.raises(Unusable, match="damaged"):
        log.event(last)


def test_a_list_of_what_is_asked_for_that_cannot_be_read_is_the_disks_fault(
    watched: Watched,
) -> None:
    """It was read, not written: the sentence says which."""
    path = watched.folder / HOURS
    path.unlink(missing_ok=True)
    path.mkdir()
    with pytest.raises(Unusable, match="not read back: this is a folder"):
        watched.store.hours()


@pytest.mark.parametrize("name", [DIARY, HOURS])
def test_a_disk_that_gives_nothing_back_at_the_start_is_told_so(
    name: str, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.round()
    is_there = Path.exists

    def fails(path: Path) -> bool:
        if path.name == name:
            raise OSError(errno.EIO, "Input/output error")
        return is_there(path)

    monkeypatch.setattr(Path, "exists", fails)
    with pytest.raises(Unusable, match="not read back: the disk"):
        watched.restart()
