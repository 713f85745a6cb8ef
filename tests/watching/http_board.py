# SPDX-License-Identifier: AGPL-3.0-or-later
"""The test board on a real TCP port, with Range as §18.8 has it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.watching.board import TestBoard, headers_of

Answering = Callable[[BaseHTTPRequestHandler], bool]


def send_headers(handler: BaseHTTPRequestHandler) -> None:
    """Those of a file of the booth."""
    for name, value in headers_of(handler.path):
        handler.send_header(name, value)


def send_move(handler: BaseHTTPRequestHandler, location: str) -> None:
    """It is at another address."""
    handler.send_response(302)
    handler.send_header("Location", location)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


@contextlib.contextmanager
def serving(board: TestBoard, instead: Answering = lambda handler: False) -> Iterator[str]:
    """The host and port; ``instead`` may answer in another way and then says so."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if instead(self):
                return
            body = board.answer(self.path)
            if body is None:
                self.send_error(404)
                return
            asked = self.headers.get("Range", "")
            start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
            if asked and start >= len(body):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(body)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206 if asked else 200)
            if asked:
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            if self.path in board.booth:
                send_headers(self)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body[start:])

        def log_message(self, *_: Any) -> None:  # noqa: ANN401
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
