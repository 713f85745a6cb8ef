# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a draft cannot do yet is refused in one sentence, whichever command asks: ADR 13."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evote.cli import main
from evote.database.connection import open_database
from evote.database.migrating import migrate
from evote.keys import KeyFolder
from tests.db.school import draft, make_election

ELECTION = make_election(electors=3)
CONFIG = {
    "version": 1,
    "name": "Élection",
    "description": "",
    "school": {"name": "École Jean Macé", "uai": "0751234A", "kind": "ecole"},
    "seats": 2,
    "lists": [{"label": "Liste A", "candidates": ["Ada Martin", "Bo Durand"]}],
    "opens_at": "2035-10-09T08:00:00Z",
    "closes_at": "2035-10-11T18:00:00Z",
}


@pytest.fixture
def drafted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("data", "keys"):
        (tmp_path / name).mkdir(mode=0o700)
    url = f"sqlite:///{tmp_path / 'data' / 'preau.db'}"
    monkeypatch.setenv("PREAU_DATABASE_URL", url)
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(tmp_path / "keys"))
    monkeypatch.setenv("PREAU_PUBLIC_URL", "http://127.0.0.1:8000")
    database = open_database(url)
    migrate(database)
    draft(database, KeyFolder(tmp_path / "keys"), ELECTION)
    database.close()
    return tmp_path


@pytest.mark.parametrize("command", ["record", "start"])
def test_it_has_no_record_and_is_not_opened(
    drafted: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    given = drafted / "given.json"
    given.write_text("{}")
    out = drafted / "out.zip" if command == "record" else given
    assert main(["election", command, ELECTION.uuid, str(out)]) == 1
    said = capsys.readouterr().err
    assert "préparée, pas encore scellée" in said
    assert said.count("conseil") == 1
    assert not (drafted / "out.zip").exists()


def test_a_number_drafted_twice_leaves_no_folder(
    drafted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, out = drafted / "config.json", drafted / "out"
    config.write_text(json.dumps(CONFIG))
    given = ["election", "draft", str(config), "--out", str(out)]
    assert main([*given, "--uuid", ELECTION.uuid]) == 1
    assert "déjà le numéro" in capsys.readouterr().err
    assert not out.exists()
    assert main([*given, "--uuid", "AnotherNumber1"]) == 0  # nothing else was wrong
    assert (out / "server.json").is_file()
