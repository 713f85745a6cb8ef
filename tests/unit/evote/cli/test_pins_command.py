# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote pins``: what went out, what did not, and no PIN void for a letter that never can."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from evote.cli import main
from evote.database.elections import lock_election
from evote.pins import renew_pin
from tests.db.school import School, host, make_election
from tests.site import Site, make_site

OTHER = "AnotherEtection"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    site = make_site(tmp_path / "site")
    (tmp_path / "outbox").mkdir(mode=0o700)
    monkeypatch.setenv("PREAU_DATABASE_URL", f"sqlite:///{tmp_path}/site/data/preau.db")
    monkeypatch.setenv("PREAU_PUBLIC_URL", "https://vote.example")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(tmp_path / "site" / "keys"))
    monkeypatch.setenv("PREAU_OUTBOX_FOLDER", str(tmp_path / "outbox"))
    yield site
    site.school.database.close()


def renew(school: School, elector: int) -> None:
    with school.database.write() as connection:
        held = lock_election(connection, school.uuid)
        renew_pin(connection, held, school.folder.load(school.uuid), elector)


def harm(school: School, statement: str) -> None:
    with school.database.write() as connection:
        connection.execute(text(statement))


def macs(school: School) -> list[object]:
    with school.database.read() as connection:
        query = text("SELECT elector, pin_mac FROM sign_in WHERE election_id = 1 ORDER BY elector")
        return list(connection.execute(query))


def test_it_says_how_many_went_out_and_of_each_election_what_did_not(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    school = site.school
    other = host(school.database, school.folder.path, make_election(3, uuid=OTHER), site.clock)
    for each in (school, other):
        for elector in (1, 2, 3):
            renew(each, elector)
    harm(school, "UPDATE outbox SET sealed = x'00' WHERE elector < 3 AND election_id = 1")
    other.folder.file(OTHER).unlink()
    assert main(["pins", "deliver"]) == 1
    said = capsys.readouterr()
    assert said.out == "1 message remis.\n"
    two = f"{school.uuid}, message abîmé dans la base (outbox.sealed) (2 fois)"
    assert f"tout n'est pas remis : {two} ; {OTHER}, sa clé manque" in said.err
    assert "bulletin" not in said.err
    assert len(list((tmp_path / "outbox").iterdir())) == 1


def test_a_folder_that_takes_no_letter_is_said_and_every_letter_waits(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for elector in (1, 2):
        renew(site.school, elector)
    (tmp_path / "outbox").rmdir()
    assert main(["pins", "deliver"]) == 1
    said = capsys.readouterr()
    assert said.out == "0 message remis.\n"
    assert "n'a pas pu être écrite dans PREAU_OUTBOX_FOLDER" in said.err
    assert "(2 fois)" in said.err
    assert "renew" not in said.err
    (tmp_path / "outbox").mkdir(mode=0o700)
    assert main(["pins", "deliver"]) == 1  # each is tried again in two minutes
    assert "2 messages attendent leur prochain essai" in capsys.readouterr().err
    with site.school.database.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM outbox")) == 2


def test_no_pin_is_void_for_a_letter_that_could_never_go_out(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    school = site.school
    before = macs(school)
    harm(school, "UPDATE elector SET sealed = x'00' WHERE elector = 7")
    assert main(["pins", "renew", school.uuid, "--elector", "7"]) == 1
    said = capsys.readouterr().err
    assert "la ligne de cet électeur est abîmée dans la base (elector.sealed)" in said
    assert macs(school) == before
    assert main(["pins", "renew", school.uuid, "--elector", "8"]) == 0
    assert [mac for mac in macs(school) if mac not in before] == [macs(school)[7]]
    assert main(["pins", "renew", school.uuid, "--elector", "99"]) == 1
    assert "aucun électeur n'a ce numéro" in capsys.readouterr().err


def test_who_has_a_damaged_row_keeps_nobody_from_a_pin(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    school = site.school
    harm(school, "UPDATE elector SET sealed = x'00' WHERE elector = 7")
    harm(school, "UPDATE sign_in SET pin_mac = NULL WHERE elector > 5")
    assert main(["pins", "make", school.uuid]) == 1
    said = capsys.readouterr()
    assert "6 électeurs" in said.out
    assert "dont la ligne est abîmée : 7" in said.err
    with school.database.read() as connection:
        query = text("SELECT elector FROM sign_in WHERE pin_mac IS NULL")
        assert connection.scalars(query).all() == [7]
