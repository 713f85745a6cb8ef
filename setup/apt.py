# SPDX-License-Identifier: AGPL-3.0-or-later
"""Packages of another Debian suite, fetched by apt without touching the machine's own apt.

The mirror and the keys are those of the machine's configuration: whoever runs this machine has
chosen them already. Everything else (lists, state, downloads) lives in a folder of its own, so
no root is needed and nothing is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path("/etc/apt")
DEFAULT_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# What the private root says of itself, whatever the machine's configuration says. The last
# lines keep apt strict: an unsigned or badly signed archive is an error.
CONFIGURATION = """\
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Etc::sourcelist "{root}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State "{root}/state";
Dir::State::status "{root}/state/status";
Dir::Cache "{root}/cache";
Dir::Log "{root}/log";
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
APT::Get::AllowUnauthenticated "false";
"""


class AptError(Exception):
    """apt cannot give the packages: one sentence says why."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """A Debian archive that the machine's configuration names, and the keys to trust for it."""

    uri: str
    signed_by: str  # a file, or an armoured key

    def keyring(self, folder: Path) -> Path:
        """The file of keys; an armoured key of the configuration is written to one first."""
        if not self.signed_by.startswith("-----BEGIN"):
            return Path(self.signed_by)
        written = folder / "mirror.asc"
        written.write_text(self.signed_by)
        return written


def find_debian_mirror(sources: Path = SOURCES) -> Mirror:
    """The first Debian archive among the machine's apt sources.

    Raises:
        AptError: there is none; so this is no Debian.
    """
    for mirror in configured_mirrors(sources):
        if is_debian(mirror.uri):
            return mirror
    raise AptError("this machine's apt configuration names no Debian mirror")


def is_debian(uri: str) -> bool:
    """Whether a URI is that of the main archive: not its security part, not another's."""
    return re.search(r"(^|/)debian(\.list)?/?$", uri) is not None


def configured_mirrors(sources: Path) -> Iterator[Mirror]:
    """Every enabled archive of binary packages in the machine's configuration, in order."""
    parts = sources / "sources.list.d"
    for path in (sources / "sources.list", *sorted(parts.glob("*.list"))):
        if path.is_file():
            yield from one_line_mirrors(path.read_text(errors="replace"))
    for path in sorted(parts.glob("*.sources")):
        yield from deb822_mirrors(path.read_text(errors="replace"))


def one_line_mirrors(text: str) -> Iterator[Mirror]:
    """The archives of the one-line style: `deb [options] URI suite components`."""
    for line in text.splitlines():
        found = re.match(r"\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+\S+", line)
        if found:
            options = dict(option.partition("=")[::2] for option in (found[1] or "").split())
            yield Mirror(found[2], options.get("signed-by", str(DEFAULT_KEYRING)))


def deb822_mirrors(text: str) -> Iterator[Mirror]:
    """The archives of the style with one field a line."""
    without_comments = re.sub(r"(?m)^#.*\n?", "", text)
    for stanza in re.split(r"\n\s*\n", without_comments):
        fields = deb822_fields(stanza)
        enabled = fields.get("enabled", "yes").lower() not in ("no", "false", "0")
        if enabled and "deb" in fields.get("types", "").split():
            signed_by = fields.get("signed-by", str(DEFAULT_KEYRING))
            for uri in fields.get("uris", "").split():
                yield Mirror(uri, signed_by)


def deb822_fields(stanza: str) -> dict[str, str]:
    """Field name in lower case → value; a continued value keeps its lines."""
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line[:1] in (" ", "\t") and name:
            continued = line.strip()
            fields[name] += "\n" + ("" if continued == "." else continued)
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return {name: value.strip() for name, value in fields.items()}


class AptRoot:
    """One suite of a mirror, with lists, state and downloads in a folder of its own."""

    def __init__(self, folder: Path, mirror: Mirror, suite: str) -> None:
        """Prepare the folder. Fails if the keys are not there, since nothing could be checked."""
        self.folder = folder
        for name in ("state/lists/partial", "cache/archives/partial", "log"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        keyring = mirror.keyring(folder)
        if not keyring.is_file():
            raise AptError(f"the keyring {keyring} of the Debian mirror is missing")
        (folder / "state" / "status").touch()
        (folder / "sources.list").write_text(
            f"deb [signed-by={keyring}] {mirror.uri} {suite} main\n"
        )
        (folder / "apt.conf").write_text(
            acquire_settings() + CONFIGURATION.format(root=folder.resolve())
        )

    def download(self, package: str) -> list[Path]:
        """Fetch a package and all its dependencies, signatures and hashes checked by apt."""
        self.run("update", "--error-on=any")
        self.run("install", "--download-only", "--yes", package)
        return sorted((self.folder / "cache" / "archives").glob("*.deb"))

    def run(self, *arguments: str) -> None:
        """Run apt-get in this root."""
        done = subprocess.run(
            ["apt-get", "--quiet", *arguments],
            env={**os.environ, "APT_CONFIG": str(self.folder / "apt.conf"), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise AptError(first_error(done.stderr) or f"apt-get {arguments[0]} failed")


def acquire_settings() -> str:
    """The machine's own way to reach mirrors (proxies, certificates), and nothing else of it."""
    if shutil.which("apt-config") is None:
        return ""
    dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=False)
    kept = [line for line in dump.stdout.splitlines() if line.startswith("Acquire::")]
    return "".join(f"{line}\n" for line in kept)


def first_error(messages: str) -> str:
    """The first of apt's errors, without its mark."""
    for line in messages.splitlines():
        if line.startswith("E:"):
            return line.removeprefix("E:").strip().rstrip(".")
    return ""
