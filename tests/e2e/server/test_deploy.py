# SPDX-License-Identifier: AGPL-3.0-or-later
"""The samples of deploy/: systemd's own judgement of the units, and Debian's nginx in use."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.server.hosted import Hosted, host_school
from tests.e2e.server.nginx import SAMPLE, Nginx, before
from tests.e2e.server.real_server import PATIENCE_SECONDS, RealServer, patiently, running

pytestmark = pytest.mark.db  # strace, and what apt fetches

DEPLOY = SAMPLE.parent
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="a machine without systemd's programs"
)


def systemd_analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", "--no-pager", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    assert len(UNITS) == 4
    for unit in UNITS:
        text = unit.read_text().replace("/opt/preau/bin/evote", sys.executable)
        (tmp_path / unit.name).write_text(text)
    done = systemd_analyze("verify", "--man=no", *(str(tmp_path / unit.name) for unit in UNITS))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_systemd
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_systemd_rates_the_services_as_well_shut(unit: Path) -> None:
    done = systemd_analyze("security", "--offline=true", "--threshold=15", str(unit))
    assert done.returncode == 0, done.stdout[-300:]
    assert re.search(r"exposure level for \S+: [01]\.\d", done.stdout)


def test_every_service_may_write_where_it_must() -> None:
    """A backup marks heads.sqlite in the key folder; without its mark a head file proves less."""
    for unit in SERVICES:
        text = unit.read_text("utf-8")
        (paths,) = re.findall(r"(?m)^ReadWritePaths=(.*)$", text)
        assert {"/var/lib/preau", "/var/lib/preau-keys"} <= {*paths.split()}, unit.name
        assert not re.findall(r"(?m)^(?:ReadOnly|Inaccessible)Paths=.*preau-keys", text)


def test_the_commands_of_the_units_are_commands_of_ours() -> None:
    for unit in SERVICES:
        (line,) = re.findall(r"(?m)^ExecStart=/opt/preau/bin/evote (.*)$", unit.read_text())
        done = subprocess.run(
            [sys.executable, "-m", "evote", line.split()[0], "--help"],
            capture_output=True,
            text=True,
            check=True,
        )
        for option in re.findall(r"--[a-z-]+", line):
            assert option in done.stdout, (unit.name, option)


def permitted() -> set[str]:
    """The system calls that the units leave to the program."""
    groups: dict[str, list[str]] = {}
    for block in systemd_analyze("syscall-filter").stdout.split("\n@"):
        name, *lines = block.lstrip("@").splitlines()
        groups[f"@{name.strip()}"] = [
            line.strip() for line in lines if line.strip() and not line.strip().startswith("#")
        ]

    def calls(name: str) -> set[str]:
        if not name.startswith("@"):
            return {name}
        return {call for each in groups[name] for call in calls(each)}

    lines = re.findall(r"(?m)^SystemCallFilter=(.*)$", SERVICES[0].read_text())
    assert all(re.findall(r"(?m)^SystemCallFilter=(.*)$", u.read_text()) == lines for u in SERVICES)
    allowed: set[str] = set()
    for line in lines:
        named = {call for name in line.lstrip("~").split() for call in calls(name)}
        allowed = allowed - named if line.startswith("~") else allowed | named
    return allowed


@pytest.mark.either
@needs_systemd
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_server_needs_no_system_call_that_they_forbid(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    hosted = host_school(request.getfixturevalue(f"{kind}_url"), tmp_path)
    output = tmp_path / "calls"
    traced = RealServer(
        hosted.url, hosted.keys, tmp_path, before=("strace", "-f", "-qq", "-o", str(output))
    )
    with running(traced) as server:
        assert post(server.port, hosted) == 200
        assert server.get(f"/e/{hosted.uuid}/record")
        assert server.stop() == 0
    used = set(re.findall(r"(?m)^\d+ +(\w+)\(", output.read_text(errors="replace")))
    assert len(used) > 40
    assert "execve" in permitted()
    assert "reboot" not in permitted()
    # SQLite gives its files the owner of the database if it runs as root, as tests may; no service.
    assert used - permitted() <= ({"fchown"} if os.geteuid() == 0 else set())


# What MemoryDenyWriteExecute does: prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN), Linux 6.3.
SHUT = """\
import ctypes, os, sys
assert ctypes.CDLL(None, use_errno=True).prctl(65, 1, 0, 0, 0) == 0, ctypes.get_errno()
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_the_server_runs_where_memory_cannot_be_written_and_executed(
    sqlite_url: str, tmp_path: Path
) -> None:
    hosted = host_school(sqlite_url, tmp_path)
    shut = RealServer(hosted.url, hosted.keys, tmp_path, before=(sys.executable, "-c", SHUT))
    shut = replace(shut, count=1)
    shut.start()
    assert shut.process is not None
    try:
        for _ in patiently("it does not answer"):
            assert shut.process.poll() is None, shut.log.read_text()
            with contextlib.suppress(OSError):
                assert post(shut.port, hosted) == 200
                break
    finally:
        shut.process.terminate()
        shut.process.wait(PATIENCE_SECONDS)


def post(port: int, hosted: Hosted, elector: int = 0) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    with closing(connection):
        path = f"/api/elections/{hosted.uuid}/cast"
        connection.request("POST", path, hosted.body(elector), JSON)
        return connection.getresponse().status


