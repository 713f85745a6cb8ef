# SPDX-License-Identifier: AGPL-3.0-or-later
"""What ``evote backup`` says, writes, asks for, and ends with."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from evote.backup.new_file import PREFIX, new_file
from evote.backup.reading import opened_backup
from evote.backup.recovery import decode_recovery_key, read_public_key
from evote.backup.rows import dump_rows
from evote.cli import main
from evote.cli.server import backing_up
from evote.clock import HOUR
from evote.database.connection import DatabaseUnavailable
from evote.database.elections import State
from evote.database.migrating import newest_schema
from evote.doctor.findings import Level
from evote.doctor.habits import check_backups
from protocol.secret import Secret
from tests.backing_up import WORDS, back_up, made_key, make_key, saved_site
from tests.db.torn_pages import tear, tear_setup
from tests.site import Site


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A recovery key, made by the command; its public half lies beside it."""
    return made_key(tmp_path)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return saved_site(tmp_path, monkeypatch)


def test_the_key_is_two_files_and_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, words = tmp_path / "recovery.key", tmp_path / "words"
    assert make_key(path, words) == 0
    public = read_public_key(Path(f"{path}.pub"))
    assert public.encode() in capsys.readouterr().out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert decode_recovery_key(path.read_bytes(), Secret(WORDS)).public == public
    assert make_key(path, words) == 1
    assert "existe déjà" in capsys.readouterr().err


