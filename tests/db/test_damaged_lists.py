# SPDX-License-Identifier: AGPL-3.0-or-later
"""A damaged cell of one election ends no list of all, and no look of the doctor."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from evote.cli import main
from evote.doctor.findings import Level
from tests.db.examined import look
from tests.db.pages_of import client_of
from tests.db.school import School, host, make_election

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)

OTHER = "AnotherEtection"
# What is damaged of the first election, and what the list of the command says of it.
DAMAGES = {
    "closes_at = 'abc'": "fermeture abîmée dans la base",
    "closes_at = 1e300": "fermeture abîmée dans la base",
    "state = 'foo'": "École Jules Ferry : abîmée dans la base",
    "grace_seconds = 'x'": "ouverte au vote",
}


def harm(school: School, statement: str) -> None:
    with school.database.alone() as connection:
        for pragma in ("foreign_keys = OFF", "ignore_check_constraints = ON"):
            connection.execute(text(f"PRAGMA {pragma}"))
        assert connection.execute(text(statement)).rowcount == 1


def home(school: School) -> tuple[int, bool]:
    """The status of the home page, and whether it names the other election."""
    page = client_of(school).get("/")
    return page.status_code, f"/e/{OTHER}" in page.text


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_others_are_listed_and_a_damaged_election_is_not_none(
    fit: School, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    harm(fit, f"UPDATE election SET {damage} WHERE id = 1")  # noqa: S608
    assert home(fit) == (503, False)
    host(fit.database, fit.folder.path, make_election(2, uuid=OTHER), fit.clock)
    assert home(fit) == (200, True)
    assert main(["election", "list"]) == 0
    told = capsys.readouterr().out
    assert DAMAGES[damage] in told.split(OTHER)[0] + told.split(fit.uuid)[1]
    assert f"{OTHER}  École Jules Ferry : ouverte au vote" in told


def test_an_election_without_its_school_is_listed(
    fit: School, capsys: pytest.CaptureFixture[str]
) -> None:
    harm(fit, "UPDATE election SET school_id = 77 WHERE id = 1")
    assert main(["election", "list"]) == 0
    assert f"{fit.uuid}  école inconnue : ouverte au vote" in capsys.readouterr().out


@pytest.mark.parametrize("cell", ["last_backup.ballots", "last_backup.made_at"])
def test_the_doctor_goes_on_past_a_damaged_backup(fit: School, cell: str) -> None:
    table, _, column = cell.partition(".")
    harm(fit, f"UPDATE {table} SET {column} = 'abc'")  # noqa: S608
    assert [each.level for each in look(fit) if each.check == "backup"]


def test_the_doctor_goes_on_past_a_damaged_hour_of_rewriting(fit: School) -> None:
    harm(fit, "UPDATE last_rewriting SET at = 'abc'")
    found = look(fit)
    (said,) = [each for each in found if each.check == "rewriting"]
    assert (said.level, "une ligne en est abîmée" in said.message) == (Level.SERIOUS, True)
    assert {"outbox", "backup"} <= {each.check for each in found}
