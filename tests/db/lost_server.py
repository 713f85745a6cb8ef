# SPDX-License-Identifier: AGPL-3.0-or-later
"""A lost server, its backup, what somebody kept of it since, and places to restore it to."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from evote.backup.recovery import encode_recovery_key
from evote.board.published import find_published
from evote.database.connection import Database, open_database
from evote.database.migrating import is_up_to_date
from evote.keys import KeyFolder
from protocol.secret import Secret
from tests.db.conftest import ELECTION
from tests.db.databases import sqlite_url
from tests.db.forks import Said
from tests.db.hosted_again import host_again
from tests.db.rows import Rows, all_rows
from tests.db.school import ManualClock, School
from tests.db.second_machine import Saved, keep_record, save, verify_since, vote

RESTORER = Path(__file__).parent / "restorer.py"
WORDS = "six mots bien choisis pour ce test"
SAVED, SINCE = range(4), range(4, 7)
HEADS = {"heads.sqlite", "heads.sqlite-journal"}
# What the first step and the first upkeep of a server write anew, whoever does it.
OF_THE_SERVER = ("published_log", "last_rewriting")


@dataclass(frozen=True)
class Lost:
    """The school on the server that is lost; its backup lacks what was published since."""

    folder: Path
    school: School
    saved: Saved

    @property
    def kept(self) -> Path:
        return self.folder / "kept"

    def keys(self) -> dict[str, bytes]:
        """Every key that the backup has, by the name of its file."""
        files = self.school.folder.path.iterdir()
        return {each.name: each.read_bytes() for each in files if each.name not in HEADS}


def lose(folder: Path) -> Lost:
    database = open_database(sqlite_url(folder))
    school = host_again(database, folder / "keys", ELECTION, ManualClock())
    vote(school, SAVED)
    saved = save(school, folder / "backup")
    (folder / "recovery.key").write_bytes(encode_recovery_key(saved.key, Secret(WORDS)))
    (folder / "words").write_text(WORDS)
    vote(school, SINCE)
    keep_record(school, folder / "kept")
    return Lost(folder, school, saved)


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    status: int
    said: str


@dataclass(frozen=True)
class Place:
    """Where it is restored to: a database that may not be there yet, and a folder for keys."""

    lost: Lost
    folder: Path
    url: str

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    def restore(
        self, *, point: str = "", before: tuple[str, ...] = (), meet: Path | None = None
    ) -> Done:
        """Run the command that docs/operations.md gives, in a process of its own: restorer.py."""
        lost = self.lost
        files = (str(lost.saved.files.data), str(lost.saved.files.keys))
        key = ("--recovery-key", str(lost.folder / "recovery.key"))
        words = ("--passphrase-file", str(lost.folder / "words"))
        given = ("restore", *files, *key, *words, "--complete", str(lost.kept))
        done = subprocess.run(
            [*before, sys.executable, str(RESTORER), point, *given],
            env={**os.environ, **self._environment(), **({"MEET": str(meet)} if meet else {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout + done.stderr)

    def _environment(self) -> dict[str, str]:
        return {
            "PREAU_DATABASE_URL": self.url,
            "PREAU_PUBLIC_URL": "https://vote.example",
            "PREAU_KEY_FOLDER": str(self.keys),
        }

    def is_there(self) -> bool:
        """Tell whether it is restored, whole; fail if there is a half of it."""
        placed = {each.name: each.read_bytes() for each in self.keys.iterdir()}
        keys = {name: data for name, data in placed.items() if name[0] != "." and name not in HEADS}
        assert keys.items() <= self.lost.keys().items(), "half a key"
        database = open_database(self.url)
        try:
            if not is_up_to_date(database) or not any(all_rows(database).values()):
                return False
            assert keys == self.lost.keys()
            self._require_not_less(database)
        finally:
            database.close()
        return True

    def _school(self, database: Database) -> School:
        return replace(self.lost.school, database=database, folder=KeyFolder(self.keys))

    def _require_not_less(self, database: Database) -> None:
        """What a server would show at once is not less than what somebody has seen."""
        there, lost = self._school(database), self.lost.school
        with database.read() as connection, lost.database.read() as reading:
            now = find_published(connection, there.held())
            seen = find_published(reading, lost.held())
        assert seen is not None
        if now is not None:
            assert now.board.size >= seen.board.size
            assert now.journal.size >= seen.journal.size

    def go_on(self, record: Path) -> Rows:
        """Serve it: all that outsiders saw, before and now, is of one history; return its rows."""
        database = open_database(self.url)
        there = self._school(database)
        said = Said(there)
        said.hear(*((self.lost.kept / f"{log}.checkpoint").read_bytes() for log in LOGS))
        said.look()
        keep_record(there, record)
        said.look()
        assert said.check() >= 4
        verify_since(record, self.lost.kept)
        assert there.counts() == (len(SAVED) + len(SINCE), len(SAVED))
        assert {each.name for each in self.keys.iterdir()} - HEADS == self.lost.keys().keys()
        rows = all_rows(database)
        database.close()
        return {name: each for name, each in rows.items() if name not in OF_THE_SERVER}


LOGS = ("board", "journal")
