# SPDX-License-Identifier: AGPL-3.0-or-later
"""Parents who vote all at once, in one lean process: `python -m bench.parents` < order in JSON.

Each has a connection of their own, asks whether PIN and code fit, then casts: two requests, as the
booth sends them. Every byte to send is ready before the clock starts. Standard library only.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

RECEIVE = 16_384
TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Parent:
    """The two requests, as bytes."""

    pre_check: bytes
    cast: bytes


@dataclass
class Seen:
    """What became of the requests, and how long each took."""

    outcomes: Counter[str] = field(default_factory=Counter)
    pre_checks: list[float] = field(default_factory=list)
    casts: list[float] = field(default_factory=list)


def main() -> int:
    """Let everybody vote; print what was seen."""
    order = json.load(sys.stdin)
    parents = [Parent(*map(str.encode, each)) for each in order["parents"]]
    waiting, seen = iter(parents), [Seen() for _ in range(order["clients"])]
    turn = threading.Lock()
    threads = [
        threading.Thread(target=_vote_in_turn, args=(order["port"], waiting, turn, each))
        for each in seen
    ]
    start, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    json.dump({"seconds": seconds, "cpu": cpu, **_summary(seen)}, sys.stdout)
    return 0


def _summary(seen: Sequence[Seen]) -> dict[str, object]:
    outcomes = sum((each.outcomes for each in seen), Counter[str]())
    return {
        "outcomes": outcomes,
        "pre_checks": [taken for each in seen for taken in each.pre_checks],
        "casts": [taken for each in seen for taken in each.casts],
    }


def _vote_in_turn(port: int, waiting: Iterator[Parent], turn: threading.Lock, seen: Seen) -> None:
    while True:
        with turn:
            parent = next(waiting, None)
        if parent is None:
            return
        try:
            _vote(port, parent, seen)
        except OSError as error:
            seen.outcomes[type(error).__name__] += 1


def _vote(port: int, parent: Parent, seen: Seen) -> None:
    address = ("127.0.0.1", port)
    with socket.create_connection(address, timeout=TIMEOUT_SECONDS) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        outcome, taken = _ask(connection, parent.pre_check)
        seen.pre_checks.append(taken)
        if outcome == "ready":
            outcome, taken = _ask(connection, parent.cast)
            seen.casts.append(taken)
    seen.outcomes[outcome] += 1


def _ask(connection: socket.socket, request: bytes) -> tuple[str, float]:
    """Send a request; return the outcome that was answered, and the seconds it took."""
    start = time.perf_counter()
    connection.sendall(request)
    head, body = b"", b""
    while b"\r\n\r\n" not in head:
        head += _receive(connection)
    head, _, body = head.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").lower().split("\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith("content-length:"))
    while len(body) < length:
        body += _receive(connection)
    taken = time.perf_counter() - start
    if status.split()[1] != str(HTTPStatus.OK.value):
        return status, taken
    return str(json.loads(body)["outcome"]), taken


def _receive(connection: socket.socket) -> bytes:
    data = connection.recv(RECEIVE)
    if not data:
        raise ConnectionResetError
    return data


if __name__ == "__main__":
    sys.exit(main())
