# SPDX-License-Identifier: AGPL-3.0-or-later
"""An honest installation, behind the nginx of deploy/, with all the headers it sends: no alarm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from evote.database.connection import open_database
from evote.web.booth import booth_files
from tests.db.school import ManualClock, host
from tests.e2e.server.hosted import Hosted, election
from tests.e2e.server.nginx import HOST, SAMPLE, Nginx, before
from tests.e2e.server.real_server import RealServer, running

pytestmark = pytest.mark.db  # what apt fetches
PROXIED = "proxy_pass http://127.0.0.1:8000;"


@pytest.fixture
def hosted(sqlite_url: str, tmp_path: Path) -> Hosted:
    """An election that sealed the booth of the real server's languages."""
    sealed = replace(election(), booth=booth_files(election().uuid))
    database = open_database(sqlite_url)
    school = host(database, tmp_path / "keys", sealed, ManualClock())
    database.close()
    return Hosted(sqlite_url, tmp_path / "keys", school)


def server_of(hosted: Hosted, folder: Path) -> RealServer:
    public = {"PUBLIC_URL": f"https://{HOST}"}  # with HSTS
    return RealServer(hosted.url, hosted.keys, folder, count=1, seconds=60, more=public)


def watched(nginx: Nginx, hosted: Hosted, folder: Path) -> tuple[int, list[dict[str, object]]]:
    """The status of one round over https, and what it said."""
    url = f"https://localhost:{nginx.port}/e/{hosted.uuid}"
    command = [sys.executable, "-m", "audit", "watch", url, "--once", "--json"]
    done = subprocess.run(
        [*command, "--store", str(folder / "store")],
        env={**os.environ, "SSL_CERT_FILE": str(nginx.folder / "cert.pem")},
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_a_watcher_is_quiet_about_the_sample(hosted: Hosted, tmp_path: Path) -> None:
    running_server = running(server_of(hosted, tmp_path))
    with running_server as server, before(server.port, tmp_path / "nginx") as nginx:
        assert nginx.ask("GET", f"/v/{hosted.uuid}")[1]["strict-transport-security"]
        status, said = watched(nginx, hosted, tmp_path)
    events = ["started", "elsewhere", "compare", "verified", "ended"]
    assert [each["event"] for each in said] == events
    assert status == 0


def test_a_proxy_that_changes_what_the_booth_does_is_an_alarm(
    hosted: Hosted, tmp_path: Path
) -> None:
    leads = f"{PROXIED}\nadd_header Refresh '0; url=https://voleur.example/';"
    text = SAMPLE.read_text()
    assert text.count(PROXIED) == 1
    text = text.replace(PROXIED, leads)
    running_server = running(server_of(hosted, tmp_path))
    with running_server as server, before(server.port, tmp_path / "nginx", text) as nginx:
        status, said = watched(nginx, hosted, tmp_path)
    alarms = [each["text"] for each in said if each["event"] == "alarm"]
    assert (status, len(alarms)) == (1, 1)
    assert "refresh" in str(alarms[0])
