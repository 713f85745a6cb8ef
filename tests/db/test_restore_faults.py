# SPDX-License-Identifier: AGPL-3.0-or-later
"""A restore that is killed anywhere, disks that fail: nothing, or all of it, and again: ADR 16."""

from __future__ import annotations

import os
import random
import re
import signal
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from time import sleep

import pytest

from tests.db.lost_server import Done, Lost, Place, lose
from tests.db.postgresql import Server
from tests.db.restorer import POINTS
from tests.db.rows import Rows
from tests.db.strace import failing, killed_at, watched

SEED = os.environ.get("SOAK_SEED", "restore")
# The calls that change a file or bring it to the disk.
CALLS = ("write", "pwrite64", "fdatasync", "fsync", "ftruncate", "link", "unlink")
FAULTS = [("pwrite64", "ENOSPC"), ("fdatasync", "EIO"), ("fsync", "EIO")]


Call = tuple[str, int]


@cache
def lost() -> Lost:
    """One for all tests of a process: it is only read."""
    return lose(Path(mkdtemp(prefix="preau-test-")))


def place_in(folder: Path, url: str = "") -> Place:
    for name in ("data", "keys"):
        (folder / name).mkdir(parents=True, mode=0o700)
    return Place(lost(), folder, url or f"sqlite:///{folder}/data/preau.db")


@cache
def undisturbed() -> tuple[Rows, tuple[Call, ...]]:
    """The rows that a restore leaves, and its every call: a name, and which of that name it is."""
    folder = Path(mkdtemp(prefix="preau-test-"))
    place = place_in(folder)
    done = place.restore(before=watched(CALLS, folder / "calls"))
    assert done.status == 0, done.said
    names = (line.partition("(")[0] for line in (folder / "calls").read_text().splitlines())
    counts = Counter(name for name in names if name in CALLS)
    rows = place.go_on(folder / "record")
    return rows, tuple((call, n + 1) for call, count in counts.items() for n in range(count))


def finish(place: Place) -> None:
    """The same command does it, or says that it is done; then all that was ever said is true."""
    was_there = place.is_there()
    done = place.restore()
    if was_there:
        assert (done.status, "il est complet" in done.said) == (1, True), done.said
    else:
        assert done.status == 0, done.said
    assert place.is_there()
    assert place.go_on(place.folder / "record") == undisturbed()[0]


@pytest.mark.share(4)
@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_it_is_not_there_or_whole(tmp_path: Path, point: str) -> None:
    place = place_in(tmp_path)
    assert place.restore(point=point).status == -signal.SIGKILL
    assert place.is_there() is (point in ("committed", "rewritten", "published"))
    finish(place)


@pytest.mark.db
@pytest.mark.parametrize("point", ["keys placed", "heads moved", "committed"])
def test_killed_anywhere_on_postgresql_too(tmp_path: Path, postgresql: Server, point: str) -> None:
    place = place_in(tmp_path, empty(postgresql))
    assert place.restore(point=point).status == -signal.SIGKILL
    assert place.is_there() is (point == "committed")
    finish(place)


def empty(server: Server) -> str:
    server.execute("DROP DATABASE IF EXISTS other", "CREATE DATABASE other")
    return server.url("other")


@pytest.mark.db
@pytest.mark.parametrize("point", ["completed", "heads moved", "committed"])
def test_postgresql_that_stops_meanwhile_is_told(
    tmp_path: Path, postgresql: Server, point: str
) -> None:
    place = place_in(tmp_path, empty(postgresql))
    with ThreadPoolExecutor(1) as pool:
        restoring = pool.submit(place.restore, point=point, meet=tmp_path)
        while not (tmp_path / "reached").exists() and not restoring.done():
            sleep(0.01)
        postgresql.stop("immediate")
        try:
            (tmp_path / "go on").touch()
            done = restoring.result()
        finally:
            postgresql.start()
    assert done.status == (0 if point == "committed" else 1), done.said
    require_plain(done, is_there=place.is_there())
    finish(place)


def check_kill(folder: Path, call: Call) -> None:
    place = place_in(folder)
    done = place.restore(before=killed_at(*call, folder / "calls", children=False))
    assert done.status == -signal.SIGKILL, (call, done.said)
    finish(place)


