# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding PostgreSQL's programs, and saying in one sentence what is missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from setup import postgresql


def programs(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "initdb").touch()
    server = folder / "postgres"
    server.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version} (Debian)'\n")
    server.chmod(0o755)
    return folder


@pytest.fixture(autouse=True)
def _nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))


def test_the_newest_that_is_new_enough_is_found(tmp_path: Path) -> None:
    programs(tmp_path / "9" / "bin", "9.6.1")
    assert postgresql.find_postgresql(tmp_path) is None
    programs(tmp_path / "15" / "bin", "15.9")
    newest = programs(tmp_path / "17" / "bin", "17.2")
    (tmp_path / "18" / "bin").mkdir(parents=True)
    assert postgresql.find_postgresql(tmp_path) == newest


def test_without_apt_one_sentence_says_what_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(postgresql, "find_postgresql", lambda: None)
    assert postgresql.main() == 1
    said = capsys.readouterr().err
    assert "postgresql and strace must be installed and this machine has no apt-get" in said


def test_who_is_not_root_is_told_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    apt = tmp_path / "apt-get"
    apt.write_text("#!/bin/sh\nexit 1\n")
    apt.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(postgresql.PostgresqlError, match="`apt-get install strace`"):
        postgresql.install_packages("strace")
