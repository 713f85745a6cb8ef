# SPDX-License-Identifier: AGPL-3.0-or-later
"""A body that does not come to its end, on real sockets: answered, and no stop waits for it."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from evote.web.log_lines import LIBRARIES, LOGGER, configure_logs
from evote.web.security import BODY_SECONDS, BodyLimit
from evote.web.serving import FINISH_SECONDS
from tests.simulator import UUID
from tests.site import Site, make_site

SOON = 0.6  # in place of the 15 seconds
HEAD = (
    f"POST /api/elections/{UUID}/pre-check HTTP/1.1\r\nHost: localhost\r\n"
    "Content-Type: application/json\r\nConnection: close\r\nContent-Length: "
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = make_site(tmp_path / "site")
    yield site
    site.school.database.close()


@contextmanager
def served(app: ASGIApp, seconds: float) -> Iterator[tuple[uvicorn.Server, int, threading.Thread]]:
    """The bodies must come within these seconds, and a stop takes as long as ours."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            BodyLimit(app, seconds),
            log_level="error",
            ws="none",
            timeout_graceful_shutdown=FINISH_SECONDS,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield server, listening.getsockname()[1], thread
        server.should_exit = True
        thread.join(FINISH_SECONDS + 10)
        assert not thread.is_alive()


def sign_in(site: Site) -> bytes:
    return json.dumps({"sign_in_number": site.school.number(0), "pin": site.pin(0)}).encode()


def begun(port: int, announced: int, part: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection.sendall(f"{HEAD}{announced}\r\n\r\n".encode() + part)
    return connection


def answer(connection: socket.socket) -> bytes:
    with connection:
        return b"".join(iter(lambda: connection.recv(4096), b""))


def test_what_does_not_come_in_time_is_unavailable_and_may_be_sent_again(site: Site) -> None:
    body = sign_in(site)
    with served(site.app, SOON) as (_, port, _thread):
        start = time.monotonic()
        said = answer(begun(port, len(body), body[:10]))
        assert SOON * 0.9 < time.monotonic() - start < 10
        assert said.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 5" in said.lower()
        assert said.endswith(b'{"problem":"unavailable"}')
        assert b'"ready"' in answer(begun(port, len(body), body))


def test_a_trickle_has_no_more_time_than_silence(site: Site) -> None:
    with served(site.app, SOON) as (_, port, _thread):
        connection, start = begun(port, 9000, b"{"), time.monotonic()
        connection.settimeout(0.1)
        said = b""
        while not said and time.monotonic() - start < 10:
            connection.sendall(b" ")
            try:
                said = connection.recv(100)
            except TimeoutError:
                continue
        connection.close()
        assert said.startswith(b"HTTP/1.1 503")


def test_what_comes_slowly_but_in_time_is_answered(site: Site) -> None:
    body = sign_in(site)
    with served(site.app, 20) as (_, port, _thread):
        connection = begun(port, len(body), body[:10])
        time.sleep(0.3)
        connection.sendall(body[10:])
        assert b'"ready"' in answer(connection)


def test_an_answer_that_takes_longer_than_a_body_may_is_given(site: Site) -> None:
    """The database is held up: the deadline is for the body alone."""
    body = sign_in(site)
    with served(site.app, SOON) as (_, port, _thread):
        with site.school.database.write():
            connection = begun(port, len(body), body)
            time.sleep(3 * SOON)
        assert b'"ready"' in answer(connection)


def test_a_download_that_takes_longer_than_a_body_may_is_given_whole() -> None:
    """While it is sent, the server looks whether whoever asked has left: that has no deadline."""

    async def slowly() -> AsyncIterator[bytes]:
        yield b"first"
        await asyncio.sleep(3 * SOON)
        yield b"last"

    async def download(_request: Request) -> StreamingResponse:
        return StreamingResponse(slowly())

    with served(Starlette(routes=[Route("/", download)]), SOON) as (_, port, _thread):
        connection = socket.create_connection(("127.0.0.1", port), timeout=20)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert answer(connection).endswith(b"5\r\nfirst\r\n4\r\nlast\r\n0\r\n\r\n")


def test_a_stop_waits_for_no_slow_body_longer_than_that(site: Site) -> None:
    assert BODY_SECONDS < FINISH_SECONDS
    with served(site.app, SOON) as (server, port, thread):
        connection, start = begun(port, 9000, b"{"), time.monotonic()
        time.sleep(SOON / 3)
        server.should_exit = True
        thread.join(FINISH_SECONDS + 10)
        assert time.monotonic() - start < FINISH_SECONDS / 2
        assert answer(connection).startswith(b"HTTP/1.1 503")


@pytest.fixture
def logs() -> Iterator[None]:
    """The loggers are as they were afterwards."""
    names = (LOGGER.name, *LIBRARIES, "uvicorn", "uvicorn.access")
    loggers = [logging.getLogger(name) for name in names]
    before = [(each.handlers, each.level, each.propagate) for each in loggers]
    yield
    for each, (handlers, level, propagate) in zip(loggers, before, strict=True):
        each.handlers, each.propagate = handlers, propagate
        each.setLevel(level)


@pytest.mark.usefixtures("logs")
@pytest.mark.parametrize("name", ["uvicorn.error", "asyncio"])
def test_what_libraries_complain_of_is_one_line_without_trace_or_address(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    uvicorn.Config("not loaded", log_level="warning")  # it gives its loggers handlers of their own
    configure_logs()
    try:
        raise OSError("203.0.113.7 has gone")
    except OSError:
        logging.getLogger(name).exception("It failed\nsocket: 203.0.113.7")
    logging.getLogger(name).info("not of interest")
    (line,) = capsys.readouterr().err.splitlines()
    said = {"level": "error", "event": "It failed", "from": name, "kind": "OSError"}
    assert json.loads(line) == said