def check_failing(folder: Path, call: Call, error: str) -> None:
    place = place_in(folder)
    done = place.restore(before=failing(call[0], error, folder / "calls", start=call[1]))
    require_plain(done, is_there=place.is_there())
    finish(place)


def require_plain(done: Done, *, is_there: bool) -> None:
    """One French sentence and an advice, if it is not done; where it is, no word of refusal."""
    if done.status == 0:
        assert is_there
        assert "Le serveur est rétabli" in done.said
    else:
        assert done.status in (1, 2)
        assert re.search(r"(?m)^evote : (?!erreur inattendue).+\nconseil : .+$", done.said)
    assert "Traceback" not in done.said


def drawn(what: str, calls: Iterable[Call], count: int) -> list[Call]:
    return random.Random(f"{SEED}/{what}").sample(sorted(calls), count)


def calls_named(name: str) -> list[Call]:
    return [each for each in undisturbed()[1] if each[0] == name]


@pytest.mark.db  # strace
@pytest.mark.parametrize("name", CALLS)
def test_killed_at_a_call_of_the_system_drawn(tmp_path: Path, name: str) -> None:
    """One call of each kind here; every one of them in ``make soak``."""
    check_kill(tmp_path, *drawn(name, calls_named(name), 1))


@pytest.mark.db  # strace
@pytest.mark.parametrize("call", [("write", 1), ("fsync", 1), ("link", 1), ("unlink", 2)])
def test_killed_while_a_key_is_written_it_leaves_no_half_of_it(tmp_path: Path, call: Call) -> None:
    place = place_in(tmp_path)
    file = place.keys / f".{lost().school.uuid}.key.new"
    done = place.restore(before=killed_at(*call, tmp_path / "calls", file=file))
    assert done.status == -signal.SIGKILL, done.said
    assert file.exists()
    assert not place.is_there()
    finish(place)


@pytest.mark.db  # strace
@pytest.mark.parametrize("which", range(2))
@pytest.mark.parametrize(("call", "error"), FAULTS)
def test_a_disk_that_fails_from_some_call_on(
    tmp_path: Path, call: str, error: str, which: int
) -> None:
    check_failing(tmp_path, drawn(error, calls_named(call), 2)[which], error)


@pytest.mark.soak
@pytest.mark.parametrize(("call", "error"), FAULTS)
def test_a_disk_that_fails_from_every_call_on(tmp_path: Path, call: str, error: str) -> None:
    calls = calls_named(call)
    for each in calls:
        check_failing(tmp_path / str(each[1]), each, error)
    print(f"{len(calls)} times {error} at {call}")


FILES = [
    ("data/preau.db", "pwrite64", "ENOSPC"),
    ("data/preau.db-wal", "pwrite64", "ENOSPC"),
    ("data/preau.db-wal", "fdatasync", "EIO"),
    ("keys/heads.sqlite", "pwrite64", "ENOSPC"),
    ("keys/heads.sqlite", "fdatasync", "EIO"),
    ("keys/heads.sqlite-journal", "fdatasync", "EIO"),
    ("keys", "fsync", "EIO"),
]


@pytest.mark.db  # strace
@pytest.mark.parametrize(("file", "call", "error"), FILES)
def test_one_file_that_fails_is_refused_in_words(
    tmp_path: Path, file: str, call: str, error: str
) -> None:
    place = place_in(tmp_path)
    calls = tmp_path / "calls"
    done = place.restore(before=failing(call, error, calls, file=tmp_path / file))
    assert "(INJECTED)" in calls.read_text()
    assert done.status in (1, 2)
    require_plain(done, is_there=place.is_there())
    assert not place.is_there()
    finish(place)


@pytest.mark.db  # prlimit
@pytest.mark.parametrize("size", [0, 300, 5000, 100_000])
def test_a_disk_without_room_is_refused_in_words(tmp_path: Path, size: int) -> None:
    place = place_in(tmp_path)
    done = place.restore(before=("prlimit", f"--fsize={size}:unlimited"))
    assert done.status in (1, 2)
    require_plain(done, is_there=place.is_there())
    assert not place.is_there()
    finish(place)
