# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-audit watch`` on the real server, while parents vote and the server is killed: quiet.

Then the same server from an older copy of its database, with a head file of that day, which the
watcher proves.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.e2e.server.hosted import Hosted, ballot, host_school
from tests.e2e.server.parents import post_cast
from tests.e2e.server.real_server import RealServer, patiently, running

PATIENCE_SECONDS = 120


class Watch:
    """The command, in a process of its own, with JSON for its words."""

    def __init__(self, server: RealServer, uuid: str, store: Path, *promises: Path) -> None:
        self.store = store
        url = f"http://127.0.0.1:{server.port}/e/{uuid}"
        words = ["watch", url, "--store", str(store), "--every", "1", "--json"]
        for promise in promises:
            words += ["--promise", str(promise)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "audit", *words], stdout=subprocess.PIPE, text=True
        )

    def kept(self) -> int:
        """How many events the record has so far."""
        path = self.store / "record" / "board.checkpoint"
        return int(path.read_bytes().split(b"\n")[1]) if path.exists() else 0

    def wait_for(self, events: int) -> None:
        for _ in patiently(f"{events} events are not kept"):
            if self.kept() >= events:
                return

    def end(self) -> tuple[int, list[dict[str, object]]]:
        """Ctrl-C; the exit status, and what was said."""
        os.kill(self.process.pid, signal.SIGINT)
        out, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, [json.loads(line) for line in out.splitlines()]


def server_of(hosted: Hosted, folder: Path) -> RealServer:
    """One that takes a step each second."""
    return RealServer(hosted.url, hosted.keys, folder, count=1, seconds=1)


def vote(server: RealServer, hosted: Hosted, elector: int, folder: Path) -> Path:
    """The promise that this parent was given."""
    reply = post_cast(server.port, hosted.uuid, hosted.body(elector))
    assert reply.status == 200
    promise = reply.content["promise"]
    assert promise is not None
    path = folder / f"promise of {elector}"
    path.write_text(promise, "utf-8")
    return path


def published(server: RealServer, hosted: Hosted) -> bytes:
    """The board's checkpoint."""
    return server.get(f"/{hosted.uuid}/board/checkpoint")


def watch_once(server: RealServer, uuid: str, store: Path) -> subprocess.CompletedProcess[str]:
    url = f"http://127.0.0.1:{server.port}/e/{uuid}"
    command = [sys.executable, "-m", "audit", "watch", url, "--once", "--json"]
    return subprocess.run(
        [*command, "--store", str(store)], check=False, capture_output=True, text=True
    )


def test_a_vote_is_watched_quietly_through_kills_of_both(sqlite_url: str, tmp_path: Path) -> None:
    hosted = host_school(sqlite_url, tmp_path)
    with running(server_of(hosted, tmp_path)) as server:
        promise = vote(server, hosted, 0, tmp_path)
        watch = Watch(server, hosted.uuid, tmp_path / "store", promise)
        watch.wait_for(2)
        for elector in range(1, 7):
            vote(server, hosted, elector, tmp_path)
            watch.wait_for(elector + 2)
            if elector == 2:
                server.kill_all()
                time.sleep(1.5)
                server.start()
                server.wait_until_all_answer()
            elif elector == 4:
                watch.process.kill()
                watch.process.communicate()
                watch = Watch(server, hosted.uuid, tmp_path / "store")
        status, events = watch.end()
    assert status == 0, events
    assert [event["event"] for event in events if event["event"] != "trouble"] == [
        "started",
        "elsewhere",
        "verified",
        "unseen",
        "ended",
    ]
    # This school sealed a booth that is not this server's, which therefore serves none.
    assert f"/v/{hosted.uuid} »" in str(events[-2]["text"])
    assert "tout ce qu'il a signé" not in str(events[-2]["text"])
    assert events[-3]["valid"] is True
    archive = (tmp_path / "store" / "record" / f"{hosted.uuid}.bel").read_bytes()
    assert [archive.count(ballot(elector)) for elector in range(7)] == [1] * 7


def test_a_server_put_back_in_time_with_its_heads_is_convicted(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Whoever puts back the database and the head file together can sign a second board."""
    hosted = host_school(sqlite_url, tmp_path)
    database = Path(sqlite_url.removeprefix("sqlite:///"))
    server = server_of(hosted, tmp_path)
    with running(server):
        vote(server, hosted, 0, tmp_path)
        time.sleep(2)
    saved = tmp_path / "saved"
    shutil.copytree(hosted.keys, saved / "keys")
    files = [path for path in database.parent.glob(f"{database.name}*") if path.is_file()]
    for path in files:
        shutil.copy(path, saved)
    server = server_of(hosted, tmp_path)
    with running(server):
        watch = Watch(server, hosted.uuid, tmp_path / "store")
        for elector in (1, 2):
            vote(server, hosted, elector, tmp_path)
        watch.wait_for(4)
        assert watch.end()[0] == 0
    for path in database.parent.glob(f"{database.name}*"):
        path.unlink()
    for path in files:
        shutil.copy(saved / path.name, path)
    shutil.rmtree(hosted.keys)
    shutil.copytree(saved / "keys", hosted.keys)
    server = server_of(hosted, tmp_path)
    with running(server):
        told = published(server, hosted)
        for _ in patiently("it publishes nothing more"):
            if published(server, hosted) != told:
                break
        done = watch_once(server, hosted.uuid, tmp_path / "store")
    assert done.returncode == 1, done.stdout + done.stderr
    alarms = [e for e in map(json.loads, done.stdout.splitlines()) if e["event"] == "alarm"]
    [proof] = [alarm["evidence"] for alarm in alarms if alarm["kind"] == "rollback"]
    judge = [sys.executable, "-m", "audit", "evidence", proof]
    said = subprocess.run(judge, check=True, capture_output=True, text=True).stdout
    assert said.startswith("Cette preuve tient")
