# SPDX-License-Identifier: AGPL-3.0-or-later
"""`evote serve`, in a process of its own: a ready-made school, links to vote, a calm end."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from evote.cli import main
from evote.web.assets import AssetsMissing
from tests.e2e.server.real_server import free_port

LINK = re.compile(r"http://127\.0\.0\.1:\d+/v/\w{14}#(?:[0-9A-Z]{6}-){4}[0-9A-Z]{7}")


@contextmanager
def serving(folder: Path, port: int) -> Iterator[list[str]]:
    """Serve the ready-made school of a folder; give the lines that are printed before."""
    command = [sys.executable, "-m", "evote", "serve", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--ready-made", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    try:
        yield lines
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
        assert "Traceback" not in said


def get(address: str) -> str:
    """The page at this address, as soon as the server listens."""
    for _ in range(100):
        try:
            return httpx2.get(address, timeout=10).raise_for_status().text
        except httpx2.ConnectError:
            pass
        time.sleep(0.1)
    raise AssertionError("nobody listens")


def test_a_ready_made_school_is_made_once_and_served(tmp_path: Path) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    with serving(tmp_path / "school", port) as first:
        links = LINK.findall("".join(first))
        assert len(set(links)) == 3
        assert "Vote ouvert" in get(re.findall(r"http://\S+/e/\w+", first[0])[0])
        assert "La page de vote se prépare" in get(links[0].partition("#")[0])
    with serving(tmp_path / "school", port) as second:
        assert LINK.findall("".join(second)) == links
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        other = reserved.getsockname()[1]
    with serving(tmp_path / "school", other) as third:
        moved = LINK.findall("".join(third))
        assert moved == [link.replace(f":{port}/", f":{other}/") for link in links]
        assert "La page de vote se prépare" in get(moved[0].partition("#")[0])


def test_unsafe_settings_are_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PREAU_DATABASE_URL", "sqlite:////nowhere/preau.db")
    monkeypatch.setenv("PREAU_PUBLIC_URL", "http://vote.example")
    monkeypatch.delenv("PREAU_KEY_FOLDER", raising=False)
    assert main(["serve", "--port", "0"]) == 2
    assert main(["serve", "--port", str(free_port())]) == 1
    said = capsys.readouterr().err
    assert "les votes veulent https" in said
    assert "PREAU_KEY_FOLDER manque" in said


def test_why_it_cannot_start_is_said_in_french(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "preau.db").write_text("not a database, and long enough to be read " * 9)
    monkeypatch.setenv("PREAU_DATABASE_URL", f"sqlite:///{tmp_path}/data/preau.db")
    monkeypatch.setenv("PREAU_PUBLIC_URL", "https://vote.example")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(tmp_path / "keys"))
    assert main(["serve", "--port", str(free_port())]) == 1
    said = capsys.readouterr().err
    assert "la base ne répond pas, ou ne convient pas" in said
    assert "the database" not in said
    monkeypatch.setattr("evote.cli.serve.read_assets", _none_there)
    assert main(["serve", "--port", str(free_port())]) == 1
    said = capsys.readouterr().err
    assert "la page de vote n'a pas été faite" in said
    assert "missing" not in said


def _none_there() -> None:
    raise AssetsMissing("the file booth.js is missing")


def test_a_port_that_is_taken_is_refused_in_one_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
    said = capsys.readouterr()
    assert f"port {port}" in said.err
    assert "--port" in said.err
    assert said.out == ""
