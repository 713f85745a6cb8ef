# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real `evote serve` in processes of its own, and what processor time processes have used."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.run import family

LONGEST_START: Final = 60
QUIET_SECONDS: Final = 0.5
TICKS: Final = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@contextlib.contextmanager
def serving(database_url: str, keys: Path, workers: int) -> Iterator[tuple[int, int]]:
    """Serve a database while the block lasts; give the port and the number of the first process."""
    port = _free_port()
    environment = {
        **os.environ,
        "PREAU_DATABASE_URL": database_url,
        "PREAU_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PREAU_KEY_FOLDER": str(keys),
    }
    words = ("-m", "evote", "serve", "--port", str(port), "--workers", str(workers))
    process = subprocess.Popen((sys.executable, *words), env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_until_ready(port, process)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(LONGEST_START)


def processor_seconds(root: int) -> float:
    """What a process and all below it have used so far, of the processor: user and system."""
    return sum(_used(pid) for pid in family(root))


def _used(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:  # it ended meanwhile
        return 0
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS


def _free_port() -> int:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port: int = reserved.getsockname()[1]
        return port


def _wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    # It answers, and no worker is still at its beginning.
    until, before = time.monotonic() + LONGEST_START, -1.0
    while time.monotonic() < until and process.poll() is None:
        used = processor_seconds(process.pid)
        if used - before < 2 / TICKS and _is_healthy(port):
            return
        before = used
        time.sleep(QUIET_SECONDS)
    raise RuntimeError("the server does not answer")


def _is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
