# SPDX-License-Identifier: AGPL-3.0-or-later
"""Connections that are opened and left: what deploy/ does against them, with real sockets."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from tests.e2e.server.hosted import Hosted, host_school
from tests.e2e.server.nginx import HOST, SAMPLE, Nginx, before
from tests.e2e.server.real_server import RealServer, patiently, running

pytestmark = pytest.mark.db  # what apt fetches

UNIT = SAMPLE.parent / "preau-serve.service"
USUAL = 1024  # descriptors, without a line in the unit
HELD = 1100
HALF = b"GET / HTTP/1.1\r\nHost: vote.example.fr\r\nX: "
HALF_A_BODY = (
    b"POST /api/elections/x/cast HTTP/1.1\r\nHost: vote.example.fr\r\n"
    b"Content-Type: application/json\r\nContent-Length: 9000\r\n\r\n{"
)


@pytest.fixture
def hosted(sqlite_url: str, tmp_path: Path) -> Hosted:
    return host_school(sqlite_url, tmp_path)


@contextmanager
def held(port: int, count: int) -> Iterator[None]:
    """Connections that have sent a part of a request and send no more."""
    with ExitStack() as stack:
        for _ in range(count):
            with contextlib.suppress(OSError):
                each = socket.create_connection(("127.0.0.1", port), timeout=2)
                stack.enter_context(each)
                each.sendall(HALF)
        yield


def answers(port: int, seconds: float) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    with closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False


def limited(hosted: Hosted, folder: Path, descriptors: int) -> RealServer:
    # A shell that stays, so that the server is its child, as RealServer expects of what is before.
    before = ("sh", "-c", f'ulimit -n {descriptors}; "$@"; exit $?', "sh")
    return RealServer(hosted.url, hosted.keys, folder, before=before, count=1)


def test_with_the_limit_of_the_unit_the_server_answers_beside_them(
    hosted: Hosted, tmp_path: Path
) -> None:
    (descriptors,) = re.findall(r"(?m)^LimitNOFILE=(\d+)$", UNIT.read_text())
    assert int(descriptors) >= 65536
    # A machine of tests may allow less than the unit asks for, and more than is held here.
    server = limited(hosted, tmp_path, min(int(descriptors), 4096))
    with running(server), held(server.port, HELD):
        assert answers(server.port, 20)


def test_with_the_usual_limit_it_would_not(hosted: Hosted, tmp_path: Path) -> None:
    server = limited(hosted, tmp_path, USUAL)
    server.start()
    assert server.process is not None
    try:
        for _ in patiently("it does not answer"):
            if answers(server.port, 5):
                break
        with held(server.port, HELD):
            assert not answers(server.port, 3)
        for _ in patiently("it does not recover"):
            if answers(server.port, 5):
                break
    finally:
        server.kill_all()


def connected(nginx: Nginx) -> socket.socket:
    trusted = ssl.create_default_context(cafile=str(nginx.folder / "cert.pem"))
    plain = socket.create_connection(("127.0.0.1", nginx.port), timeout=20)
    return trusted.wrap_socket(plain, server_hostname=HOST)


def ended_after(opened: socket.socket, sent: bytes) -> float:
    """Send a part, and return how long the other end waited for the rest."""
    begun = time.monotonic()
    with opened:
        opened.sendall(sent)
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while opened.recv(4096):
                pass
    return time.monotonic() - begun


@pytest.mark.parametrize(
    ("line", "sent", "plain"),
    [
        ("client_header_timeout 10s;", b"", True),
        ("client_header_timeout 10s;", HALF, False),
        ("client_body_timeout 15s;", HALF_A_BODY, False),
    ],
)
def test_nginx_lets_go_who_sends_a_part_and_no_more(
    hosted: Hosted, tmp_path: Path, line: str, sent: bytes, *, plain: bool
) -> None:
    """The sample's line does so, with other seconds: nothing else of it ends within 20 seconds."""
    text = SAMPLE.read_text()
    assert line in text
    short = text.replace(line, re.sub(r"\d+s", "1s", line))
    server = RealServer(hosted.url, hosted.keys, tmp_path, count=1)
    with running(server), before(server.port, tmp_path / "nginx", short) as nginx:
        if plain:
            opened = socket.create_connection(("127.0.0.1", nginx.plain), timeout=20)
        else:
            opened = connected(nginx)
        assert 0.5 < ended_after(opened, sent) < 9
