# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote serve`` as another process, on a free port of this machine, for as long as a story lasts.

Whatever ends the story ends the process: a refusal, Ctrl-C, a request to terminate.
"""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Final

from evote.demo.client import ServerGone, is_healthy
from evote.demo.place import Place
from evote.errors import Refusal

HOST: Final = "127.0.0.1"
START_SECONDS: Final = 60
STOP_SECONDS: Final = 10
LOOK_EVERY_SECONDS: Final = 0.05
LOG_NAME: Final = "server.log"
_AGAIN: Final = "recommencez ; s'il s'arrête encore, voyez si la machine a de la place"


def free_address() -> str:
    """Return an address of this machine at which nobody listens now.

    Raises:
        Refusal: there is no free port.
    """
    try:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            return f"http://{HOST}:{probe.getsockname()[1]}"
    except OSError as cause:
        raise Refusal(
            "aucun port n'est libre sur cette machine pour le serveur",
            "fermez des programmes, puis recommencez",
        ) from cause


@contextlib.contextmanager
def serving(place: Place) -> Iterator[None]:
    """Serve a place within the block; it answers when the block begins.

    Raises:
        Refusal: the server did not start, or stopped before the end of the block.
    """
    log = place.folder / LOG_NAME
    with _terminating_like_ctrl_c(), _started(place, log) as process:
        try:
            _wait(place, process)
            yield
        except ServerGone as cause:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)
            raise Refusal(f"le serveur s'est arrêté en route{_last_words(log)}", _AGAIN) from cause


@contextlib.contextmanager
def _started(place: Place, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    port = place.url.rpartition(":")[2]
    command = [sys.executable, "-m", "evote", "serve", "--host", HOST, "--port", port]
    with log.open("wb") as words:
        process = subprocess.Popen(  # noqa: S603 -- our own command
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=words,
            env=place.environment(),
        )
    try:
        yield process
    finally:
        _stop(process)


def _wait(place: Place, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while not is_healthy(place.url):
        if process.poll() is not None or time.monotonic() > until:
            raise Refusal(
                f"le serveur n'a pas pu démarrer{_last_words(place.folder / LOG_NAME)}", _AGAIN
            )
        time.sleep(LOOK_EVERY_SECONDS)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _last_words(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").split("\n")
    said = [line.removeprefix("evote : ") for line in lines if line.startswith("evote : ")]
    return f" ({said[-1]})" if said else ""


@contextlib.contextmanager
def _terminating_like_ctrl_c() -> Iterator[None]:
    # Otherwise whoever stops the story from outside would leave its server behind.
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
