# SPDX-License-Identifier: AGPL-3.0-or-later
"""A step that is stopped anywhere, disks that fail, two servers: no fork, nothing lost: ADR 15."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

import pytest

from evote.casting import Casting, Outcome
from evote.database.connection import DatabaseUnavailable, open_database
from evote.heads import Heads, HeadsUnavailable
from evote.keys import KeyFolder
from evote.publishing.following import log_sizes
from evote.publishing.publisher import Publisher
from evote.upkeep import Fault, Steps, Trouble
from protocol.server_binding import BOARD
from tests.db.backups import dump, put_back
from tests.db.conftest import ELECTION
from tests.db.databases import sqlite_url
from tests.db.forks import Said
from tests.db.hosted_again import host_again
from tests.db.school import ManualClock, School, audit, host, make_election
from tests.db.stepper import POINTS
from tests.db.strace import failing, killed_at
from tests.db.test_crashes import no_file_longer_than

STEPPER = Path(__file__).parent / "stepper.py"
PARENTS = 6
OTHER = "AnotherEtection"
SEED = os.environ.get("SOAK_SEED", "publication")
# The calls that change a file or bring it to the disk, and as many of them as there are surely.
CALLS = {"pwrite64": 200, "fdatasync": 40, "ftruncate": 6}


def write_requests(school: School, path: Path) -> None:
    lines = [
        json.dumps(
            {
                "uuid": school.uuid,
                "number": school.number(i),
                "pin": school.pin(i).reveal(),
                "ballot": school.ballot(i).decode(),
            }
        )
        for i in range(PARENTS)
    ]
    path.write_text("\n".join(lines))


def steps(
    said: Said,
    url: str,
    folder: Path,
    *,
    point: str = "",
    before: tuple[str, ...] = (),
) -> tuple[int, int]:
    """Let the process vote and publish; return how many it acknowledged, and its exit status."""
    command = [*before, sys.executable, str(STEPPER)]
    given = [url, str(folder / "keys"), str(folder / "requests"), point]
    done = subprocess.run([*command, *given], capture_output=True, text=True, check=False)
    acknowledged = 0
    for line in done.stdout.splitlines():
        word, *rest = line.split()
        if word == "ack":
            acknowledged += 1
            said.promises.append(b64decode(rest[1]))
        elif word == "note":
            said.hear(b64decode(rest[0]), b64decode(rest[1]))
    assert done.stdout.startswith("ready"), done.stderr
    said.look()
    return acknowledged, done.returncode


def go_on(said: Said, url: str, folder: Path) -> None:
    """Start again: all vote, nothing acknowledged is lost, and all that was said fits together."""
    school = said.school
    assert steps(said, url, folder) == (PARENTS, 0)
    assert school.counts() == (PARENTS, PARENTS)
    archive = school.archive()
    assert [archive.count(school.ballot(i)) for i in range(PARENTS)] == [1] * PARENTS
    assert said.check() >= 2 * PARENTS
    audit(school, folder / "record")


@pytest.mark.share(3)
@pytest.mark.parametrize("point", POINTS)
def test_a_step_that_is_killed_anywhere_is_gone_on_with(
    school: School, url: str, tmp_path: Path, point: str
) -> None:
    said = Said(school)
    write_requests(school, tmp_path / "requests")
    said.look()
    acknowledged, status = steps(said, url, tmp_path, point=point)
    assert (acknowledged, status) == (2, -signal.SIGKILL)
    go_on(said, url, tmp_path)


def check_kill_at(folder: Path, call: str, number: int) -> bool:
    """Tell whether there was such a call at all."""
    folder.mkdir()
    url = sqlite_url(folder)
    database = open_database(url)
    school = host_again(database, folder / "keys", ELECTION, ManualClock())
    said = Said(school)
    write_requests(school, folder / "requests")
    said.look()
    killed = killed_at(call, number, folder / "calls")
    _, status = steps(said, url, folder, before=killed)
    go_on(said, url, folder)
    database.close()
    return status != 0


@pytest.mark.db  # strace
@pytest.mark.parametrize("call", CALLS)
def test_a_kill_at_a_call_of_the_system_forks_nothing(tmp_path: Path, call: str) -> None:
    """One call of each kind here, drawn; every one of them in ``make soak``."""
    number = random.Random(f"{SEED}/{call}").randint(1, CALLS[call])
    assert check_kill_at(tmp_path / "one", call, number)


@pytest.mark.soak
@pytest.mark.parametrize("call", CALLS)
def test_a_kill_at_every_call_of_the_system_forks_nothing(tmp_path: Path, call: str) -> None:
    number = 1
    while check_kill_at(tmp_path / str(number), call, number):
        number += 1
    print(f"{number - 1} kills at {call}")
    assert number > CALLS[call]


HEADS = ("keys/heads.sqlite", "keys/heads.sqlite-journal")
ROWS = ("data/preau.db-wal",)
FAULTS = [
    *((file, "pwrite64", "ENOSPC") for file in (*HEADS, *ROWS)),
    *((file, "fdatasync", "EIO") for file in (*HEADS, *ROWS)),
    ("keys/heads.sqlite-journal", "ftruncate", "EIO"),
]


@pytest.mark.share(3)
@pytest.mark.db  # strace
@pytest.mark.parametrize(("file", "call", "error"), FAULTS)
def test_a_disk_that_fails_at_a_step_forks_nothing(
    tmp_path: Path, file: str, call: str, error: str
) -> None:
    url = sqlite_url(tmp_path)
    database = open_database(url)
    school = host_again(database, tmp_path / "keys", ELECTION, ManualClock())
    said = Said(school)
    write_requests(school, tmp_path / "requests")
    said.look()
    if file in ROWS:  # so that the step alone has anything to write
        for elector in range(PARENTS):
            school.cast(elector)
    failed = failing(call, error, tmp_path / "calls", file=tmp_path / file)
    _, status = steps(said, url, tmp_path, before=failed)
    assert status == 1
    assert "(INJECTED)" in (tmp_path / "calls").read_text()
    go_on(said, url, tmp_path)
    database.close()


def test_a_key_folder_that_is_full_stops_steps_and_votes(
    school: School, clock: ManualClock, tmp_path: Path
) -> None:
    """On both databases: what was recorded before is published once there is room again."""
    said = Said(school)
    school.cast(0)
    school.publisher.publish(school.uuid)
    said.look()
    assert school.cast(1).outcome is Outcome.RECORDED
    with no_file_longer_than(0), pytest.raises(HeadsUnavailable):
        school.publisher.publish(school.uuid)
    said.look()
    with pytest.raises(HeadsUnavailable):
        school.cast(2)
    clock.time += 60
    school.publisher.publish(school.uuid)
    assert school.cast(2).outcome is Outcome.RECORDED
    clock.time += 60
    school.publisher.publish(school.uuid)
    said.look()
    assert said.check() == 6
    audit(school, tmp_path / "record")


@pytest.mark.parametrize("shared", [True, False], ids=["shared keys", "an older copy of the keys"])
def test_two_servers_on_one_database_sign_one_history(
    school: School, url: str, tmp_path: Path, *, shared: bool
) -> None:
    said = Said(school)
    said.look()
    other = tmp_path / "keys"
    if not shared:
        other = tmp_path / "other"
        other.mkdir(mode=0o700)
        for file in (tmp_path / "keys").iterdir():
            (other / file.name).write_bytes(file.read_bytes())
    second = open_database(url)
    folder = KeyFolder(other)
    publishers = school.publisher, Publisher(second, folder, 60, school.clock)
    castings = school.casting, Casting(second, folder, school.clock, publishers[1])

    def act(place: int) -> None:
        answer = castings[place % 2].cast(school.request(place))
        assert answer.promise is not None
        said.promises.append(answer.promise)
        publishers[(place + 1) % 2].publish(school.uuid)
        said.look()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(12)))
    assert said.check() == 26
    assert len(said.promises) == 12
    second.close()
    audit(school, tmp_path / "record")


def test_a_copy_of_the_database_served_beside_the_original_signs_nothing(
    tmp_path: Path,
) -> None:
    """As when a restored machine is started while the first still runs, with its key folder."""
    url = sqlite_url(tmp_path)
    database = open_database(url)
    school = host_again(database, tmp_path / "keys", ELECTION, ManualClock())
    school.cast(0)
    school.publisher.publish(school.uuid)
    copy = sqlite_url(tmp_path / "copy")
    second = open_database(copy)
    put_back(second, dump(database))
    twin = School(second, school.folder, ELECTION, school.clock, school.pins)
    said = Said(school)
    school.cast(1)
    twin.cast(2)
    school.publisher.publish(school.uuid)
    said.look()
    for act in (lambda: twin.publisher.publish(twin.uuid), lambda: twin.cast(3)):
        with pytest.raises(Exception, match="other entries than the 3 that were published"):
            act()
    said.look()
    assert said.check() == 4
    database.close()
    second.close()


def test_the_database_away_at_a_step_is_told(school: School) -> None:
    def away(*_given: object) -> None:
        raise DatabaseUnavailable

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(school.database, "write", away)
        with pytest.raises(DatabaseUnavailable):
            school.publisher.publish(school.uuid)


def test_nothing_is_promised_that_cannot_be_published(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key folder has become read-only: the heads can be read, and not be moved."""
    assert isinstance(school.clock, ManualClock)
    assert school.cast(0).outcome is Outcome.RECORDED

    def read_only(_heads: Heads) -> NoReturn:
        raise HeadsUnavailable("a disk that is read-only")

    school.clock.time += 60
    with monkeypatch.context() as patch:
        patch.setattr(Heads, "moving", read_only)
        with pytest.raises(HeadsUnavailable):
            school.publisher.publish_due(school.uuid)
        with pytest.raises(HeadsUnavailable):
            school.cast(1)
        assert school.counts() == (1, 1)
    assert school.publisher.publish_due(school.uuid)  # it is due until it is done
    assert school.cast(1).outcome is Outcome.RECORDED


