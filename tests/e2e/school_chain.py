# SPDX-License-Identifier: AGPL-3.0-or-later
"""A school holds its election with the three real commands, each in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from evote.fictitious.school import FictitiousSchool, generate_school

ROOT = Path(__file__).parents[2]
WORDS = "abeille tortue moulin pomme tasse violon"
MEMBERS = (("Aïcha Ben Ali", "directrice"), ("Bruno Carré", "enseignant"), ("Chloé Roy", "parent"))


EARLY = ("--outside-hours", "Les commandes sont essayées avant l'heure.")


def hours_around_now() -> dict[str, str]:
    """Hours within which a ballot enters now; closing now is early, and needs its reason."""
    now = datetime.now(UTC).replace(microsecond=0)
    opens, closes = now - timedelta(hours=1), now + timedelta(days=2)
    return {"opens_at": opens.isoformat(), "closes_at": closes.isoformat()}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one command gave: its exit status and what it printed."""

    status: int
    out: str
    err: str


@dataclass(slots=True)
class Chain:
    """One school's folder and election; each method is one chapter of the handbook."""

    folder: Path
    school: FictitiousSchool
    uuid: str = ""

    @classmethod
    def start(cls, folder: Path, electors: int = 12) -> Chain:
        """Write what the school has: its ONDE export, its decisions, a file with the words."""
        chain = cls(folder, generate_school("chain", electors))
        (folder / "onde.csv").write_bytes(chain.school.onde_csv)
        (folder / "words").write_text(WORDS)
        (folder / "config.json").write_text(json.dumps(chain.config(), ensure_ascii=False), "utf-8")
        chain.uuid = chain.good("evote", "election", "id").out.strip()
        return chain

    def config(self) -> dict[str, object]:
        school = self.school
        return {
            "version": 1,
            "name": "Élection des représentants des parents d'élèves",
            "description": "Année 2026-2027",
            "school": {"name": school.name, "uai": school.uai, "kind": school.kind},
            "seats": school.seats,
            "lists": [
                {
                    "label": each.label,
                    "candidates": [f"{c.given_name} {c.surname}" for c in each.candidates],
                }
                for each in school.lists
            ],
            **hours_around_now(),
        }

    def run(self, command: str, *arguments: object, typed: str = "") -> Outcome:
        """Run one of the three commands in the folder, ``typed`` being its standard input."""
        module = {"evote": "evote", "evote-tally": "tally", "evote-audit": "audit"}[command]
        done = subprocess.run(
            [sys.executable, "-m", module, *map(str, arguments)],
            cwd=self.folder,
            input=typed,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def good(self, command: str, *arguments: object) -> Outcome:
        """Run a command that must succeed."""
        outcome = self.run(command, *arguments)
        assert outcome.status == 0, outcome
        return outcome

    # ---------------------------------------------------------------- chapters

    @property
    def archive(self) -> Path:
        return self.folder / "election" / "record" / f"{self.uuid}.bel"

    def make_codes(self) -> None:
        self.good(
            *("evote", "credentials", "make", "onde.csv", "--uuid", self.uuid, "--settled"),
            *("--out", "desk", "--passphrase-file", "words"),
        )

    def hold_ceremony(self) -> None:
        words = ("--passphrase-file", "words")
        for index, (name, role) in enumerate(MEMBERS, 1):
            self.good(
                *("evote-tally", "certificate", "--uuid", self.uuid, "--index", index),
                *("--of", 3, "--threshold", 2, "--name", name, "--role", role, *words),
            )
        for step, before in (("polynomial", "certificate"), ("key", "polynomial"), ("sign", "key")):
            for index in (1, 2, 3):
                self.good("evote-tally", step, f"secret-{index}.key", f"{before}-*.json", *words)

    def seal_arguments(self, **changed: str) -> list[str]:
        files = {
            "roll": "onde.csv",
            "credentials": "desk/public-credentials.json",
            "reserves": "desk/reserves.json",
            "trustees": "trustees.json",
            "certificates": "certificate-*.json",
            "ceremony": "ceremony-*.json",
            "uuid": self.uuid,
            "out": "election",
        }
        named = [part for name, file in (files | changed).items() for part in (f"--{name}", file)]
        return ["election", "seal", "config.json", "--settled", *named]

    def seal(self) -> Outcome:
        return self.good("evote", *self.seal_arguments())

    def open(self, members: tuple[int, ...] = (1, 2)) -> Outcome:
        for index in members:
            self.good(
                *("evote-tally", "check-setup", f"secret-{index}.key", self.archive, "--yes"),
                *("--passphrase-file", "words"),
            )
        return self.good("evote", "election", "open", "election", "setup-signature-*.json")

    def codes(self) -> list[str]:
        """The codes of all letters, as a parent reads them."""
        letters = (self.folder / "desk" / "letters.txt").read_text("utf-8")
        return re.findall(r"(?m)^ {4}((?:[0-9A-Z]{6} {2}){4}[0-9A-Z]{7})$", letters)

    def make_ballot(self, code: str, choice: str, out: str, *options: str) -> Outcome:
        return self.run(
            *("evote", "ballot", "make", "--archive", "election"),
            *("--choice", choice, "--out", out, *options),
            typed=f"{code}\n",
        )

    def record(self, ballot: str) -> Outcome:
        return self.run("evote", "ballot", "record", "--archive", "election", ballot)

    def births(self) -> list[str]:
        """The birth dates of those who stand first on each list but the best one."""
        firsts = [(each.label, each.candidates[0].born) for each in self.school.lists[1:]]
        return [part for label, born in firsts for part in ("--born", f"{label}={born}")]

    def decrypt(self, members: tuple[int, ...] = (1, 2)) -> None:
        for index in members:
            self.good(
                *("evote-tally", "decrypt", f"secret-{index}.key", self.archive, "--yes"),
                *("--passphrase-file", "words"),
            )
