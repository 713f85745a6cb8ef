# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote election copy``: what it writes, asks and refuses; a refusal leaves nothing behind."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import jsonschema
import pytest

from evote.cli import main
from evote.cli.server.opened import server
from evote.database.elections import State, find_election
from evote.election.config import decode_config
from evote.lifecycle.cancelling import cancel_election
from evote.log_keys import has_log_keys, load_log_keys
from protocol.ceremony import Member
from protocol.server_binding import decode_server_file
from tests.db.rows import all_rows
from tests.site import Site, make_site

SCHEMA = json.loads(
    (Path(__file__).parents[4] / "docs/schemas/election-config.schema.json").read_text("utf-8")
)
PERSONS = (Member("Aïcha Ben Ali", "directrice"), Member("Bruno Carré", "enseignant"))
OPENS, CLOSES = "2026-11-20T08:00:00+01:00", "2026-11-24T18:00:00+01:00"
HOURS = ["--opens-at", OPENS, "--closes-at", CLOSES]
NEW = "AnotherPreauAA"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site whose election is cancelled, and whose database the commands work on."""
    site = make_site(tmp_path / "site")
    monkeypatch.setenv("PREAU_DATABASE_URL", f"sqlite:///{tmp_path}/site/data/preau.db")
    monkeypatch.setenv("PREAU_PUBLIC_URL", "https://vote.example")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(tmp_path / "site" / "keys"))
    for command in ("beginning", "looking"):
        monkeypatch.setattr(f"evote.cli.server.{command}.server", partial(server, site.clock))
    school = site.school
    cancel_election(school.database, school.uuid, "Une erreur", PERSONS, site.clock)
    yield site
    school.database.close()


def copy(site: Site, out: Path, *more: str) -> int:
    return main(["election", "copy", site.school.uuid, "--out", str(out), *more])


def test_it_writes_a_configuration_and_the_keys_of_a_new_draft(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "again"
    assert copy(site, out, *HOURS, "--new-uuid", NEW) == 0
    said = capsys.readouterr().out
    assert f"evote election seal {out}/config.json --uuid {NEW} --server {out}/server.json" in said
    assert "vendredi 20 novembre 2026" in said
    written = json.loads((out / "config.json").read_bytes())
    jsonschema.validate(written, SCHEMA)
    assert (written["opens_at"], written["closes_at"]) == (OPENS, CLOSES)
    config, evote = decode_config((out / "config.json").read_bytes()), site.school.election.bindings
    assert (config.lists, config.seats, config.school) == (evote.lists, evote.seats, evote.school)
    uuid, binding = decode_server_file((out / "server.json").read_bytes())
    keys = load_log_keys(site.school.folder, NEW)
    assert (uuid, binding.board_key) == (NEW, keys.board.verifier_key)
    assert main(["election", "state", NEW]) == 0
    assert "préparée, pas encore scellée" in capsys.readouterr().out


def test_the_number_of_a_copy_is_drawn_and_never_the_old_one(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert copy(site, tmp_path / "again", *HOURS, "--new-uuid", site.school.uuid) == 1
    assert "déjà le numéro" in capsys.readouterr().err
    drawn = set()
    for name in ("one", "two"):
        assert copy(site, tmp_path / name, *HOURS) == 0
        drawn.add(decode_server_file((tmp_path / name / "server.json").read_bytes())[0])
    assert len(drawn | {site.school.uuid}) == 3


def test_hours_that_are_not_given_are_asked(
    site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{OPENS}\n {CLOSES} \n"))
    assert copy(site, tmp_path / "again") == 0
    said = capsys.readouterr().out
    assert said.index("Nouvelle ouverture") < said.index("Nouvelle fermeture")
    written = json.loads((tmp_path / "again" / "config.json").read_bytes())
    assert (written["opens_at"], written["closes_at"]) == (OPENS, CLOSES)


REFUSED = {
    "nobody answers": ([], 2, "question"),
    "no hour": (["--opens-at", "bientôt", "--closes-at", CLOSES], 2, "« bientôt »"),
    "closing first": (["--opens-at", CLOSES, "--closes-at", OPENS], 1, "pas après son ouverture"),
    "too short": (["--opens-at", OPENS, "--closes-at", "2026-11-20T09:00:00+01:00"], 1, "1 h"),
    "no number": ([*HOURS, "--new-uuid", "court"], 2, "« court »"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_refused_leaves_neither_folder_nor_draft_nor_keys(
    site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    why: str,
) -> None:
    given, status, words = REFUSED[why]
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    before = all_rows(site.school.database)
    new = [] if "--new-uuid" in given else ["--new-uuid", NEW]
    assert copy(site, tmp_path / "again", *given, *new) == status
    said = capsys.readouterr().err
    assert words in said
    assert said.count("conseil") == 1
    assert not (tmp_path / "again").exists()
    assert all_rows(site.school.database) == before
    assert not has_log_keys(site.school.folder, NEW)


def test_an_election_that_is_not_cancelled_is_refused_before_anything_is_asked(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.set_state(State.CLOSED)
    assert copy(site, tmp_path / "again") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "on ne recommence qu'une élection annulée" in err
    assert not (tmp_path / "again").exists()
    with site.school.database.read() as connection:
        assert find_election(connection, site.school.uuid).state is State.CLOSED
