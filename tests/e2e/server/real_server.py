# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote serve`` with two workers on a TCP port: started, killed, stopped."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.server import processes

WORKERS = 2
PATIENCE_SECONDS = 60
# Below those that systems give to clients: one that calls while nobody listens would otherwise
# sooner or later be given this very port, and be connected to itself.
PORTS = range(15_000, 30_000)


def free_port() -> int:
    chooser = random.SystemRandom()
    while True:
        port = chooser.choice(PORTS)
        with socket.socket() as tried, contextlib.suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port


@dataclass
class RealServer:
    """The process, its port, and the folder of its log. ``before`` is put before the command."""

    url: str
    keys: Path
    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    before: tuple[str, ...] = ()
    count: int = WORKERS
    seconds: int = 0
    more: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Start it; it does not answer yet."""
        command = [sys.executable, "-m", "evote", "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.before, *command, "--workers", str(self.count)],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )

    @property
    def environment(self) -> dict[str, str]:
        """What it is told, and whatever else runs for it."""
        return {
            **os.environ,
            "PREAU_DATABASE_URL": self.url,
            "PREAU_KEY_FOLDER": str(self.keys),
            "PREAU_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "PREAU_PUBLISH_SECONDS": str(self.seconds),
            **{f"PREAU_{name}": value for name, value in self.more.items()},
        }

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def pid(self) -> int:
        """Of the first process of ``evote serve``, which may run below another one."""
        assert self.process is not None
        if not self.before:
            return self.process.pid
        for _ in patiently("the server does not start"):
            for pid, command in processes.children(self.process.pid).items():
                if b"serve" in command:
                    return pid
        raise AssertionError

    def workers(self) -> set[int]:
        """The processes that answer: one alone has no supervisor."""
        return processes.workers(self.pid) if self.count > 1 else {self.pid}

    def wait_until_all_answer(self) -> set[int]:
        """Return the workers when each of them has answered."""
        seen: set[int] = set()
        for _ in patiently("not every worker answers"):
            seen |= self._answering()
            now = self.workers()
            if len(now) == self.count and now <= seen:
                return now
        raise AssertionError

    def _answering(self) -> set[int]:
        pids, found = self.workers(), set()
        with contextlib.ExitStack() as stack:
            for _ in range(2 * self.count):  # all open at once, or one worker would answer all
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                stack.callback(connection.close)
                try:
                    connection.request("GET", "/healthz")
                    if connection.getresponse().status == 200 and connection.sock is not None:
                        mine = connection.sock.getsockname()[1]
                        found.add(processes.holder(pids, self.port, mine))
                except (OSError, http.client.HTTPException):
                    return set()
        return {pid for pid in found if pid is not None}

    def get(self, path: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            assert answer.status == 200
            return answer.read()

    def kill_all(self) -> None:
        """``kill -9`` of every process of it at once; return when the port is free."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE_SECONDS)
        self.wait_until_nobody_listens()

    def wait_until_nobody_listens(self) -> None:
        for _ in patiently("somebody still listens"):
            with contextlib.suppress(ConnectionResetError), socket.socket() as client:
                if client.connect_ex(("127.0.0.1", self.port)) != 0:
                    return

    def stop(self) -> int:
        """Ask it to stop, and return its exit status."""
        assert self.process is not None
        os.kill(self.pid, signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def running(server: RealServer) -> Iterator[RealServer]:
    """Start it and wait for it; kill it at the end. It must have printed no traceback."""
    server.start()
    try:
        server.wait_until_all_answer()
        yield server
    finally:
        assert server.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait(PATIENCE_SECONDS)
    assert "Traceback" not in (said := server.log.read_text()), said


def patiently(complaint: str) -> Iterator[None]:
    """Try again and again, for a while."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        yield
        time.sleep(0.02)
    raise AssertionError(complaint)
