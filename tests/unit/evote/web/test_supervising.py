# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who starts workers waits before it begins one again that cannot start now, and ends with all."""

from __future__ import annotations

import errno
import json
import multiprocessing
import signal
import time
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.synchronize import Event
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar, NoReturn, cast

import pytest
import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Process

from evote.database.connection import DatabaseUnavailable
from evote.database.left_over import LeftOver
from evote.settings import SettingsError
from evote.web import from_environment, supervising
from evote.web.assets import AssetsMissing
from evote.web.from_environment import app_from_environment
from evote.web.log_lines import configure_logs
from evote.web.supervising import AGAIN_SECONDS, NOT_NOW, SOON_SECONDS, Supervisor


@dataclass
class Played:
    """A worker that lives until a test says otherwise."""

    begun: ClassVar[list[Played]] = []
    refused: ClassVar[list[OSError]] = []  # by the system, before it grants any
    _config: object
    _sockets: object
    alive: bool = True
    exitcode: int = NOT_NOW
    pid: int = 12
    process: SimpleNamespace = field(init=False)

    def __post_init__(self) -> None:
        self.process = SimpleNamespace(is_alive=lambda: False)

    def start(self) -> None:
        if self.refused:
            raise self.refused.pop()
        self.begun.append(self)

    def is_alive(self) -> bool:
        return self.alive

    def kill(self) -> None:
        self.alive = False

    def join(self) -> None:
        assert not self.alive


@dataclass
class Hours:
    """What the supervisor takes for the time."""

    now: float = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    hours = Hours()
    monkeypatch.setattr(supervising, "time", hours)
    return hours


