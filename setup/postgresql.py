# SPDX-License-Identifier: AGPL-3.0-or-later
"""Have PostgreSQL's programs at hand, for the tests that start a server of their own; and strace.

Prints the folder of `initdb`. On Debian, root gets the packages installed, without the cluster that
PostgreSQL's would otherwise make and start; elsewhere one sentence says what is missing.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = 15
DEBIAN = Path("/usr/lib/postgresql")


class PostgresqlError(Exception):
    """PostgreSQL cannot be had on this machine: one sentence says why."""


def find_postgresql(debian: Path = DEBIAN) -> Path | None:
    """The folder of the newest PostgreSQL programs here, if they are new enough."""
    folders = [folder / "bin" for folder in debian.glob("*") if folder.name.isdecimal()]
    folders.sort(key=lambda folder: int(folder.parent.name), reverse=True)
    if (on_path := shutil.which("initdb")) is not None:
        folders.append(Path(on_path).resolve().parent)
    return next((folder for folder in folders if version_of(folder) >= OLDEST), None)


def version_of(folder: Path) -> int:
    """The major version of the server in a folder, 0 if there is none."""
    server = folder / "postgres"
    if not server.exists() or not (folder / "initdb").exists():
        return 0
    said = subprocess.run([server, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\) (\d+)", said.stdout)
    return int(found[1]) if found else 0


def install_packages(*packages: str) -> None:
    """Install Debian's packages, as root."""
    names = " and ".join(packages)
    if shutil.which("apt-get") is None:
        raise PostgresqlError(f"{names} must be installed and this machine has no apt-get")
    if os.geteuid() != 0:
        raise PostgresqlError(f"{names} must be installed: `apt-get install {' '.join(packages)}`")
    # Debian's package would make a cluster and start it; the tests make their own.
    settings = Path("/etc/postgresql-common/createcluster.conf")
    if not settings.exists():
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text("create_main_cluster = false\n")
    run("apt-get", "-qq", "update")
    run("apt-get", "-qq", "install", "--yes", "--no-install-recommends", *packages)


def run(*command: str) -> None:
    """Run apt, quietly; its first error is the sentence."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [*command, "-o", "Dpkg::Options::=--force-confold"] if "install" in command else command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if line.startswith("E:")]
        reason = errors[0].removeprefix("E:").strip() if errors else "apt-get failed"
        raise PostgresqlError(f"apt-get cannot install it: {reason}")


def main() -> int:
    """Print the folder, or one sentence on standard error."""
    try:
        missing = ["postgresql"] if find_postgresql() is None else []
        missing += ["strace"] if shutil.which("strace") is None else []
        if missing:
            install_packages(*missing)
        folder = find_postgresql()
        if folder is None:
            raise PostgresqlError(f"Debian's PostgreSQL here is older than {OLDEST}")
    except PostgresqlError as failure:
        print(f"postgresql: {failure}", file=sys.stderr)
        print("hint: `make test-core` runs every test that needs no database", file=sys.stderr)
        return 1
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
