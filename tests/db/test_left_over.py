# SPDX-License-Identifier: AGPL-3.0-or-later
"""A ``-wal`` or ``-journal`` whose database is away may hold the only copy of votes: it is kept."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from evote.backup.recovery import encode_recovery_key
from evote.cli import main
from evote.database.connection import open_database
from evote.database.left_over import LeftOver, require_nothing_left_over
from evote.doctor.examine import Asked, examine
from evote.doctor.findings import Level
from evote.keys import KeyFolder
from protocol.secret import Secret
from tests.db.conftest import ELECTION
from tests.db.databases import sqlite_url
from tests.db.examined import booth_of
from tests.db.hosted_again import host_again
from tests.db.lost_server import WORDS
from tests.db.school import ManualClock
from tests.db.second_machine import keep_record, save, verify_since, vote
from tests.simulator import HOST

ENDS = ("", "-wal", "-shm")


@pytest.fixture
def stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database of a server that was killed: its last votes are in the -wal alone."""
    database = open_database(sqlite_url(tmp_path / "running"))
    school = host_again(database, tmp_path / "keys", ELECTION, ManualClock())
    vote(school, range(2))
    saved = save(school, tmp_path / "backup")
    (tmp_path / "recovery.key").write_bytes(encode_recovery_key(saved.key, Secret(WORDS)))
    (tmp_path / "recovery.key.pub").write_text(f"{saved.key.public.encode()}\n")
    (tmp_path / "words").write_text(WORDS)
    vote(school, range(2, 5))
    file = what_a_kill_leaves(tmp_path / "running" / "data", tmp_path / "killed")
    database.close()
    monkeypatch.setenv("PREAU_DATABASE_URL", f"sqlite:///{file}")
    monkeypatch.setenv("PREAU_PUBLIC_URL", "https://vote.example")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(tmp_path / "keys"))
    return file


def what_a_kill_leaves(running: Path, folder: Path) -> Path:
    """Copy the files of a database that is open, and to which nobody writes meanwhile."""
    folder.mkdir(mode=0o700)
    for end in ENDS:
        file = folder / f"preau.db{end}"
        file.write_bytes((running / file.name).read_bytes())
        file.chmod(0o600)
    return folder / "preau.db"


def ballots(file: Path) -> int:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        found: int = connection.execute("SELECT count(*) FROM ballot_index").fetchone()[0]
        return found


def contents(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.name[-4:] != "-shm"}


def restoring(place: Path, *more: str) -> list[str]:
    data, keys = (str(next((place / "backup").glob(f"*.{end}"))) for end in ("data", "keys"))
    key, words = str(place / "recovery.key"), str(place / "words")
    return ["restore", data, keys, "--recovery-key", key, "--passphrase-file", words, *more]


def commands(place: Path) -> list[list[str]]:
    return [
        ["election", "list"],
        ["worker", "--once"],
        ["serve", "--port", "47811"],
        ["backup", str(place / "new"), "--to", str(place / "recovery.key.pub")],
        restoring(place, "--check"),
        restoring(place),
    ]


@pytest.mark.parametrize("emptied", [False, True])
def test_no_command_destroys_what_lies_in_the_log_of_a_database_that_was_moved_away(
    stopped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, emptied: bool
) -> None:
    aside = stopped.with_name("preau.db.old")
    stopped.rename(aside)
    if emptied:
        stopped.touch(0o600)
    before = contents(stopped.parent)
    for command in commands(tmp_path):
        capsys.readouterr()
        assert main(command) == 1, command
        said = capsys.readouterr().err
        assert "« preau.db-wal »" in said
        assert "remettez ensemble" in said
        assert contents(stopped.parent) == before, command
    aside.replace(stopped)
    assert ballots(stopped) == 5


def test_the_doctor_says_it_and_touches_nothing(stopped: Path) -> None:
    stopped.rename(stopped.with_name("preau.db.old"))
    before = contents(stopped.parent)
    last = list(examine(Asked(lambda _uuid: b"")))[-1]
    assert (last.check, last.level) == ("database", Level.SERIOUS)
    assert "preau.db-wal" in last.message
    assert contents(stopped.parent) == before


