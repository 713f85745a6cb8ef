# SPDX-License-Identifier: AGPL-3.0-or-later
"""A witness whose machine has no thread left answers again once it has."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from audit.witness_server import MOST_CONNECTIONS, WitnessServer
from tests.e2e.witnessing import HOST, add, last
from tests.unit.audit.witnesses import grown, witness


@contextmanager
def without_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No connection gets a thread of its own in the block."""

    def start(_self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", start)
        yield


def test_no_place_is_lost_to_a_thread_that_did_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = WitnessServer((HOST, 0), witness(tmp_path / "memory"), MOST_CONNECTIONS)
    port = server.server_address[1]
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    serving.start()
    try:
        assert add(port, grown(0, 7)).status == 200
        with without_threads(monkeypatch):
            for _ in range(MOST_CONNECTIONS + 2):
                with pytest.raises(ConnectionError):
                    last(port)
        assert add(port, grown(7, 9)).status == 200
        assert last(port).status == 200
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
    assert "no thread could be started" in capsys.readouterr().err
