# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-audit witness serve``: each answer of §22 by HTTP; who is slow, too many, two at once."""

from __future__ import annotations

import http.client
import random
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from audit.witness import MAX_BODY
from audit.witness_server import MOST_CONNECTIONS, Places, WitnessServer
from tests.e2e.witnessing import HOST, NAME, PATIENCE, Answered, add, ask, last, running
from tests.tamper.forge.logs import checkpoint_text, root
from tests.unit.audit.witnesses import (
    ENTRIES,
    LOG,
    OTHER_LOG,
    OTHERS,
    STRANGER,
    body,
    close_stores,
    grown,
    witness,
)

TEXT = "text/plain; charset=utf-8"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with running(tmp_path_factory.mktemp("witness")) as (_, found):
        yield found


# ------------------------------------------------------------------ its answers


def test_every_answer_of_the_protocol(tmp_path: Path) -> None:
    with running(tmp_path) as (_, port):
        assert last(port).status == 404
        assert last(port, "0" * 64).status == 404
        assert add(port, grown(3, 7)) == Answered(409, "text/x.tlog.size", b"0\n")
        answer = add(port, grown(0, 7))
        text = checkpoint_text(LOG.name, 7, root(ENTRIES[:7]))
        assert (answer.status, answer.kind) == (200, TEXT)
        kept = last(port)
        assert kept == Answered(200, TEXT, text + b"\n" + LOG.line(text) + answer.body)
        assert add(port, grown(3, 9)) == Answered(409, "text/x.tlog.size", b"7\n")
        for request, status in (
            (grown(9, 7), 400),
            (b"old 7\n", 400),
            (grown(7, 9, ENTRIES, STRANGER), 404),
            (body(7, [], text + b"\n" + STRANGER.line(text)), 403),
            (grown(7, 9, OTHERS), 422),
            (grown(7, 7, OTHERS), 422),
        ):
            refused = add(port, request)
            assert (refused.status, refused.kind) == (status, TEXT)
        assert last(port) == kept
        assert add(port, grown(7, 9)).status == 200
        other = sha256(OTHER_LOG.name.encode()).hexdigest()
        assert last(port, other).status == 404
        assert add(port, grown(0, 3, ENTRIES, OTHER_LOG)).status == 200
        assert last(port, other).status == 200


def test_other_addresses_and_methods_have_no_answer(port: int) -> None:
    for method, path, status in (
        ("GET", "/", 404),
        ("GET", "/add-checkpoint", 404),
        ("GET", f"/{NAME}", 404),
        ("GET", f"/{NAME.upper()}/checkpoint", 404),
        ("GET", f"/{NAME}/checkpoint?x", 404),
        ("GET", "/../secret", 404),
        ("POST", "/", 404),
        ("POST", f"/{NAME}/checkpoint", 404),
        ("HEAD", "/", 404),
        ("HEAD", f"/{NAME}/checkpoint", 404),
        ("PUT", "/add-checkpoint", 501),
        ("DELETE", f"/{NAME}/checkpoint", 501),
    ):
        assert ask(port, method, path, b"" if method == "POST" else None).status == status
    assert last(port).status == 404


def test_whether_it_works_can_be_asked_by_head(tmp_path: Path) -> None:
    with running(tmp_path) as (_, port):
        assert add(port, grown(0, 7)).status == 200
        told, kept = ask(port, "HEAD", f"/{NAME}/checkpoint"), last(port)
        assert (told.status, told.kind, told.body) == (200, kept.kind, b"")


def raw(port: int, data: bytes) -> bytes:
    """What is answered to these bytes, until the other end closes."""
    with socket.create_connection((HOST, port), PATIENCE) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(4096), b""))


START = b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("headers", "sent", "status"),
    [
        (b"", b"", 411),
        (b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n", 411),
        (b"Content-Length: x\r\n", b"", 400),
        (b"Content-Length: -1\r\n", b"", 400),
        (b"Content-Length: 1\r\nContent-Length: 1\r\n", b"x", 400),
        (b"Content-Length: 9\r\n", b"old 0", 400),
        (b"Content-Length: %d\r\n" % (MAX_BODY + 1), b"", 413),
        (b"Content-Length: 9999999999999\r\n", b"", 400),
    ],
)
def test_a_body_says_its_length_and_has_it(
    headers: bytes, sent: bytes, status: int, port: int
) -> None:
    answer = raw(port, START + headers + b"\r\n" + sent)
    assert answer.startswith(b"HTTP/1.0 %d " % status), answer


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"Content-Length: %d\r\nContent-Length: %d\r\n", 400),
        (b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n", 411),
        (b"Content-Length: 1%d\r\n", 400),
    ],
)
def test_a_good_request_of_doubtful_length_is_not_signed(
    headers: bytes, status: int, port: int
) -> None:
    request = grown(0, 7)
    said = headers.replace(b"%d", b"%d" % len(request))
    answer = raw(port, START + said + b"\r\n" + request)
    assert answer.startswith(b"HTTP/1.0 %d " % status), answer
    assert last(port).status == 404


