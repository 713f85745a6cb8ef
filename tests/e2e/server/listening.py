# SPDX-License-Identifier: AGPL-3.0-or-later
"""Somebody outside who keeps every checkpoint that a server gives while it is killed."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from protocol.server_binding import BOARD, JOURNAL

PAUSE_SECONDS = 0.05
Heard = dict[str, list[bytes]]


@contextmanager
def listener(port: int, uuid: str) -> Iterator[Heard]:
    """Ask again and again in the block; every note is kept once, in the order in which it came."""
    heard: Heard = {BOARD: [], JOURNAL: []}
    stop = threading.Event()

    def ask() -> None:
        while not stop.wait(PAUSE_SECONDS):
            for log, notes in heard.items():
                with suppress(OSError, http.client.HTTPException):
                    note = get(port, f"/{uuid}/{log}/checkpoint")
                    if note is not None and note not in notes[-1:]:
                        notes.append(note)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield heard
    finally:
        stop.set()
        thread.join()


def get(port: int, path: str) -> bytes | None:
    """Return what is there, None if the server says that it cannot answer now."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        data = answer.read()
        return data if answer.status == 200 else None
