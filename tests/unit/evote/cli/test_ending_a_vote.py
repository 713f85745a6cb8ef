# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the commands that end a vote on a server say, ask, and end with."""

from __future__ import annotations

import io
import sys
from functools import partial
from pathlib import Path

import pytest

from evote.cli import main
from evote.cli.server.opened import server
from evote.database.elections import State
from tests.db.school import make_election
from tests.simulator import CLOSES_AT
from tests.site import Site, make_site


def served(folder: Path, monkeypatch: pytest.MonkeyPatch, *, rehearsal: bool = False) -> Site:
    """A site whose database the commands work on, at the time of its own clock."""
    site = make_site(folder / "site", election=make_election(electors=3, rehearsal=rehearsal))
    monkeypatch.setenv("PREAU_DATABASE_URL", f"sqlite:///{folder}/site/data/preau.db")
    monkeypatch.setenv("PREAU_PUBLIC_URL", "https://vote.example")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(folder / "site" / "keys"))
    for command in ("ending", "looking"):
        monkeypatch.setattr(f"evote.cli.server.{command}.server", partial(server, site.clock))
    return site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return served(tmp_path, monkeypatch)


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_the_journal_is_told_in_french(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["election", "state", site.school.uuid]) == 0
    said = capsys.readouterr().out
    assert "Élection scellée" in said
    assert "Vote ouvert" in said
    assert "sealed" not in said
    assert "opened" not in said
    site.school.database.close()


def test_a_rehearsal_is_closed_before_its_hour_only_by_who_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site = served(tmp_path, monkeypatch, rehearsal=True)
    for typed, status in (("", 2), ("non\n", 1)):
        answer(monkeypatch, typed)
        assert main(["election", "finish", site.school.uuid]) == status
        assert "Clore cette répétition" in capsys.readouterr().out
        assert site.school.held().state is State.OPEN
    answer(monkeypatch, "oui\n")
    assert main(["election", "finish", site.school.uuid]) == 0
    assert "Le vote est clos : 0 bulletin pour 3 électeurs." in capsys.readouterr().out
    site.school.database.close()


def test_a_rehearsal_is_closed_early_without_a_question_if_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = served(tmp_path, monkeypatch, rehearsal=True)
    answer(monkeypatch, "")
    assert main(["election", "finish", site.school.uuid, "--yes"]) == 0
    site.school.database.close()


def test_a_real_vote_is_never_closed_early_and_asks_nothing_at_its_hour(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, "oui\n")
    for options in ([], ["--yes"]):
        assert main(["election", "finish", site.school.uuid, *options]) == 1
        said = capsys.readouterr()
        assert "le vote ferme" in said.err
        assert "répétition" not in said.out
    site.clock.time = CLOSES_AT + 1000
    answer(monkeypatch, "")
    assert main(["election", "finish", site.school.uuid]) == 0
    site.school.database.close()


def test_decryptions_fail_only_where_none_is_taken(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.vote(0)
    site.clock.time = CLOSES_AT + 1000
    site.school.close()
    good, bad = tmp_path / "decryption-1.json", tmp_path / "decryption-2.json"
    good.write_bytes(site.school.decryption(1))
    bad.write_text("{}")
    command = ["election", "decryptions", site.school.uuid]
    assert main(command) == 0
    assert main([*command, str(bad)]) == 1
    assert "Mis de côté : « decryption-2.json »" in capsys.readouterr().out
    assert main([*command, str(bad), str(good)]) == 0
    assert main([*command, str(good)]) == 0  # again
    site.school.database.close()
