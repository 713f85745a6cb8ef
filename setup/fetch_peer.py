# SPDX-License-Identifier: AGPL-3.0-or-later
"""Have `belenios-tool` 3.3.0 at hand: docs/adr/0004-peer-tool-from-debian.md.

Prints the path of a command that runs Debian's program with Debian's own C library, whatever
the machine's is. Everything is kept in a cache outside the clone, so the second call is
immediate. apt checks the archive's signature and every package's hash; this script then checks
the program against the one hash that the project has seen.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from setup.apt import AptError, AptRoot, find_debian_mirror
from setup.cache import cache_folder

VERSION = "3.3.0"
PACKAGE = "belenios-tool"
# Debian takes a version out of unstable when the next one comes in; testing keeps it longer.
SUITES = ("unstable", "testing")
# The program seen in 3.3.0+dfsg-1. Another architecture needs its own line here, and a look.
PROGRAM_SHA256 = {
    "amd64": "ed25763c359b1c4a513b5f7e6c5ffe454ac6fe21cb24b41f4164613578984812",
}

WRAPPER = """\
#!/bin/sh
# Runs {package} {version} with the C library it was built for.
here=${{0%/*}}
exec "$here/root/{loader}" --library-path "{libraries}" "$here/root/{program}" "$@"
"""


class PeerError(Exception):
    """The peer's tool cannot be had on this machine: one sentence says why."""


def peer_folder() -> Path:
    """Where the unpacked tool stands, outside any clone."""
    return cache_folder(f"{PACKAGE}-{VERSION}")


def fetch_peer() -> Path:
    """Return the command, after fetching it if it is not there yet.

    Raises:
        PeerError: no Debian archive within reach, or a program that is not the expected one.
    """
    folder = peer_folder()
    if not is_complete(folder):
        with one_at_a_time(folder):
            if not is_complete(folder):
                install(folder)
    return folder / PACKAGE


def is_complete(folder: Path) -> bool:
    """Whether the program there is the expected one, to the byte, and its wrapper stands."""
    program = folder / "root" / "usr" / "bin" / PACKAGE
    if not (program.is_file() and (folder / PACKAGE).is_file()):
        return False
    return digest(program) in PROGRAM_SHA256.values()


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Hold the cache's lock: of two calls at once, the second waits for the first."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = (folder.parent / f"{folder.name}.lock").open("w")
    except OSError as cause:
        raise PeerError(
            f"the cache {folder.parent} cannot be written ({cause.strerror})"
        ) from cause
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install(folder: Path) -> None:
    """Fetch, unpack, check; then put everything in place in one rename."""
    architecture = machine_architecture()
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as work:
        packages = download(Path(work) / "apt")
        new = Path(work) / "new"
        (new / "root").mkdir(parents=True)
        for package in packages:
            run("dpkg-deb", "--extract", str(package), str(new / "root"))
        check_program(new, architecture)
        write_wrapper(new)
        check_version(new / PACKAGE)
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)


def machine_architecture() -> str:
    """The machine's Debian architecture, if the program's hash is known for it."""
    for command in ("apt-get", "dpkg-deb", "dpkg"):
        if shutil.which(command) is None:
            raise PeerError(
                f"{PACKAGE} {VERSION} comes as a Debian package and this machine has no {command}"
            )
    architecture = run("dpkg", "--print-architecture").strip()
    if architecture not in PROGRAM_SHA256:
        known = ", ".join(PROGRAM_SHA256)
        raise PeerError(
            f"no hash of {PACKAGE} {VERSION} is pinned for {architecture} (only for {known}):"
            " add it to setup/fetch_peer.py"
        )
    return architecture


def download(apt_folder: Path) -> list[Path]:
    """The tool's package and all it depends on, from the first suite that has the version."""
    failures = []
    for suite in SUITES:
        try:
            apt = AptRoot(apt_folder / suite, find_debian_mirror(), suite)
            return apt.download(f"{PACKAGE}={VERSION}*")
        except AptError as failure:
            failures.append(f"{suite}: {failure}")
    raise PeerError(f"{PACKAGE} {VERSION} was not found in Debian ({'; '.join(failures)})")


def check_program(new: Path, architecture: str) -> None:
    """Refuse a program that is not, to the byte, the one that the project has seen."""
    found = digest(new / "root" / "usr" / "bin" / PACKAGE)
    if found != PROGRAM_SHA256[architecture]:
        raise PeerError(
            f"the {PACKAGE} that Debian gives now has SHA-256 {found}, which is not the pinned one"
        )


def write_wrapper(new: Path) -> None:
    """Write the command that starts the program through its own loader."""
    root = new / "root"
    loader = next(iter(sorted(root.glob("usr/lib/*/ld-linux-*.so.*"))), None)
    if loader is None:
        raise PeerError("the C library's package holds no loader where one was expected")
    wrapper = new / PACKAGE
    wrapper.write_text(
        WRAPPER.format(
            package=PACKAGE,
            version=VERSION,
            loader=loader.relative_to(root),
            libraries=f"$here/root/{loader.parent.relative_to(root)}",
            program=f"usr/bin/{PACKAGE}",
        )
    )
    wrapper.chmod(0o755)


def check_version(command: Path) -> None:
    """Start the program once: it must run here, and say the version that is wanted."""
    said = run(str(command), "--version").strip()
    if said.split()[:1] != [VERSION]:
        raise PeerError(f"{PACKAGE} says that its version is {said!r}, not {VERSION}")


def run(*command: str) -> str:
    """Standard output of a command that succeeded."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise PeerError(f"{Path(command[0]).name} failed: {last}")
    return done.stdout


def main() -> int:
    """Print the command's path, or one sentence on standard error."""
    try:
        print(fetch_peer())
    except (PeerError, AptError) as failure:
        print(f"fetch_peer: {failure}", file=sys.stderr)
        print(
            "hint: `make test-core` runs every test that needs neither Debian nor a network",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