@pytest.fixture
def supervisor(monkeypatch: pytest.MonkeyPatch, hours: Hours) -> Supervisor:
    """One with two workers that are played."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(supervising, "Worker", Played)
    monkeypatch.setattr(Played, "begun", [])
    monkeypatch.setattr(Played, "refused", [])
    made = Supervisor(uvicorn.Config("none", workers=2, timeout_graceful_shutdown=0), [])
    made.init_processes()
    assert (len(Played.begun), hours.now) == (2, 1000)
    return made


def test_a_worker_that_dies_later_is_replaced_at_once(supervisor: Supervisor, hours: Hours) -> None:
    hours.now += SOON_SECONDS
    Played.begun[1].alive, Played.begun[1].exitcode = False, -9
    supervisor.keep_subprocess_alive()
    assert [id(each) for each in supervisor.processes] == [id(Played.begun[i]) for i in (0, 2)]


def test_one_that_cannot_start_now_is_begun_again_after_a_while_and_keeps_no_other_waiting(
    supervisor: Supervisor, hours: Hours
) -> None:
    Played.begun[0].alive = False
    for _ in range(3):
        supervisor.keep_subprocess_alive()
    assert len(Played.begun) == 2
    hours.now += SOON_SECONDS
    Played.begun[1].alive, Played.begun[1].exitcode = False, -9  # this one had begun well
    supervisor.keep_subprocess_alive()
    assert len(Played.begun) == 4
    Played.begun[2].alive = False
    supervisor.keep_subprocess_alive()
    hours.now += AGAIN_SECONDS - 0.1
    supervisor.keep_subprocess_alive()
    assert len(Played.begun) == 4
    hours.now += 0.1
    supervisor.keep_subprocess_alive()
    assert len(Played.begun) == 5
    assert all(worker.is_alive() for worker in supervisor.processes)


def test_one_that_can_never_start_stops_the_server_and_that_is_no_calm_end(
    supervisor: Supervisor, hours: Hours
) -> None:
    assert not supervisor.cannot_serve
    Played.begun[1].alive, Played.begun[1].exitcode = False, STARTUP_FAILURE
    supervisor.keep_subprocess_alive()
    assert supervisor.should_exit.is_set()
    assert (supervisor.cannot_serve, len(Played.begun)) == (True, 2)


def test_nor_is_one_begun_again_at_once_that_took_long_to_find_out(
    supervisor: Supervisor, hours: Hours
) -> None:
    hours.now += 2 * SOON_SECONDS  # an old machine, or a database behind a wall that drops
    Played.begun[0].alive = False
    supervisor.keep_subprocess_alive()
    assert len(Played.begun) == 2
    hours.now += AGAIN_SECONDS
    supervisor.keep_subprocess_alive()
    assert len(Played.begun) == 3


NO_ROOM = [BlockingIOError(errno.EAGAIN, "s3cret"), OSError(errno.ENOMEM, "s3cret")]


def test_where_the_system_grants_no_process_the_others_go_on_and_it_is_asked_again(
    supervisor: Supervisor, hours: Hours, capfd: pytest.CaptureFixture[str]
) -> None:
    """As after the one that takes memory back has killed a worker."""
    configure_logs()
    hours.now += SOON_SECONDS
    Played.begun[0].alive, Played.begun[0].exitcode = False, -9
    Played.refused += NO_ROOM
    supervisor.keep_subprocess_alive()
    for _ in range(2):
        assert (len(Played.begun), supervisor.processes[1].is_alive()) == (2, True)
        hours.now += AGAIN_SECONDS - 0.1
        supervisor.keep_subprocess_alive()
        hours.now += 0.1
        supervisor.keep_subprocess_alive()
    assert [id(each) for each in supervisor.processes] == [id(Played.begun[i]) for i in (2, 1)]
    said = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    again = f"another is tried in {AGAIN_SECONDS} s"
    assert [each["event"] for each in said[1:]] == [
        f"no worker can be started (OSError): {again}",
        f"no worker can be started (BlockingIOError): {again}",
    ]


def test_meanwhile_a_stop_is_heard(supervisor: Supervisor, hours: Hours) -> None:
    hours.now += SOON_SECONDS
    Played.begun[0].alive, Played.begun[0].exitcode = False, -9
    Played.refused += NO_ROOM
    supervisor.keep_subprocess_alive()
    supervisor.signal_queue.append(signal.SIGTERM)
    supervisor.handle_signals()
    assert supervisor.should_exit.is_set()
    hours.now += AGAIN_SECONDS
    supervisor.keep_subprocess_alive()
    assert len(Played.begun) == 2


def test_nor_does_it_matter_at_the_start(supervisor: Supervisor, hours: Hours) -> None:
    Played.refused += NO_ROOM[:1]
    supervisor.init_processes()
    assert [id(each) for each in supervisor.processes] == [id(Played.begun[2])]
    hours.now += AGAIN_SECONDS
    supervisor.keep_subprocess_alive()
    assert {id(each) for each in supervisor.processes} == {id(each) for each in Played.begun[2:]}
    assert len(Played.begun) == 4


@pytest.mark.parametrize("asked", ["SIGHUP", "SIGTTIN", "SIGTTOU"])
def test_what_a_terminal_sends_starts_and_stops_no_worker(
    supervisor: Supervisor, asked: str
) -> None:
    before = list(supervisor.processes)
    supervisor.signal_queue.append(signal.Signals[asked])
    supervisor.handle_signals()
    supervisor.keep_subprocess_alive()
    assert (supervisor.processes, len(Played.begun)) == (before, 2)
    assert not supervisor.should_exit.is_set()


def _given(value: object, *_arguments: object, **_named: object) -> object:
    return value


def _deaf(begun: Event) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    begun.set()
    time.sleep(600)


def test_a_worker_that_does_not_stop_is_killed_and_the_stop_ends(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(supervising, "STOP_SECONDS", 0.2)
    spawned = multiprocessing.get_context("spawn")
    begun = spawned.Event()
    hangs = spawned.Process(target=_deaf, args=(begun,))
    hangs.start()
    assert begun.wait(60)
    hangs.terminate()
    try:
        worker = SimpleNamespace(process=hangs, pid=hangs.pid)
        supervisor.processes = [cast(Process, worker)]
        supervisor.join_all()
        assert hangs.exitcode == -signal.SIGKILL
    finally:
        hangs.kill()


@pytest.mark.parametrize(
    ("what", "cause"),
    [
        ("open_database", DatabaseUnavailable("no answer from s3cret")),
        ("open_database", LeftOver(Path("s3cret"), Path("s3cret-wal"))),
        ("open_database", ValueError("not durable: s3cret")),
        ("read_settings", SettingsError(["s3cret"])),
        ("create_app", FileNotFoundError("s3cret")),
        ("create_app", AssetsMissing("s3cret")),
    ],
)
def test_a_worker_without_what_it_stands_on_says_so_in_a_line_and_ends(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    what: str,
    cause: Exception,
) -> None:
    def away(*_given: object, **_named: object) -> NoReturn:
        raise cause

    settings = SimpleNamespace(database_url="", upkeep=True)
    for name, value in (("read_settings", settings), ("open_database", None), ("create_app", None)):
        monkeypatch.setattr(from_environment, name, partial(_given, value))
    monkeypatch.setattr(from_environment, what, away)
    with pytest.raises(SystemExit) as left:
        app_from_environment()
    said = capfd.readouterr().err
    assert left.value.code == NOT_NOW
    assert ("this worker cannot start" in said, type(cause).__name__ in said) == (True, True)
    assert ("Traceback" in said, "s3cret" in said, said.count("\n")) == (False, False, 1)
