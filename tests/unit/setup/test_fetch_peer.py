# SPDX-License-Identifier: AGPL-3.0-or-later
"""A program that is not the expected one is never taken for the peer."""

from __future__ import annotations

from pathlib import Path

import pytest

from setup import fetch_peer


def test_the_cache_stands_where_the_user_keeps_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREAU_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert fetch_peer.peer_folder() == Path("/caches/preau/belenios-tool-3.3.0")


def test_another_program_in_the_cache_is_not_used(tmp_path: Path) -> None:
    program = tmp_path / "root" / "usr" / "bin" / fetch_peer.PACKAGE
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho '3.3.0'\n")
    (tmp_path / fetch_peer.PACKAGE).symlink_to(program)
    assert not fetch_peer.is_complete(tmp_path)
    with pytest.raises(fetch_peer.PeerError, match="is not the pinned one"):
        fetch_peer.check_program(tmp_path, "amd64")


def test_a_machine_without_debians_tools_is_told_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PREAU_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert fetch_peer.main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "this machine has no apt-get" in said.err
    assert "make test-core" in said.err


def test_a_cache_that_cannot_be_written_is_told_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    monkeypatch.setenv("PREAU_CACHE", str(in_the_way / "cache"))
    with pytest.raises(fetch_peer.PeerError, match="cannot be written"):
        fetch_peer.fetch_peer()
