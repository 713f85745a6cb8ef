# SPDX-License-Identifier: AGPL-3.0-or-later
"""A client of the demo sends again what was not answered, and says who is gone or full."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from evote.demo import client
from evote.demo.client import ServerGone, Visitor, is_healthy
from evote.demo.serving import free_address
from evote.errors import Refusal

LOST = 0
"""Instead of a status: the request arrives, and the connection ends without an answer."""


@contextmanager
def answering(*statuses: int) -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers so, one request after another; give its address and what it is sent."""
    left, received = list(statuses), list[bytes]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            status = left.pop(0)
            if status != LOST:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(b'{"outcome":"recorded"}')

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", received
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAUSES", (0, 0, 0, 0))


@pytest.mark.parametrize("before", [(), (LOST,), (503,), (503, LOST, 503)])
def test_the_same_request_is_sent_until_it_is_answered(before: tuple[int, ...]) -> None:
    with answering(*before, 200) as (url, received):
        assert Visitor(url).post("/cast", {"a": "b"}) == {"outcome": "recorded"}
    assert received == [b'{"a": "b"}'] * (len(before) + 1)


def test_a_server_that_stays_unavailable_is_said() -> None:
    with (
        answering(503, 503, 503, 503) as (url, _),
        pytest.raises(Refusal, match="ne peut rien enregistrer"),
    ):
        Visitor(url).post("/cast", {})


def test_a_server_that_is_gone_is_gone(tmp_path: Path) -> None:
    url = free_address()
    assert not is_healthy(url)
    with pytest.raises(ServerGone):
        Visitor(url).get("/")
    with pytest.raises(ServerGone):
        Visitor(url).download("/record", tmp_path / "record.zip")


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with answering(404, 404) as (url, _):
        with pytest.raises(Refusal, match="réponse 404"):
            Visitor(url).get("/record")
        with pytest.raises(Refusal, match="réponse 404"):
            Visitor(url).download("/record", tmp_path / "record.zip")
