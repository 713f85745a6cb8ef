# SPDX-License-Identifier: AGPL-3.0-or-later
"""When ``evote backup`` makes none: too soon, of nothing, of what has not changed, or there."""

from __future__ import annotations

from pathlib import Path

import pytest

from evote.cli import main
from evote.clock import HOUR
from evote.database.connection import open_database
from evote.database.migrating import migrate
from tests.backing_up import back_up, made_key, saved_site
from tests.simulator import CLOSES_AT
from tests.site import Site


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A recovery key, made by the command; its public half lies beside it."""
    return made_key(tmp_path)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return saved_site(tmp_path, monkeypatch)


def migrate_file(file: Path) -> None:
    database = open_database(f"sqlite:///{file}")
    migrate(database)
    database.close()


def test_a_timer_makes_no_pair_of_what_has_not_changed(
    site: Site, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.clock.time += 2 * 60
    for _ in range(3):
        assert back_up(tmp_path / "both", key, "--if-due") == 0
        site.clock.time += HOUR
    assert "rien n'a changé" in capsys.readouterr().out
    assert len(list((tmp_path / "both").iterdir())) == 2
    assert back_up(tmp_path / "both", key) == 0  # who asks for one gets one
    assert len(list((tmp_path / "both").iterdir())) == 4
    site.school.database.close()


def test_a_backup_lies_neither_with_the_keys_nor_with_the_database(
    site: Site, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder, what in (("keys", "des clés"), ("keys/x", "des clés"), ("data", "de la base")):
        place = tmp_path / "site" / folder
        before = sorted(place.iterdir()) if place.exists() else None
        assert back_up(place, key) == 1
        assert f"dans le dossier {what}" in capsys.readouterr().err
        assert back_up(tmp_path / "else", key, "--keys", str(place)) == 1
        assert (sorted(place.iterdir()) if place.exists() else None) == before
    assert not (tmp_path / "else").exists()
    site.school.database.close()


def test_keys_that_no_restore_would_read_are_not_saved(
    site: Site,
    key: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("evote.backup.key_files.MAX_KEYS_BYTES", 2**16)
    (tmp_path / "site" / "keys" / "big").write_bytes(bytes(2**16))
    assert back_up(tmp_path / "both", key) == 1
    assert "le dossier des clés est trop gros" in capsys.readouterr().err
    assert not list((tmp_path / "both").iterdir())
    site.school.database.close()


def test_nothing_is_no_backup(
    key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistyped setting, or a machine that is quite new, makes no newest backup of nothing."""
    file, keys = tmp_path / "mistyped" / "preau.db", tmp_path / "keys"
    file.parent.mkdir()
    keys.mkdir(mode=0o700)
    monkeypatch.setenv("PREAU_DATABASE_URL", f"sqlite:///{file}")
    monkeypatch.setenv("PREAU_PUBLIC_URL", "https://vote.example")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(keys))
    for more in ((), ("--if-due",), ("--yes",)):
        assert back_up(tmp_path / "both", key, *more) == 1
        assert "la base n'existe pas : rien n'est sauvegardé" in capsys.readouterr().err
        assert not file.exists()
    migrate_file(file)
    assert back_up(tmp_path / "both", key) == 1
    assert "aucune élection" in capsys.readouterr().err
    assert back_up(tmp_path / "both", key, "--if-due") == 0
    assert capsys.readouterr().out.startswith("Rien à sauvegarder")
    assert not (tmp_path / "both").exists()
    assert back_up(tmp_path / "both", key, "--yes") == 0
    (data,), (keys_file,) = ((tmp_path / "both").glob(f"*.{end}") for end in ("data", "keys"))
    words = ("--recovery-key", str(key), "--passphrase-file", str(tmp_path / "words"))
    file.unlink()
    for more in ((), ("--check",)):
        assert main(["restore", str(data), str(keys_file), *words, *more]) == 1
        assert "d'une base vide" in capsys.readouterr().err
        assert not file.exists()


def test_too_early_it_is_made_only_for_who_asks_twice(
    site: Site, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "both"
    site.vote(0)
    assert back_up(folder, key) == 1
    assert "1 bulletin nouveau (jamais sauvegardée)" in capsys.readouterr().err
    assert back_up(folder, key, "--if-due") == 0
    assert capsys.readouterr().out.startswith("Pas encore : ")
    assert not folder.exists()
    assert back_up(folder, key, "--yes") == 0
    for elector in range(1, 11):
        site.vote(elector)
    site.clock.time += HOUR - 60
    assert back_up(folder, key, "--if-due") == 0
    assert "10 bulletins nouveaux (sauvegardée il y a 59 minutes)" in capsys.readouterr().out
    site.clock.time += 60
    assert back_up(folder, key, "--if-due") == 0
    assert len(list(folder.iterdir())) == 4
    site.school.database.close()


def test_after_the_clock_was_ahead_an_hour_is_counted_from_now(
    site: Site, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, right = tmp_path / "both", site.clock.time
    site.clock.time += 24 * HOUR
    assert back_up(folder, key) == 0
    site.clock.time = right
    for elector in range(10):
        site.vote(elector)
    capsys.readouterr()
    assert back_up(folder, key, "--if-due") == 0
    said = capsys.readouterr()
    assert "10 bulletins nouveaux (sauvegardée il y a 0 minute)" in said.out
    assert "une heure à venir" in said.err
    site.clock.time += HOUR
    assert back_up(folder, key, "--if-due") == 0
    assert not capsys.readouterr().err
    assert len(list(folder.iterdir())) == 4
    site.school.database.close()


def test_the_first_one_after_closing_asks_for_those_of_before_to_be_destroyed(
    site: Site, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "both"
    for elector in range(10):
        site.vote(elector)
    assert back_up(folder, key) == 0
    site.vote(10)
    site.clock.time = CLOSES_AT + 301
    site.school.close()
    for more in ((), ("--if-due",)):  # waiting mends nothing: a timer must not be silent
        assert back_up(folder, key, *more) == 1
        assert (
            "détruisez aussitôt les sauvegardes faites pendant le vote" in capsys.readouterr().err
        )
    assert back_up(folder, key, "--yes") == 0
    assert back_up(folder, key) == 0
    site.school.database.close()
