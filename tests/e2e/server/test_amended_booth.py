# SPDX-License-Identifier: AGPL-3.0-or-later
"""The committee replaces the booth of the real server in the middle of a step: no watcher alarms.

The server's program has another page than the election sealed, as after an update.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from evote.clock import system_clock
from evote.database.connection import open_database
from evote.lifecycle.amending import prepare_booth
from evote.web.booth import booth_files
from tests.db.amending import signed
from tests.db.school import ManualClock, host
from tests.e2e.server.hosted import Hosted, election
from tests.e2e.server.real_server import RealServer, running
from tests.e2e.server.test_watching import watch_once

LONG_STEP = 600  # seconds, so that hardly any comes by itself while the test is on


def host_with_another_page(url: str, folder: Path) -> Hosted:
    sealed = tuple(
        replace(file, sha256="ab" * 32) if "/v/" in file.path else file
        for file in booth_files(election().uuid)
    )
    database = open_database(url)
    school = host(database, folder / "keys", replace(election(), booth=sealed), ManualClock())
    database.close()
    return Hosted(url, folder / "keys", school)


def sign(hosted: Hosted, folder: Path) -> list[str]:
    """The files of two members who sign the booth of this program."""
    with hosted.school() as school:
        booth = booth_files(hosted.uuid)
        message = prepare_booth(school.database, hosted.uuid, booth, "Une faute", system_clock)
        paths = [folder / f"amendment-1-signature-{trustee}.json" for trustee in (1, 2)]
        for trustee, path in enumerate(paths, 1):
            path.write_bytes(signed(school, message, trustee))
    return [str(path) for path in paths]


def take(hosted: Hosted, server: RealServer, files: list[str]) -> None:
    """``evote election amend``."""
    environment = {
        **os.environ,
        "PREAU_DATABASE_URL": hosted.url,
        "PREAU_KEY_FOLDER": str(hosted.keys),
        "PREAU_PUBLIC_URL": f"http://127.0.0.1:{server.port}",
        "PREAU_PUBLISH_SECONDS": str(server.seconds),
    }
    command = [sys.executable, "-m", "evote", "election", "amend", hosted.uuid, "--signed", *files]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "en vigueur" in done.stdout


def test_a_watcher_between_two_steps_sees_the_amendment_with_the_new_booth(
    sqlite_url: str, tmp_path: Path
) -> None:
    hosted, store = host_with_another_page(sqlite_url, tmp_path), tmp_path / "store"
    server = RealServer(hosted.url, hosted.keys, tmp_path, count=1, seconds=LONG_STEP)
    with running(server):
        before = watch_once(server, hosted.uuid, store)
        assert before.returncode == 0, before.stdout
        assert '"trouble"' in before.stdout  # it is not the sealed one, so there is none
        take(hosted, server, sign(hosted, tmp_path))
        assert server.get(f"/v/{hosted.uuid}")
        after = watch_once(server, hosted.uuid, store)
    assert after.returncode == 0, after.stdout
    assert '"alarm"' not in after.stdout
    assert '"trouble"' not in after.stdout  # every file was given
    assert list((store / "evidence").iterdir()) == []
    assert (store / "record" / "journal.jsonl").read_bytes().count(b"booth-replaced") == 1