def test_noise_breaks_nothing(port: int) -> None:
    rng = random.Random(22)
    for _ in range(20):
        raw(port, rng.randbytes(rng.randrange(2000)))
    raw(port, b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n")
    raw(port, b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n")
    assert last(port).status == 404


def test_it_does_not_say_what_it_runs_on(port: int) -> None:
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    connection.request("GET", "/")
    response = connection.getresponse()
    assert response.getheader("Server", "").strip() == "evote-audit"
    connection.close()


# ------------------------------------------------------------------ at once, slow, too many


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A witness in this process, in a hurry, with few places."""
    monkeypatch.setattr("audit.witness_server.WHOLE_SECONDS", 1)
    monkeypatch.setattr("audit.witness_server.MOST_CONNECTIONS", 4)
    monkeypatch.setattr("audit.witness_server._Handler.timeout", 0.5)
    server = WitnessServer((HOST, 0), witness(tmp_path))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()
    close_stores()


def test_who_is_slow_is_cut_off_and_stops_nobody(here: int) -> None:
    silent = socket.create_connection((HOST, here), PATIENCE)
    dripping = socket.create_connection((HOST, here), PATIENCE)
    dripping.sendall(START + b"Content-Length: 1000\r\n\r\n")
    began = time.monotonic()
    with silent, dripping:
        assert add(here, grown(0, 7)).status == 200
        while time.monotonic() - began < PATIENCE:
            try:
                dripping.sendall(b"x")
            except OSError:
                break
            time.sleep(0.1)
        assert 0.5 < time.monotonic() - began < 10
        assert silent.recv(10) == b""
    assert add(here, grown(7, 9)).status == 200


def test_one_address_does_not_have_all_places(tmp_path: Path) -> None:
    """Strangers sit on all that one address may have; another address is answered."""
    server = WitnessServer((HOST, 0), witness(tmp_path))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    port = server.server_address[1]
    strangers = [
        socket.create_connection((HOST, port), PATIENCE, ("127.0.0.2", 0))
        for _ in range(MOST_CONNECTIONS)
    ]
    try:
        time.sleep(0.3)
        assert add(port, grown(0, 7)).status == 200
        strangers[-1].settimeout(PATIENCE)
        assert strangers[-1].recv(10) == b""  # turned away at once
    finally:
        for each in strangers:
            each.close()
        server.shutdown()
        thread.join()
        server.server_close()
        close_stores()


def test_places_are_of_addresses_and_of_ipv6_networks() -> None:
    places = Places(2)
    assert [places.take("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert places.take("192.0.2.2")
    places.give_back("192.0.2.1")
    assert places.take("192.0.2.1")
    assert not places.take("::ffff:192.0.2.1")  # the same one
    assert [places.take(f"2001:db8::{n}") for n in range(3)] == [True, True, False]
    assert places.take("2001:db8:0:1::1")


def test_more_than_it_has_places_for_are_turned_away_at_once(here: int) -> None:
    waiting = [socket.create_connection((HOST, here), PATIENCE) for _ in range(4)]
    time.sleep(0.2)
    with socket.create_connection((HOST, here), PATIENCE) as one_more:
        began = time.monotonic()
        assert one_more.recv(10) == b""
        assert time.monotonic() - began < 0.4
    for client in waiting:
        client.close()
    time.sleep(0.3)
    assert add(here, grown(0, 7)).status == 200


def test_two_at_once_that_exclude_each_other_get_one_signature(tmp_path: Path) -> None:
    with running(tmp_path) as (_, port), ThreadPoolExecutor(2) as threads:
        for old in range(1, 20):
            logs = (ENTRIES, [*ENTRIES[:old], *OTHERS[:1], *ENTRIES[old + 1 :]])
            add(port, grown(old - 1, old))
            requests = [grown(old, old + 1, entries) for entries in logs]
            answers = list(threads.map(lambda request, port=port: add(port, request), requests))
            assert sorted(answer.status for answer in answers) == [200, 409]
            if answers[0].status != 200:
                return  # it is on the other side from here on
