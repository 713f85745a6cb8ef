# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records on disk and key files for the tests of a trustee's side."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

from protocol.events import EventKind
from protocol.secret import Secret
from tally.cli import main
from tally.keyfile import load_keyfile, save_step
from tally.memory import Step, TrusteeMemory
from tests.simulator import SimulatedElection

WORDS = "abeille tortue moulin pomme tasse violon"
OURS = SimulatedElection(server=True, votes=(0, 1, None, 0, 1), electors=8)


def memory_of(
    number: int = 1, /, election: SimulatedElection = OURS, **changes: object
) -> TrusteeMemory:
    sealed = replace(
        election.ceremony.memories[number - 1],
        step=Step.SEALED,
        fingerprint=election.election.fingerprint,
    )
    return replace(sealed, **changes)  # type: ignore[arg-type]


def write_folder(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def write_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in files.items():
            zipped.writestr(name, data)
    return path


@dataclass(frozen=True, slots=True)
class Office:
    """A folder in which trustee i's key file is ``secret-i.key``; commands run in it."""

    folder: Path
    election: SimulatedElection = OURS

    def key(self, number: int, /, **changes: object) -> str:
        """Write the key file of a trustee, at step sealed unless said otherwise."""
        (self.folder / "words").write_text(WORDS)
        name = f"secret-{number}.key"
        memory = memory_of(number, self.election, **changes)
        save_step(self.folder / name, memory, Secret(WORDS), new=True)
        return name

    def memory(self, number: int) -> TrusteeMemory:
        return load_keyfile(self.folder / f"secret-{number}.key", Secret(WORDS))

    def record(self, until: EventKind, name: str = "election.zip", **changes: bytes | None) -> str:
        """Write a record as a zip; a change of a file that is None leaves it out."""
        named = {key.replace("_", "."): value for key, value in changes.items()}
        files = {**self.election.record(until), **named}
        kept = {key: value for key, value in files.items() if value is not None}
        write_zip(self.folder / name, kept)
        return name

    def run(self, *arguments: str) -> int:
        """Run a command with the words at hand; return its exit status."""
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            return main(arguments)
        finally:
            os.chdir(before)
