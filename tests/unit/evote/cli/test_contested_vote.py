# SPDX-License-Identifier: AGPL-3.0-or-later
"""A vote made with a neighbour's letter: what is found, what is said, and that nothing is undone.

docs/adr/0014, docs/server-election.md §5.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from evote.casting import Outcome
from evote.cli import main
from evote.cli.server.opened import server
from evote.election.desk_messages import ContestedMessage
from tests.db.school import make_election
from tests.site import Site, make_site

THIEF, NEIGHBOUR = 1, 0


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    site = make_site(tmp_path / "site", election=make_election(electors=3))
    monkeypatch.setenv("PREAU_DATABASE_URL", f"sqlite:///{tmp_path}/site/data/preau.db")
    monkeypatch.setenv("PREAU_PUBLIC_URL", "https://vote.example")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(tmp_path / "site" / "keys"))
    monkeypatch.setattr("evote.cli.server.during.server", partial(server, site.clock))
    return site


def contest(site: Site, folder: Path, elector: int, *, used: bool) -> int:
    message = ContestedMessage(site.school.uuid, (site.school.number(elector),), used)
    file = folder / "contested.json"
    file.write_bytes(message.encode())
    return main(["election", "contested", site.school.uuid, str(file)])


def test_a_vote_by_a_neighbours_letter_stays_and_stops_no_election(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    school = site.school
    assert school.cast(THIEF, school.ballot(NEIGHBOUR)).outcome is Outcome.RECORDED
    outcome = school.cast(NEIGHBOUR, school.ballot(NEIGHBOUR, 1, "own")).outcome
    assert outcome is Outcome.CREDENTIAL_USED_BUT_NOT_THIS_SIGN_IN

    assert contest(site, tmp_path, NEIGHBOUR, used=True) == 0
    said = capsys.readouterr().out
    assert "son code a servi, mais pas son émargement" in said
    assert contest(site, tmp_path, THIEF, used=False) == 0
    other = capsys.readouterr().out
    assert "son émargement a servi, mais pas son code" in other
    for each in (said, other):
        assert "lettre employée par quelqu'un d'autre" in each
        assert "Ne\nsuspendez pas le vote pour ce seul cas" in each
    assert school.counts() == (1, 1)
    school.database.close()


def test_both_used_has_no_other_cause_to_look_for(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.school.cast(NEIGHBOUR)
    assert contest(site, tmp_path, NEIGHBOUR, used=True) == 0
    said = capsys.readouterr().out
    assert "son code et son émargement ont servi" in said
    assert "suspendez" not in said
    site.school.database.close()
