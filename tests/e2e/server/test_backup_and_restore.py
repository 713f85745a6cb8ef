# SPDX-License-Identifier: AGPL-3.0-or-later
"""The day a server is lost: saved while parents vote, restored on a second machine: docs/adr/0016.

Everything is done by the commands that docs/operations.md names, in processes of their own. What
outsiders have is what a watcher has kept, and what somebody downloaded.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
import zipfile
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from evote.credentials.sealed import seal_memory
from protocol.secret import Secret
from tests.db.second_machine import Desk
from tests.e2e.server.hosted import Hosted, election, host_school
from tests.e2e.server.parents import Parents, post_cast
from tests.e2e.server.real_server import RealServer, running

WORDS = "six mots bien choisis pour ce test"
BEFORE, DURING, AFTER = range(12), range(12, 60), range(188, 200)
AT_ONCE = 8


def command(program: str, *arguments: str, more: dict[str, str] | None = None) -> tuple[int, str]:
    """Exit status of one of our commands, and all that it said."""
    done = subprocess.run(
        [sys.executable, "-m", program, *arguments],
        env={**os.environ, **(more or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@dataclass
class Place:
    """A machine: database, keys, and the server on it."""

    hosted: Hosted
    server: RealServer

    def evote(self, *arguments: str) -> tuple[int, str]:
        environment = {
            "PREAU_DATABASE_URL": self.server.url,
            "PREAU_KEY_FOLDER": str(self.server.keys),
            "PREAU_PUBLIC_URL": f"http://127.0.0.1:{self.server.port}",
            "PREAU_PUBLISH_SECONDS": "0",
        }
        return command("evote", *arguments, more=environment)

    def must(self, *arguments: str) -> str:
        status, said = self.evote(*arguments)
        assert status == 0, said
        return said

    def vote(self, electors: range) -> None:
        """All of them, some at once, until each is told *recorded*."""
        parents = Parents(self.server.port, self.hosted.uuid)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            votes = [pool.submit(parents.vote, i, self.hosted.body(i)) for i in electors]
            for vote in votes:
                vote.result()
        assert sorted(parents.acknowledged) == list(electors)

    def keep(self, path: Path) -> Path:
        """What somebody downloads."""
        path.write_bytes(self.server.get(f"/e/{self.hosted.uuid}/record"))
        return path

    def watch(self, store: Path) -> tuple[int, str]:
        """One round of a watcher."""
        page = f"http://127.0.0.1:{self.server.port}/e/{self.hosted.uuid}"
        return command("audit", "watch", page, "--store", str(store), "--once")


@dataclass
class Day:
    """The lost machine, an empty one, and the folder of what lies elsewhere."""

    lost: Place
    new: Place
    folder: Path

    @property
    def key(self) -> Path:
        return self.folder / "recovery.key"

    def files(self) -> tuple[str, str]:
        (data,), (keys,) = (
            list(self.folder.glob(f"saved/{end}/*.{end}")) for end in ("data", "keys")
        )
        return str(data), str(keys)

    def back_up(self) -> str:
        places = (str(self.folder / "saved/data"), "--keys", str(self.folder / "saved/keys"))
        return self.lost.must("backup", *places, "--to", f"{self.key}.pub", "--yes")

    def restore(self, *more: str) -> tuple[int, str]:
        words = ("--passphrase-file", str(self.folder / "words"))
        return self.new.evote(
            "restore", *self.files(), "--recovery-key", str(self.key), *words, *more
        )

    def desk(self, record: Path) -> Path:
        """What the credential desk writes, on its own machine."""
        folder, desk = self.folder / "desk", Desk(election())
        folder.mkdir()
        (folder / "sealed").write_bytes(seal_memory(desk.memory, Secret(WORDS)))
        (folder / "numbers").write_bytes(desk.numbers.encode())
        files = ("--desk", str(folder / "sealed"), "--sign-ins", str(folder / "numbers"))
        words = ("--passphrase-file", str(self.folder / "words"), "--out", str(folder))
        status, said = command("evote", "credentials", "signed-in", str(record), *files, *words)
        assert status == 0, said
        return folder / "signed-in.json"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.db)])
def day(request: pytest.FixtureRequest, tmp_path: Path) -> Day:
    """A server on either kind of database; the second machine has an empty folder for SQLite."""
    hosted = host_school(request.getfixturevalue(f"{request.param}_url"), tmp_path)
    folder = tmp_path / "new"
    for name in ("data", "keys"):
        (folder / name).mkdir(parents=True, mode=0o700)
    moved = replace(hosted, url=f"sqlite:///{folder}/data/preau.db", keys=folder / "keys")
    lost = Place(hosted, RealServer(hosted.url, hosted.keys, tmp_path))
    new = Place(moved, RealServer(moved.url, moved.keys, folder))
    day = Day(lost, new, tmp_path)
    (tmp_path / "words").write_text(WORDS)
    words = ("--passphrase-file", str(tmp_path / "words"))
    status, said = command("evote", "backup", "key", "--out", str(day.key), *words)
    assert status == 0, said
    return day


def audit(record: Path, since: Path) -> None:
    status, said = command("audit", "verify", str(record), "--since", str(since))
    assert status == 0, said


def is_empty(place: Place) -> bool:
    database = Path(place.server.url.removeprefix("sqlite:///"))
    return not database.exists() and not list(place.server.keys.iterdir())


def vote_while(day: Day, work: Future[str]) -> int:
    """Let parents vote, two at a time, as long as the work goes on; return how many did."""
    electors = iter(range(BEFORE.stop, AFTER.start))
    for first in electors:
        day.lost.vote(range(first, next(electors) + 1))
        if work.done():
            return next(electors) - BEFORE.stop
        time.sleep(0.1)
    raise AssertionError("everybody has voted, and the backup is not made")


@pytest.mark.either
def test_saved_under_load_it_becomes_a_verified_record_elsewhere(day: Day) -> None:
    with running(day.lost.server):
        day.lost.vote(BEFORE)
        early = day.lost.keep(day.folder / "early.zip")
        with ThreadPoolExecutor(1) as pool:
            voted = vote_while(day, saving := pool.submit(day.back_up))
            saving.result()
        day.lost.server.kill_all()
    status, said = day.restore("--seen", str(early))
    assert status == 1, said
    assert "n'est pas plus récent que la sauvegarde" in said
    nobody = ("--unseen", day.new.hosted.uuid, "--yes")
    status, said = day.restore("--seen", str(early), *nobody)
    assert status == 0, said
    ballots, sign_ins = day.new.hosted.counts()
    assert len(BEFORE) < ballots == sign_ins < len(BEFORE) + voted  # in the middle of it
    with running(day.new.server):
        audit(day.new.keep(day.folder / "restored.zip"), early)
        day.new.vote(AFTER)
        audit(day.new.keep(day.folder / "later.zip"), day.folder / "restored.zip")


@pytest.mark.either
def test_an_older_backup_is_refused_then_completed_from_what_a_watcher_kept(day: Day) -> None:
    store = day.folder / "watched"
    with running(day.lost.server):
        day.lost.vote(BEFORE)
        day.back_up()
        day.lost.vote(DURING)
        status, said = day.lost.watch(store)
        assert status == 0, said
        kept = day.lost.keep(day.folder / "kept.zip")
        day.lost.server.kill_all()

    status, said = day.restore("--seen", str(store))
    assert status == 1
    assert f"a {len(BEFORE) + 1} événements, et {len(BEFORE) + len(DURING) + 1} ont été" in said
    assert is_empty(day.new)
    status, said = day.restore("--complete", str(store), "--check")
    assert (status, is_empty(day.new)) == (0, True), said
    status, said = day.restore("--complete", str(store))
    assert status == 0, said
    assert f"il manque les émargements de {len(DURING)} bulletins" in said

    with running(day.new.server):
        audit(day.new.keep(day.folder / "restored.zip"), kept)
        waiting = post_cast(day.new.server.port, day.new.hosted.uuid, day.new.hosted.body(190))
        assert waiting.content["outcome"] == "suspended"
        signed_in = day.desk(kept)
        assert f"{len(DURING)} émargements marqués" in day.new.must(
            "restore", "--sign-ins", str(signed_in)
        )
        uuid = day.new.hosted.uuid
        day.new.must("election", "resume", uuid, "--reason", "Le serveur est rétabli")
        day.new.vote(AFTER)
        voted = len(BEFORE) + len(DURING) + len(AFTER)
        assert day.new.hosted.counts() == (voted, voted)
        later = day.new.keep(day.folder / "later.zip")
        audit(later, day.folder / "restored.zip")
        status, said = day.new.watch(store)  # the same watcher, at the new server: no alarm
        assert status == 0, said
    with zipfile.ZipFile(io.BytesIO(later.read_bytes())) as bundle:
        journal = bundle.read("journal.jsonl").decode()
    assert "les émargements de 48 bulletins manquent encore" in journal