JSON = {"Content-Type": "application/json"}


@pytest.fixture
def hosted(sqlite_url: str, tmp_path: Path) -> Hosted:
    return host_school(sqlite_url, tmp_path)


@pytest.fixture
def server(hosted: Hosted, tmp_path: Path) -> Iterator[RealServer]:
    with running(RealServer(hosted.url, hosted.keys, tmp_path, count=1)) as started:
        yield started


@pytest.fixture
def nginx(server: RealServer, tmp_path: Path) -> Iterator[Nginx]:
    with before(server.port, tmp_path / "nginx") as started:
        yield started


def direct(server: RealServer, path: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)
    with closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, headers_of(dict(answer.getheaders())), answer.read()


def headers_of(headers: dict[str, str]) -> dict[str, str]:
    """Those of an answer that are the server's to set."""
    own = {"date", "server", "connection", "transfer-encoding", "content-length"}
    return {name.lower(): each for name, each in headers.items() if name.lower() not in own}


def test_pages_pass_with_the_headers_of_the_server(
    nginx: Nginx, server: RealServer, hosted: Hosted
) -> None:
    assets = re.findall(r'"(/assets/[^"]+)"', server.get("/").decode())
    assert assets
    for path in ("/", f"/e/{hosted.uuid}", f"/v/{hosted.uuid}", assets[0], "/nothing"):
        status, headers, content = nginx.ask("GET", path)
        assert (status, headers_of(headers), content) == direct(server, path)
        assert "cache-control" in headers_of(headers)


def test_a_parent_votes_and_nothing_is_written_of_it(
    nginx: Nginx, server: RealServer, hosted: Hosted
) -> None:
    path = f"/api/elections/{hosted.uuid}/cast"
    status, _, content = nginx.ask("POST", path, hosted.body(0), JSON)
    assert (status, b'"recorded"' in content) == (200, True)
    # As long as any that the server takes: nginx holds it in memory, and has no folder for it.
    assert nginx.ask("POST", path, b"x" * 256 * 1024, JSON)[0] in (400, 422)
    assert nginx.ask("POST", path, b"x" * (256 * 1024 + 1), JSON)[0] == 413
    server.stop()
    assert nginx.ask("POST", path, hosted.body(1), JSON)[0] == 502
    written = nginx.written().decode()
    assert "127.0.0.1" not in written
    assert hosted.uuid not in written
    assert not re.search(r"\[(error|crit|alert|emerg)\]", written)


TOKEN = "a token of twenty signs"


def test_metrics_are_not_passed_on_even_to_who_bears_the_token(
    hosted: Hosted, tmp_path: Path
) -> None:
    more = {"METRICS_TOKEN": TOKEN}
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    server = RealServer(hosted.url, hosted.keys, tmp_path, count=1, more=more)
    with running(server), before(server.port, tmp_path / "nginx") as nginx:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        with closing(connection):
            connection.request("GET", "/metrics", headers=bearer)
            assert connection.getresponse().status == 200
        for path in ("/metrics", "//metrics", "/x/../metrics", "/%6detrics"):
            assert nginx.ask("GET", path, headers=bearer)[0] == 404


def test_the_doctor_asks_for_the_time_over_https(nginx: Nginx, tmp_path: Path) -> None:
    """With a certificate that it trusts, and without."""
    url = f"https://localhost:{nginx.port}/healthz"
    command = [sys.executable, "-m", "evote", "doctor", "--json", "--clock-from", url]
    others = {name: each for name, each in os.environ.items() if not name.startswith("PREAU_")}
    levels = []
    for trusted in (nginx.folder / "cert.pem", tmp_path / "none"):
        environment = {**others, "SSL_CERT_FILE": str(trusted), "SSL_CERT_DIR": str(tmp_path)}
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
        report = json.loads(done.stdout)
        levels += [each["level"] for each in report["findings"] if each["check"] == "online"]
    assert levels == ["ok", "to_see"]


def test_http_is_sent_to_https(nginx: Nginx) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", nginx.plain, timeout=PATIENCE_SECONDS)
    with closing(connection):
        connection.request("GET", "/e/x?y=1")
        answer = connection.getresponse()
        assert answer.status == 308
        assert answer.getheader("Location") == "https://vote.example.fr/e/x?y=1"


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("access_log off;", "POST /api/"),
        ("error_log /dev/null emerg;", "client: 127.0.0.1"),
        ("client_body_buffer_size 256k;", "closed/body"),
    ],
)
def test_without_a_line_of_the_sample_it_would_be_written(
    server: RealServer, hosted: Hosted, tmp_path: Path, line: str, seen: str
) -> None:
    text = SAMPLE.read_text()
    assert line in text
    if line == "client_body_buffer_size 256k;":  # an error that is not written tells nothing
        text = text.replace("error_log /dev/null emerg;", "")
    with before(server.port, tmp_path / "open", text.replace(line, "")) as nginx:
        path = f"/api/elections/{hosted.uuid}/cast"
        nginx.ask("POST", path, hosted.body(0), JSON)
        nginx.ask("POST", path, b"x" * 256 * 1024, JSON)
        server.stop()
        nginx.ask("POST", path, hosted.body(1), JSON)
        time.sleep(0.2)
        assert seen in nginx.written().decode()
