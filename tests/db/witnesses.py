# SPDX-License-Identifier: AGPL-3.0-or-later
"""Witnesses on real ports of this machine: the verifier's own, and one that says as it is told."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from audit.notes import decode_key
from audit.witness import Witness as Memory
from audit.witness_key import WitnessKey
from audit.witness_server import WitnessServer
from audit.witness_store import Store
from evote.witness_file import Witness
from protocol.cosignatures import CosignerKey
from tests.db.school import School
from tests.rng import seeded_rng


def key_of(name: str) -> CosignerKey:
    return CosignerKey.generate(name, seeded_rng(f"witness/{name}"))


@contextmanager
def serving(server: HTTPServer) -> Iterator[str]:
    """Let it answer in a thread; give its address."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def honest(
    school: School, folder: Path, name: str = "temoin.example.org", key: CosignerKey | None = None
) -> Iterator[Witness]:
    """A witness of both logs of a school."""
    with honest_to([school], folder, name, key) as witness:
        yield witness


@contextmanager
def honest_to(
    schools: Sequence[School],
    folder: Path,
    name: str = "temoin.example.org",
    key: CosignerKey | None = None,
) -> Iterator[Witness]:
    """A witness of both logs of several."""
    signer, school = key or key_of(name), schools[0]
    keys = [each.publisher.keys(each.uuid) for each in schools]
    logs = [
        decode_key(log.verifier_key.encode()) for each in keys for log in (each.board, each.journal)
    ]
    store = Store(folder)
    own = WitnessKey(signer.name, signer.seed.reveal())
    memory = Memory(own, logs, store, school.clock)
    try:
        with serving(WitnessServer(("127.0.0.1", 0), memory)) as url:
            yield Witness(name, signer.verifier_key, url)
    finally:
        store.close()


@dataclass
class Told:
    """A witness that answers as ``answer`` says, and keeps what it was asked."""

    answer: Callable[[bytes], tuple[int, bytes]]
    asked: list[bytes] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def told(how: Told, key: CosignerKey | None = None) -> Iterator[Witness]:
    """Serve it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            how.asked.append(body)
            status, answer = how.answer(body)
            self.send_response(status)
            for name, value in how.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:  # noqa: ANN401
            pass

    signer = key or key_of("told.example.org")
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as url:
        yield Witness("told", signer.verifier_key, url)


@contextmanager
def dripping(every: float) -> Iterator[str]:
    """An address where an answer comes, one byte at a time, and never ends."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)

        def accept() -> None:
            while not stop.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    drip(connection)

        def drip(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
            while not stop.is_set():
                try:
                    connection.sendall(b"x")
                except OSError:
                    return
                time.sleep(every)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stop.set()
            thread.join()


def closed_port() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
