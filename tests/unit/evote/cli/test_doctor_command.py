# SPDX-License-Identifier: AGPL-3.0-or-later
"""What ``evote doctor`` prints, as sentences and as JSON, and what it ends with."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from jsonschema import validate
from sqlalchemy import text

from evote.backup.pace import ballots_of, remember_backup
from evote.cli import doctor, main
from evote.doctor.examine import Asked
from evote.doctor.findings import Finding, Level, serious
from evote.lifecycle.in_force import encode_booth
from evote.sign_in_rewriting import rewrite_sign_ins
from evote.web.assets import AssetsMissing
from tests.own_files import booth_files_of_tests
from tests.simulator import HOST
from tests.site import Site, make_site

SCHEMA = json.loads(
    (Path(__file__).parents[4] / "docs/schemas/doctor.schema.json").read_text("utf-8")
)

BOOTH_OF = doctor._booth_of


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A server in order, at the time of its own clock."""
    site = make_site(tmp_path / "site")
    site.vote(0)
    site.school.publisher.publish(site.school.uuid)
    rewrite_sign_ins(site.school.database, site.clock())
    with site.school.database.write() as connection:
        remember_backup(connection, site.clock(), ballots_of(connection))
    monkeypatch.setenv("PREAU_DATABASE_URL", f"sqlite:///{tmp_path}/site/data/preau.db")
    monkeypatch.setenv("PREAU_PUBLIC_URL", f"https://{HOST}")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(tmp_path / "site" / "keys"))
    monkeypatch.setattr(doctor, "Asked", partial(Asked, clock=site.clock, is_set=lambda: True))
    monkeypatch.setattr(doctor, "_booth_of", lambda uuid: encode_booth(booth_files_of_tests(uuid)))
    return site


def break_box(site: Site) -> None:
    with site.school.database.write() as connection:
        connection.execute(text("UPDATE sign_in SET used = FALSE"))


def forget_backup(site: Site) -> None:
    with site.school.database.write() as connection:
        connection.execute(text("DELETE FROM last_backup"))


def test_all_is_well(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("Tout va bien : ")
    assert all(line.startswith("[ok]     ") for line in lines[:-1])
    site.school.database.close()


def test_no_clock_is_left_out_in_silence(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "Asked", partial(Asked, clock=site.clock, is_set=lambda: False))
    assert main(["doctor"]) == 1
    assert "l'heure de la machine n'a été comparée à aucune autre" in capsys.readouterr().out
    ask = partial(Asked, clock=site.clock, ask=lambda _url: site.clock(), is_set=lambda: False)
    monkeypatch.setattr(doctor, "Asked", ask)
    assert main(["doctor", "--online"]) == 0
    assert "aucune autre" not in capsys.readouterr().out
    site.school.database.close()


def test_under_another_account_nothing_is_looked_at(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 4242)
    assert main(["doctor"]) == 2
    said = capsys.readouterr().out
    assert "tourne sous « 4242 »" in said
    assert "la base répond" not in said
    site.school.database.close()


@pytest.mark.parametrize(
    ("break_it", "status", "word", "last"),
    [
        (forget_backup, 1, "[à voir] ", "0 chose grave, 1 chose à voir."),
        (break_box, 2, "[grave]  ", "1 chose grave, 0 chose à voir."),
    ],
)
def test_the_worst_is_the_exit_status(
    site: Site,
    capsys: pytest.CaptureFixture[str],
    break_it: object,
    status: int,
    word: str,
    last: str,
) -> None:
    assert callable(break_it)
    break_it(site)
    assert main(["doctor"]) == status
    lines = capsys.readouterr().out.splitlines()
    (place,) = [place for place, line in enumerate(lines) if line.startswith(word)]
    assert lines[place + 1].strip().startswith("à faire : ")
    assert lines[-1] == last
    site.school.database.close()


@pytest.mark.parametrize("status", [0, 1, 2])
def test_the_same_as_json(site: Site, capsys: pytest.CaptureFixture[str], status: int) -> None:
    for each in (forget_backup, break_box)[:status]:
        each(site)
    assert main(["doctor", "--json"]) == status
    report = json.loads(capsys.readouterr().out)
    validate(report, SCHEMA)
    assert report["verdict"] == ("ok", "to_see", "serious")[status]
    levels = [finding["level"] for finding in report["findings"]]
    assert levels.count("ok") == len(levels) - status
    site.school.database.close()


def test_unsafe_settings_and_an_unreachable_page_are_told(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def ask(url: str) -> int:
        asked.append(url)
        raise OSError

    monkeypatch.setattr(doctor, "Asked", partial(Asked, clock=site.clock, ask=ask))
    assert main(["doctor", "--online", "--clock-from", "https://time.example/"]) == 2
    assert asked == ["https://time.example/", f"https://{HOST}/healthz"]
    assert f"https://{HOST}/healthz ne répond pas en https" in capsys.readouterr().out
    monkeypatch.setenv("PREAU_PUBLIC_URL", f"http://{HOST}")
    assert main(["doctor"]) == 2
    assert "PREAU_PUBLIC_URL" in capsys.readouterr().out
    site.school.database.close()


def test_a_booth_that_was_not_built_is_said_to_be_that(
    monkeypatch: pytest.MonkeyPatch, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> None:
        raise AssetsMissing

    monkeypatch.setattr(doctor, "read_assets", missing)
    monkeypatch.setattr(doctor, "_booth_of", BOOTH_OF)
    doctor._booth.cache_clear()
    assert main(["doctor"]) == 2
    doctor._booth.cache_clear()
    said = capsys.readouterr().out
    assert "la page de vote n'a pas été faite" in said
    assert "pas celle qui a été scellée" not in said
    site.school.database.close()


def test_what_others_wrote_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    doctor._say(Finding("box", Level.SERIOUS, "a\x1b[2Jb", "c\nd"))
    assert "\x1b" not in (said := capsys.readouterr().out)
    assert len(said.splitlines()) == 2


def test_what_is_to_be_done_is_said_to_its_end(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    long = serious("box", "une phrase " * 30, f"{'un conseil ' * 60}jusqu'au bout")
    monkeypatch.setattr(doctor, "examine", lambda _asked: iter([long]))
    assert main(["doctor"]) == 2
    said = capsys.readouterr().out
    assert (long.message in said, long.advice in said) == (True, True)
    site.school.database.close()


@pytest.mark.parametrize("url", ["http://time.example/", "ftp://x", "time.example", "https://"])
def test_a_clock_is_asked_in_https_only(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--clock-from", url]) == 2
    said = capsys.readouterr()
    assert (said.out, f"« {url} » n'est pas une adresse https" in said.err) == ("", True)
