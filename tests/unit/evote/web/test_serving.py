# SPDX-License-Identifier: AGPL-3.0-or-later
"""The socket that the server listens on, and how it ends if it cannot serve."""

from __future__ import annotations

import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from types import SimpleNamespace
from typing import NoReturn

import pytest
from uvicorn.config import STARTUP_FAILURE

from evote.web import from_environment, serving
from evote.web.assets import AssetsMissing
from evote.web.serving import CANNOT_SERVE, Listening, serve


def test_an_answer_in_two_parts_waits_for_no_acknowledgement() -> None:
    with (
        closing(Listening("unused", host="127.0.0.1", port=0).bind_socket()) as listening,
        socket.socket() as client,
    ):
        listening.listen()
        client.connect(listening.getsockname())
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.fixture
def unheard(monkeypatch: pytest.MonkeyPatch) -> None:
    """The signals of the tests' own process stay as they are."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)


@pytest.mark.usefixtures("unheard")
def test_a_single_server_whose_pages_are_away_says_so_in_a_line_and_ends_as_its_help_says(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def away(*_given: object, **_named: object) -> NoReturn:
        raise AssetsMissing("s3cret")

    settings = SimpleNamespace(database_url="", upkeep=True)
    monkeypatch.setattr(from_environment, "read_settings", lambda: settings)
    monkeypatch.setattr(from_environment, "open_database", lambda _url: None)
    monkeypatch.setattr(from_environment, "create_app", away)
    # In a thread of its own: a browser of other tests may have its loop in this one.
    with ThreadPoolExecutor(1) as beside, pytest.raises(SystemExit) as left:
        beside.submit(serve, "127.0.0.1", 0, 1).result()
    assert left.value.code == CANNOT_SERVE
    (said,) = capfd.readouterr().err.splitlines()
    assert '"event": "this worker cannot start", "kind": "AssetsMissing"' in said


@pytest.mark.usefixtures("unheard")
@pytest.mark.parametrize(("left", "status"), [(STARTUP_FAILURE, CANNOT_SERVE), (0, 0)])
def test_what_stops_before_it_serves_is_no_calm_end_unless_it_was_asked_to(
    monkeypatch: pytest.MonkeyPatch, left: int, status: int
) -> None:
    def run(*_given: object, **_named: object) -> NoReturn:
        raise SystemExit(left)

    monkeypatch.setattr("uvicorn.Server.run", run)
    with pytest.raises(SystemExit) as ended:
        serve("127.0.0.1", 0, 1)
    assert ended.value.code == status


@pytest.mark.usefixtures("unheard")
def test_workers_that_can_never_start_end_the_server_as_one_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An end with 0 would be a calm one: nobody would start it again."""
    supervisor = SimpleNamespace(run=lambda: None, cannot_serve=True)
    monkeypatch.setattr(serving, "Supervisor", lambda *_given, **_named: supervisor)
    with pytest.raises(SystemExit) as ended:
        serve("127.0.0.1", 0, 2)
    assert ended.value.code == CANNOT_SERVE
    supervisor.cannot_serve = False
    serve("127.0.0.1", 0, 2)
