# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hours and numbers in what commands of a server say: true of this vote, and asked once."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from evote.cli import main
from evote.cli.server.opened import server
from evote.database.elections import State
from tests.db.school import NOON, make_election
from tests.simulator import CLOSES_AT
from tests.site import Site, make_site

HOUR = 3600


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A vote that is open, on whose database the commands work at the time of its own clock."""
    site = make_site(tmp_path / "site", election=make_election(electors=3))
    monkeypatch.setenv("PREAU_DATABASE_URL", f"sqlite:///{tmp_path}/site/data/preau.db")
    monkeypatch.setenv("PREAU_PUBLIC_URL", "https://vote.example")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(tmp_path / "site" / "keys"))
    for command in ("during", "looking"):
        monkeypatch.setattr(f"evote.cli.server.{command}.server", partial(server, site.clock))
    monkeypatch.chdir(tmp_path)
    return site


def closing_line(site: Site, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(["election", "state", site.school.uuid]) == 0
    (line,) = (
        each for each in capsys.readouterr().out.splitlines() if each.startswith("Fermeture")
    )
    return line


@pytest.mark.parametrize("state", [State.CLOSED, State.TALLIED, State.ARCHIVED])
def test_a_vote_closed_before_its_hour_counts_down_to_nothing(
    site: Site, capsys: pytest.CaptureFixture[str], state: State
) -> None:
    assert ", dans " in closing_line(site, capsys)
    site.set_state(state)
    line = closing_line(site, capsys)
    assert "prévue le" in line
    assert line.endswith("le vote a été clos avant.")
    assert "dans " not in line
    site.clock.time = CLOSES_AT + HOUR
    assert closing_line(site, capsys).endswith(", il y a 1 heure.")
    site.school.database.close()


def test_nor_does_a_cancelled_one(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.set_state(State.CANCELLED)
    assert main(["election", "state", site.school.uuid]) == 0
    said = capsys.readouterr().out
    assert said.count("prévue le") == 2
    assert "l'élection est annulée." in said
    assert "dans " not in said.partition("Journal")[0]
    assert "Un bulletin en route" not in said
    site.school.database.close()


def amend(site: Site, *options: str) -> int:
    return main(["election", "amend", site.school.uuid, "--reason", "Panne", *options])


def test_an_open_vote_is_prolonged_without_a_question_about_its_opening(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is past, as that of every open vote: who had to add --yes would always add it."""
    assert site.school.held().opens_at < NOON
    assert amend(site, "--closes-at", "2026-10-12T16:00:00Z") == 0  # a Monday
    assert "À vérifier" not in capsys.readouterr().out
    assert Path("amendment.json").exists()
    site.school.database.close()


def test_what_is_unusual_in_the_new_closing_still_is_questioned(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    late = ("--closes-at", instant(site.school.held().opens_at + 24 * HOUR * 6))
    assert amend(site, *late) == 1
    said = capsys.readouterr()
    assert "le vote dure plus de 5 jours" in said.out
    assert "l'ouverture est déjà passée" not in said.out + said.err
    assert not Path("amendment.json").exists()
    assert amend(site, *late, "--yes") == 0
    site.school.database.close()


@pytest.mark.parametrize(
    "command",
    [
        ["election", "state", "NOPE"],
        ["election", "suspend", "NOPE", "--reason", "x"],
        ["pins", "make", "NOPE"],
        ["election", "copy", "NOPE", "--out", "copy"],
    ],
)
def test_a_mistyped_number_leads_to_the_list_and_not_to_a_new_one(
    site: Site, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert main(command) == 2
    said = capsys.readouterr().err
    assert "« NOPE » n'est pas un numéro d'élection" in said
    assert "evote election list" in said
    assert "evote election id" not in said
    site.school.database.close()


def instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