def test_a_backup_is_two_files_that_the_key_opens(
    site: Site, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert back_up(tmp_path / "data", key, "--keys", str(tmp_path / "keys")) == 0
    (data,), (keys,) = ((tmp_path / name).iterdir() for name in ("data", "keys"))
    assert (data.suffix, keys.suffix, data.stem) == (".data", ".keys", keys.stem)
    said = capsys.readouterr()
    assert str(data) in said.out
    assert not said.err
    secret = decode_recovery_key(key.read_bytes(), Secret(WORDS))
    with opened_backup(data, keys, secret, newest_schema()) as backup:
        assert set(backup.keys.files) == {f"{site.school.uuid}.{end}" for end in ("key", "logs")}
        assert backup.made_at == site.clock()
    site.school.database.close()


def test_it_says_that_both_lie_together_and_that_a_key_is_missing(
    site: Site, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert back_up(tmp_path / "both", key) == 0
    assert "à part l'un de l'autre" in capsys.readouterr().out
    site.school.folder.file(site.school.uuid).unlink()
    assert back_up(tmp_path / "both", key) == 1
    assert f"{site.school.uuid}.key" in capsys.readouterr().err
    assert not is_whole(site)
    site.school.database.close()


@pytest.mark.parametrize("kind", ["key", "logs"])
def test_a_key_that_is_not_the_sealed_one_is_named_like_a_missing_one(
    site: Site, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    assert back_up(tmp_path / "both", key) == 0
    assert is_whole(site)
    path = site.school.folder.file(site.school.uuid, kind)
    own = path.read_text()
    path.write_text(f"{own[:-2]}{'0' if own[-2] != '0' else '1'}\n")
    assert back_up(tmp_path / "both", key) == 1
    said = capsys.readouterr().err
    assert f"n'est pas la clé qui a été scellée : {path.name}" in said
    assert not is_whole(site)
    path.write_text(own)
    assert back_up(tmp_path / "both", key, "--if-due") == 0  # though nothing is new in the rows
    assert is_whole(site)
    site.school.database.close()


def is_whole(site: Site) -> bool:
    """What is remembered of the last backup, and told by the doctor as it is."""
    with site.school.database.read() as connection:
        found = connection.execute(text("SELECT is_whole FROM last_backup")).scalar_one()
        (told,) = check_backups(connection, site.clock())
    assert (told.level is Level.SERIOUS) is not bool(found)
    assert ("evote restore la refuserait" in told.message) is not bool(found)
    return bool(found)


def test_a_damaged_board_is_saved_all_the_same_and_said_aloud(
    site: Site, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.vote(0)
    with site.school.database.write() as connection:
        connection.execute(text("UPDATE board_data SET data = :d WHERE height = 1"), {"d": b"{}"})
    assert back_up(tmp_path / "both", key, "--yes") == 0
    assert len(list((tmp_path / "both").iterdir())) == 2
    said = capsys.readouterr()
    assert "Données : " in said.out
    assert said.err.startswith(f"ATTENTION : {site.school.uuid} : l'urne ou le journal est abîmé")
    assert "evote restore les refusera" in said.err
    assert "evote doctor" in said.err
    assert not is_whole(site)
    site.school.database.close()


@pytest.mark.parametrize("its_row", [False, True])
def test_a_damaged_page_is_told_with_its_election_and_not_as_a_database_that_is_away(
    site: Site, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, its_row: bool
) -> None:
    if its_row:
        tear(site.school.database, (site.school.uuid + State.OPEN.value).encode())
    else:
        tear_setup(site.school)
    assert back_up(tmp_path / "both", key, "--yes") == 1
    said = capsys.readouterr().err
    assert f"ne donne pas tout ce qu'elle contient ({site.school.uuid})" in said
    assert "rien n'est sauvegardé" in said
    assert not list((tmp_path / "both").glob("*"))


def test_a_database_that_is_busy_is_not_one_that_gives_an_election_in_part(
    site: Site,
    key: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever else is wrong with the election."""
    with site.school.database.write() as connection:
        connection.execute(text("UPDATE board_data SET data = x'7b7d' WHERE height = 0"))

    def busy(*_: object) -> bool:
        raise DatabaseUnavailable

    monkeypatch.setattr(backing_up, "count_from_now", busy)
    assert back_up(tmp_path / "both", key, "--yes") == 1
    said = capsys.readouterr().err
    assert "la base n'a pas répondu, ou pas donné tout ce qu'elle contient" in said
    assert site.school.uuid not in said


@pytest.mark.parametrize("cell", ["ballots", "made_at"])
def test_a_last_backup_whose_numbers_are_none_is_as_if_never_made(
    site: Site, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], cell: str
) -> None:
    assert back_up(tmp_path / "one", key, "--yes") == 0
    with site.school.database.write() as connection:
        connection.execute(text(f"UPDATE last_backup SET {cell} = 'abc'"))  # noqa: S608
    for elector in range(11):
        site.vote(elector)
    site.clock.time += 2 * HOUR
    assert back_up(tmp_path / "two", key) == 0, capsys.readouterr().err
    assert "l'horloge a été en avance" not in capsys.readouterr().err
    assert len(list((tmp_path / "two").iterdir())) == 2


def test_a_state_that_a_restore_makes_again_is_saved_and_said(
    site: Site, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with site.school.database.write() as connection:
        connection.execute(text("UPDATE published_log SET hashes = :h"), {"h": bytes(32)})
    assert back_up(tmp_path / "both", key) == 0
    said = capsys.readouterr().err
    uuid = site.school.uuid
    assert said.startswith(f"ATTENTION : {uuid} : ce que la base garde de l'état publié est abîmé")
    assert "evote restore refait" in said
    assert is_whole(site)
    assert "refusera" not in said
    site.school.database.close()


@pytest.mark.parametrize("cell", ["size = 'x'", "stamp = x'00ff'", "size = 4611686018427387904"])
@pytest.mark.parametrize("board", ["whole", "damaged"])
def test_a_damaged_cell_of_what_is_published_is_saved_and_keeps_no_backup_from_being_good(
    site: Site,
    key: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    cell: str,
    board: str,
) -> None:
    """Nor does it hide that the board is damaged too."""
    site.vote(0)
    with site.school.database.write() as connection:
        connection.execute(text(f"UPDATE published_log SET {cell} WHERE log = 'board'"))  # noqa: S608
        if board == "damaged":
            connection.execute(text("UPDATE board_data SET data = x'7b7d' WHERE height = 1"))
    assert back_up(tmp_path / "both", key, "--yes") == 0
    said = capsys.readouterr().err
    named = f"« published_log.{cell.partition(' ')[0]} » (1 ligne)"
    assert said.startswith(f"ATTENTION : {site.school.uuid} : la base est abîmée : {named}")
    assert "evote restore refait" in said
    assert is_whole(site) is (board == "whole")
    assert ("evote restore les refusera" in said) is (board == "damaged")
    site.school.database.close()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_stop_it_leaves_nothing(
    site: Site, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: signal.Signals
) -> None:
    """A file of rows without its name would be a backup of which no pace knows."""
    before = signal.getsignal(told)

    def stopped(connection: Connection, schema: str) -> Iterator[bytes]:
        rows = iter(dump_rows(connection, schema))
        yield next(rows)
        assert len(list((tmp_path / "both").iterdir())) == 2
        signal.raise_signal(told)
        yield from rows

    monkeypatch.setattr("evote.backup.writing.dump_rows", stopped)
    assert back_up(tmp_path / "both", key) == 128 + told
    assert not list((tmp_path / "both").iterdir())
    assert signal.getsignal(told) is before
    site.school.database.close()


def test_what_a_killed_one_has_left_goes_with_the_next(
    site: Site, key: Path, tmp_path: Path
) -> None:
    folder, hour_ago = tmp_path / "both", time.time() - HOUR
    folder.mkdir()
    left, young, written, other = (
        folder / name for name in (f"{PREFIX}1", f"{PREFIX}2", f"{PREFIX}3", ".preau-other")
    )
    with new_file(folder) as beside:
        for path in (left, young, written, other):
            path.write_bytes(b"sealed")
        for path in (left, written, other, beside.temporary):
            os.utime(path, (hour_ago, hour_ago))
        stream = written.open("rb")
        fcntl.flock(stream, fcntl.LOCK_EX)  # another backup goes on there
        assert back_up(folder, key) == 0
        kept = {path for path in folder.iterdir() if not path.name.startswith("preau-")}
        assert kept == {young, written, other, beside.temporary}
        stream.close()
    site.school.database.close()


@pytest.mark.parametrize("content", ["", "EVOTE-RECOVERY-PUBLIC-1 00 00", "\0"])
def test_another_file_is_no_public_key(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.pub").write_text(content)
    assert main(["backup", str(tmp_path / "f"), "--to", str(tmp_path / "x.pub")]) == 2
    assert "clé publique" in capsys.readouterr().err
