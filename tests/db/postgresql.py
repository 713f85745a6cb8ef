# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real PostgreSQL server in a folder of its own, on a socket there, while it is needed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from setup.postgresql import find_postgresql

# What docs/operations.md asks for; everything that makes commits durable stays on. (With less in
# the log, `wal_level=minimal`, tables that are emptied or made are synced one by one: slower.)
SETTINGS = {
    "listen_addresses": "",
    "wal_recycle": "off",
    "max_connections": "60",
    "shared_buffers": "16MB",
    "log_min_messages": "fatal",
    "max_wal_senders": "0",
}


@dataclass(frozen=True)
class Server:
    """A running server: its programs, its data and its socket's folder."""

    programs: Path
    folder: Path
    user: str | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, name: str) -> str:
        return f"postgresql://preau@/{name}?host={self.folder}"

    def run(
        self, program: str, *arguments: str, before: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs, not as root, which it refuses."""
        return subprocess.run(
            [*before, self.programs / program, *arguments],
            user=self.user,
            group=self.user and pwd.getpwnam(self.user).pw_gid,
            extra_groups=[] if self.user else None,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )

    def start(self, *before: str) -> None:
        """Start it, below another program if one is named, which then ends with it."""
        options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in SETTINGS.items())
        log = str(self.folder / "log")
        arguments = ["-D", str(self.data), "-l", log, "-w", "-o", f"-k {self.folder} {options}"]
        self.run("pg_ctl", *arguments, "start", before=before)

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def execute(self, *statements: str, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def empty(self, database: str) -> None:
        """Take every row out; much faster than a new database."""
        self.execute("TRUNCATE school RESTART IDENTITY CASCADE", database=database)


@contextmanager
def running_server() -> Iterator[Server]:
    """Make a cluster, start it, and remove everything afterwards."""
    programs = find_postgresql()
    assert programs is not None, "no PostgreSQL: run setup/postgresql.py"
    folder = Path(tempfile.mkdtemp(prefix="preau-pg-"))
    user = unprivileged_user() if os.geteuid() == 0 else None
    server = Server(programs, folder, user)
    try:
        if user is not None:
            shutil.chown(folder, user)
        data = str(server.data)
        options = ["--auth=trust", "--no-sync", "--encoding=UTF8", "--wal-segsize=1"]
        server.run("initdb", "-D", data, "-U", "preau", *options)
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unprivileged_user() -> str:
    """A user of this machine who is not root; Debian's package made `postgres`."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
