# SPDX-License-Identifier: AGPL-3.0-or-later
"""No server holds a watcher longer than it is patient, and no stop waits for a server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from audit import cli
from audit.watching.address import read_address
from audit.watching.agents import PLAIN
from audit.watching.line import TOO_SLOW
from audit.watching.site import Away, HttpSite, Stopped
from tests.watching.board import UUID, TestBoard
from tests.watching.hostile_socket import certificate, drip, dripping, late_over_tls, talking
from tests.watching.http_board import serving
from tests.watching.test_command import started

SOON = 6.0  # seconds: far below what any of these servers goes on for
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
KEPT = CHUNKED.replace(b"close", b"keep-alive")
AGAIN = b"HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: /\r\nX: "
HANGING = {
    "a chunk's extension, the connection given up": (CHUNKED + b"1;", b"a"),
    "a chunk's extension, the connection kept": (KEPT + b"1;", b"a"),
    "chunk after chunk": (CHUNKED, b"1\r\na\r\n"),
    "a text of a known length": (OK + b"Content-Length: 999999\r\n\r\n", b"a"),
    "trailers": (CHUNKED + b"1\r\nv\r\n0\r\n", b"X: a\r\n"),
    "a text to its end, the connection given up": (OK + b"Connection: close\r\n\r\n", b"a"),
    "a header": (OK + b"X: ", b"a"),
    "headers that announce others": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a move elsewhere": (AGAIN, b"a"),
}  # fmt: skip


def asked(url: str, patience: int = 1) -> float:
    """How long it took to give up, and to say that it was for want of time: nothing else was."""
    site = HttpSite(read_address(url))
    began = time.monotonic()
    with pytest.raises(Away) as given_up, site.get("/x", PLAIN, patience=patience) as given:
        given.whole(2**20)
    assert given_up.value.why == TOO_SLOW
    return time.monotonic() - began


@pytest.mark.parametrize("phrase", HANGING)
def test_what_never_ends_is_cut_where_patience_ends(phrase: str) -> None:
    with talking(dripping(*HANGING[phrase])) as host:
        assert asked(f"http://{host}/e/{UUID}") < SOON


def test_a_handshake_that_comes_when_patience_is_over_wins_no_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate(tmp_path)[0]))
    with talking(late_over_tls(tmp_path, 2.0)) as host:
        url = f"https://{host.replace('127.0.0.1', 'localhost')}/e/{UUID}"
        assert asked(url) < SOON


def test_the_patience_is_that_of_all_moves_together(tmp_path: Path) -> None:
    """Each answer comes in time, and the next connection hangs."""
    move = AGAIN.removesuffix(b"X: ") + b"\r\n"
    connections: list[socket.socket] = []

    def talk(taken: socket.socket) -> None:
        connections.append(taken)
        if len(connections) < 2:
            taken.recv(2**16)
            taken.sendall(move)
        else:
            drip(taken)

    with talking(talk) as host:
        assert asked(f"http://{host}/e/{UUID}") < SOON
    assert len(connections) == 2


def test_whoever_stops_waits_for_no_answer() -> None:
    with talking(dripping(CHUNKED + b"1;")) as host:
        site = HttpSite(read_address(f"http://{host}/e/{UUID}"))
        threading.Timer(0.5, site.stop).start()
        began = time.monotonic()
        with pytest.raises(Stopped), site.get("/x", PLAIN) as given:
            given.whole(2**20)
        with pytest.raises(Stopped), site.get("/x", PLAIN) as given:
            given.whole(2**20)
        assert time.monotonic() - began < SOON


def test_a_certificate_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with talking(late_over_tls(tmp_path, 0.0)) as host:
        site = HttpSite(read_address(f"https://{host.replace('127.0.0.1', 'localhost')}/e/{UUID}"))
        with pytest.raises(Away, match="certificate"), site.get("/x", PLAIN):
            pass


# ------------------------------------------------------------------ the process


@pytest.fixture
def board() -> TestBoard:
    """Its clock is this machine's."""
    board = TestBoard()
    board.now = int(time.time())
    board.publish()
    return board


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_within_a_round_that_hangs_ends_it_and_keeps_what_came(
    number: signal.Signals, board: TestBoard, tmp_path: Path
) -> None:
    """What was signed and given before the server hung is judged and kept."""
    hanging = threading.Event()

    def hang(handler: BaseHTTPRequestHandler) -> bool:
        if not hanging.is_set() or "tile" not in handler.path:
            return False
        hanging.clear()
        handler.wfile.write(CHUNKED + b"1;")
        drip(handler.connection)
        handler.close_connection = True
        return True

    with serving(board, hang) as host:
        process = started(host, tmp_path / "s")
        assert process.stdout is not None
        assert process.stdout.readline()
        board.go_on()
        hanging.set()
        while hanging.is_set():
            time.sleep(0.05)
        began = time.monotonic()
        os.kill(process.pid, number)
        try:
            out, _ = process.communicate(timeout=SOON)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            pytest.fail("the stop waits for the server")
    assert time.monotonic() - began < SOON
    assert "0 alarme" in " ".join(out.split())
    record = tmp_path / "s" / "record"
    assert (record / f"{UUID}.bel").read_bytes() == board.shown.body("board")
    assert cli.main(["verify", str(record)]) == 0


NO_HTTP = {
    "another protocol": b"220 ready\r\n",
    "a line without end": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 2**17,
    "too many headers": b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 101 + b"\r\n",
    "a chunk of no length": CHUNKED + b"zz\r\nvote\r\n",
}


@pytest.mark.parametrize("phrase", NO_HTTP)
def test_a_server_that_answers_anything_has_answered(phrase: str) -> None:
    """So that it is not taken for one that is away, of which there is no evidence."""

    def talk(taken: socket.socket) -> None:
        taken.recv(2**16)
        taken.sendall(NO_HTTP[phrase])

    with talking(talk) as host:
        site = HttpSite(read_address(f"http://{host}/e/{UUID}"))
        with pytest.raises(Away) as away, site.get("/x", PLAIN) as given:
            given.whole(2**20)
    assert away.value.answered


def test_a_server_that_hangs_up_has_not_answered() -> None:
    with talking(lambda taken: None) as host:
        site = HttpSite(read_address(f"http://{host}/e/{UUID}"))
        with pytest.raises(Away) as away, site.get("/x", PLAIN) as given:
            given.whole(2**20)
    assert not away.value.answered