def test_a_database_that_is_gone_beside_its_keys_is_to_be_restored(stopped: Path) -> None:
    for end in ENDS:
        stopped.with_name(f"preau.db{end}").unlink()
    last = list(examine(Asked(lambda _uuid: b"")))[-1]
    assert (last.check, last.level) == ("database", Level.SERIOUS)
    assert "evote restore" in last.advice
    assert not stopped.exists()


def journal(file: Path) -> bytes:
    """What lies beside a file of SQLite without write-ahead log, in the midst of a writing."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS t (x)")
        connection.execute("PRAGMA cache_spill = 1")
        connection.execute("BEGIN")
        connection.execute("INSERT INTO t VALUES (1)")
        return file.with_name(f"{file.name}-journal").read_bytes()


def test_a_journal_is_kept_too(tmp_path: Path) -> None:
    piece = tmp_path / "preau.db-journal"
    piece.write_bytes(journal(tmp_path / "other.db"))
    with pytest.raises(LeftOver) as refused:
        open_database(f"sqlite:///{tmp_path / 'preau.db'}")
    assert refused.value.piece == piece
    assert piece.exists()
    assert not (tmp_path / "preau.db").exists()


def test_what_holds_nothing_is_no_piece_of_anything(tmp_path: Path) -> None:
    file = tmp_path / "preau.db"
    for end in ("-wal", "-journal", "-shm"):
        file.with_name(f"preau.db{end}").touch()
    require_nothing_left_over(file)
    # Of a file that is made just now: there were no pages before.
    file.with_name("preau.db-journal").write_bytes(bytes(12) + b"\x01" * 4 + bytes(496))
    require_nothing_left_over(file)


def test_a_link_is_followed_to_where_the_pieces_lie(stopped: Path, tmp_path: Path) -> None:
    stopped.unlink()
    link = tmp_path / "link.db"
    link.symlink_to(stopped)
    with pytest.raises(LeftOver):
        open_database(f"sqlite:///{link}")
    assert not stopped.exists()


def test_a_restore_that_fails_takes_away_what_it_made(
    stopped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = tmp_path / "new" / "preau.db"
    new.parent.mkdir()
    monkeypatch.setenv("PREAU_DATABASE_URL", f"sqlite:///{new}")
    assert main(restoring(tmp_path, "--check")) == 1  # nothing says how far it was published
    assert not list(new.parent.iterdir())


def test_where_the_old_disk_can_be_read_its_files_go_on_elsewhere_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """docs/operations.md: the database's files and the key folder, moved together."""
    database = open_database(sqlite_url(tmp_path / "running"))
    school = host_again(database, tmp_path / "keys", ELECTION, ManualClock())
    vote(school, range(3))
    kept = keep_record(school, tmp_path / "kept")
    school.cast(3)  # acknowledged, and in no step yet
    file = what_a_kill_leaves(tmp_path / "running" / "data", tmp_path / "new")
    database.close()
    file.with_name("preau.db-shm").unlink()  # SQLite makes it anew
    (tmp_path / "keys").rename(tmp_path / "new-keys")
    monkeypatch.setenv("PREAU_DATABASE_URL", f"sqlite:///{file}")
    monkeypatch.setenv("PREAU_PUBLIC_URL", f"https://{HOST}")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(tmp_path / "new-keys"))
    there = replace(
        school, database=open_database(f"sqlite:///{file}"), folder=KeyFolder(tmp_path / "new-keys")
    )
    assert there.counts() == (4, 4)
    vote(there, range(4, 6))
    keep_record(there, tmp_path / "after")
    verify_since(tmp_path / "after", kept)
    assert there.counts() == (6, 6)
    there.database.close()
    asked = Asked(booth_of, clock=there.clock, is_set=lambda: True)
    found = {each.check: each.level for each in examine(asked)}
    assert {found[check] for check in ("integrity", "whole", "heads", "box")} == {Level.OK}