def test_who_could_not_move_the_heads_goes_on_though_another_made_the_step(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes: the one that failed finds no step due again, and must not refuse for ever."""
    assert isinstance(school.clock, ManualClock)
    assert school.cast(0).outcome is Outcome.RECORDED
    school.clock.time += 60

    def read_only(_heads: Heads) -> NoReturn:
        raise HeadsUnavailable("a disk that is read-only")

    work = Steps(school.publisher)
    with monkeypatch.context() as patch:
        patch.setattr(Heads, "moving", read_only)
        assert {fault.trouble for fault in work.step()} == {Trouble.NO_HEADS, Trouble.NO_HEAD}
        with pytest.raises(HeadsUnavailable):
            school.cast(1)
        assert list(work.step()) != []  # and again, as long as it lasts
    other = Publisher(school.database, school.folder, school.seconds, school.clock)
    assert other.publish_due(school.uuid)
    assert school.publisher.due() == ()
    with pytest.raises(HeadsUnavailable):
        school.cast(1)
    assert list(work.step()) == []
    assert school.cast(1).outcome is Outcome.RECORDED


def test_a_damaged_head_holds_up_its_own_election_alone(school: School) -> None:
    """Its line cannot be read: its steps fail; the votes of all others go on, and are published."""
    assert isinstance(school.clock, ManualClock)
    hurt = host(school.database, school.folder.path, make_election(3, uuid=OTHER), school.clock)
    with contextlib.closing(sqlite3.connect(school.folder.heads)) as heads, heads:
        heads.execute(
            "UPDATE head SET root = CAST(x'ff61' AS TEXT) WHERE origin LIKE ?", (f"%/{OTHER}/%",)
        )
    work = Steps(school.publisher)
    for parent in range(3):
        school.clock.time += 60
        assert list(work.step()) == [Fault(Trouble.NO_HEAD, OTHER)]
        assert school.cast(parent).outcome is Outcome.RECORDED
        with pytest.raises(HeadsUnavailable):
            Casting(school.database, school.folder, school.clock, school.publisher).cast(
                hurt.request(parent)
            )
    assert (school.counts(), hurt.counts()) == ((3, 3), (0, 0))
    school.clock.time += 60
    assert list(work.step()) == [Fault(Trouble.NO_HEAD, OTHER)]
    with school.database.read() as connection:
        moved = log_sizes(connection, school.held())[BOARD]
    assert moved.published is not None
    assert moved.published.size == moved.size
