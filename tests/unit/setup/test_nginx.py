# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fetching Debian's nginx, and saying in one sentence why it cannot be had."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from setup import nginx


@pytest.fixture(autouse=True)
def _nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PREAU_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)


def test_the_cache_is_asked_before_the_network(tmp_path: Path) -> None:
    program = tmp_path / "cache" / "nginx" / nginx.PROGRAM
    program.parent.mkdir(parents=True)
    program.touch()
    assert nginx.fetch_nginx() == program


def test_without_apt_one_sentence_says_what_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert nginx.main() == 1
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "nginx: nginx must be installed and this machine has no apt-get"
    assert said[1].startswith("hint: ")


def test_what_apt_says_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("apt-get", "dpkg-deb"):
        (tmp_path / name).write_text("#!/bin/sh\necho 'E: no such host' >&2\nexit 100\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None if path else name)
    with pytest.raises(nginx.NginxError, match="E: no such host"):
        nginx.fetch_nginx()
    assert not (tmp_path / "cache" / "nginx").exists()
