# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server of this process that ``evote backup`` saves, and a recovery key, for its tests."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from evote.cli import main
from evote.cli.server.opened import server
from tests.site import Site, make_site

WORDS = "six mots bien choisis pour ce test"


def made_key(folder: Path) -> Path:
    """A recovery key, made by the command; its public half lies beside it."""
    path = folder / "recovery.key"
    assert make_key(path, folder / "words") == 0
    return path


def saved_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A school whose server the environment names, at the time of its own clock."""
    site = make_site(tmp_path / "site")
    monkeypatch.setenv("PREAU_DATABASE_URL", f"sqlite:///{tmp_path}/site/data/preau.db")
    monkeypatch.setenv("PREAU_PUBLIC_URL", "https://vote.example")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(tmp_path / "site" / "keys"))
    monkeypatch.setattr("evote.cli.server.backing_up.server", partial(server, site.clock))
    return site


def back_up(folder: Path, key: Path, *more: str) -> int:
    return main(["backup", str(folder), "--to", f"{key}.pub", *more])


def make_key(path: Path, words: Path) -> int:
    words.write_text(WORDS)
    return main(["backup", "key", "--out", str(path), "--passphrase-file", str(words)])
