# SPDX-License-Identifier: AGPL-3.0-or-later
"""Have Debian's nginx at hand, for the tests of deploy/nginx.conf; nothing is installed.

Prints the program's path. If the machine has none, its package (half a megabyte, with the libraries
of any Debian) is fetched by the machine's own apt, which checks it, and unpacked into a cache.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from setup.cache import cache_folder

PACKAGE = "nginx"
PROGRAM = Path("usr/sbin/nginx")


class NginxError(Exception):
    """nginx cannot be had on this machine: one sentence says why."""


def fetch_nginx() -> Path:
    """Return the program, after fetching it if it is not there yet.

    Raises:
        NginxError: no Debian, no network, or a program that does not start here.
    """
    installed = shutil.which(PACKAGE, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if installed is not None:
        return Path(installed)
    folder = cache_folder(PACKAGE)
    if not (folder / PROGRAM).exists():
        _install(folder)
    return folder / PROGRAM


def _install(folder: Path) -> None:
    for command in ("apt-get", "dpkg-deb"):
        if shutil.which(command) is None:
            raise NginxError(f"nginx must be installed and this machine has no {command}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as work:
        if _run(work, "apt-get", "-qq", "download", PACKAGE) is not None:
            _run(work, "apt-get", "-qq", "update")  # root alone may; the next error is the one told
            _require(_run(work, "apt-get", "-qq", "download", PACKAGE))
        package = next(Path(work).glob("*.deb"))
        _require(_run(work, "dpkg-deb", "--extract", str(package), "new"))
        _require(_run(work, str(Path(work) / "new" / PROGRAM), "-V"))
        if not (folder / PROGRAM).exists():  # another call may have been faster
            (Path(work) / "new").rename(folder)


def _run(folder: str, *command: str) -> str | None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    return (done.stderr.strip().splitlines() or [f"{command[0]} failed"])[-1]


def _require(failure: str | None) -> None:
    if failure is not None:
        raise NginxError(f"nginx cannot be fetched from Debian: {failure}")


def main() -> int:
    """Print the program's path, or one sentence on standard error."""
    try:
        print(fetch_nginx())
    except NginxError as failure:
        print(f"nginx: {failure}", file=sys.stderr)
        print("hint: `make test-core` runs every test that needs no web server", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
