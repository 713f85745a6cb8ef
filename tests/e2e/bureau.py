# SPDX-License-Identifier: AGPL-3.0-or-later
"""A school's bureau at work with the real ``evote-tally``, in one folder, by files alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from protocol.events import EventKind
from protocol.secret import Secret
from tally.cli import main
from tally.keyfile import load_keyfile
from tests.ceremonies import NAMES, ROLES, FinishedCeremony
from tests.simulator import SimulatedElection

UUID = "BureauDePreau1"
WORDS = "abeille tortue moulin pomme tasse violon"
STEPS = ("certificate", "polynomial", "key", "sign")
ROOT = Path(__file__).parents[2]

_ELECTIONS: dict[tuple[bytes, tuple[int | None, ...]], SimulatedElection] = {}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one command gave: its exit status and what it printed."""

    status: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Bureau:
    """The members' folder; member i's key file is ``secret-i.key``."""

    folder: Path
    size: int
    threshold: int

    def run(self, *arguments: str) -> int:
        """Run a command in this process, in the folder; return its exit status."""
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            return main(arguments)
        finally:
            os.chdir(before)

    def step(self, step: str, index: int, *messages: str, out: str = ".") -> int:
        """Run one step of one member, by default on the files of all."""
        return self.run(*self.command(step, index, *messages), "--out", out)

    def command(self, step: str, index: int, *messages: str) -> list[str]:
        """Return the command of one step of one member."""
        opening = ["--passphrase-file", "words"]
        if step == "certificate":
            numbers = ["--index", str(index), "--of", str(self.size)]
            numbers += ["--threshold", str(self.threshold)]
            person = ["--name", NAMES[index - 1], "--role", ROLES[index - 1]]
            return [step, "--uuid", UUID, *numbers, *person, *opening]
        if step in STEPS:
            before = STEPS[STEPS.index(step) - 1]
            messages = messages or (f"{before}-*.json",)
        return [step, f"secret-{index}.key", *messages, *opening]

    def everybody(self, step: str, *messages: str) -> None:
        """Let every member do one step."""
        for index in range(1, self.size + 1):
            assert self.step(step, index, *messages) == 0

    def process(self, *arguments: str, stdin: str = "", **options: object) -> Outcome:
        """Run a command in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "tally", *arguments],
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            **options,  # type: ignore[call-overload]
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def copy(self, folder: Path) -> Bureau:
        """Return the same bureau in a new folder."""
        shutil.copytree(self.folder, folder)
        return Bureau(folder, self.size, self.threshold)

    def files(self) -> dict[str, bytes]:
        """Return every file of the folder, by name."""
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}

    def read(self, kind: str) -> dict[str, bytes]:
        """Return the messages of one kind, by name."""
        return {path.name: path.read_bytes() for path in sorted(self.folder.glob(f"{kind}-*.json"))}

    def ceremony(self) -> FinishedCeremony:
        """Return the finished ceremony, key files opened."""
        memories = tuple(
            load_keyfile(self.folder / f"secret-{index}.key", Secret(WORDS))
            for index in range(1, self.size + 1)
        )
        return FinishedCeremony(
            UUID,
            memories,
            self.read("certificate"),
            self.read("polynomial"),
            self.read("key"),
            (self.folder / "trustees.json").read_bytes(),
            self.read("ceremony"),
        )

    def election(self, votes: tuple[int | None, ...] = (0, 1, None, 0, 2)) -> SimulatedElection:
        """Return an election with this bureau's key, its archives written in the folder."""
        key = ((self.folder / "trustees.json").read_bytes(), votes)
        if key not in _ELECTIONS:  # ballots are made once for all copies of a bureau
            _ELECTIONS[key] = SimulatedElection(
                votes=votes,
                uuid=UUID,
                size=self.size,
                threshold=self.threshold,
                held=self.ceremony(),
            )
        election = _ELECTIONS[key]
        for until in (EventKind.SETUP, EventKind.BALLOT, EventKind.ENCRYPTED_TALLY):
            (self.folder / f"{until.value}.bel").write_bytes(election.archive(until))
        return election


def new_bureau(folder: Path, size: int, threshold: int) -> Bureau:
    """Return a bureau that has done nothing yet."""
    folder.mkdir(parents=True)
    (folder / "words").write_text(WORDS)
    return Bureau(folder, size, threshold)
