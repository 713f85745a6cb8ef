# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every command of docs/server-election.md, run in its order, as it stands there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evote.cli.election_on_server import (
    add_amending,
    add_beginning,
    add_desk,
    add_ending,
    add_looking,
    add_voting,
)
from evote.cli.parser import FrenchParser, Group
from evote.fictitious.school import generate_school
from protocol.encoding import random_base58
from tests.e2e.school_chain import ROOT, WORDS
from tests.e2e.test_handbook import BASH, MODULES

HANDBOOK = (ROOT / "docs/server-election.md").read_text("utf-8")
CONFIG = (ROOT / "docs/command-line-election.md").read_text("utf-8")
PERSONAL = re.compile(r"evote-tally (certificate|polynomial|key|sign|check-setup|sign-amendment) ")
HOUR, DAY = 3600, 86_400
VOTE = f"{sys.executable} -m tests.e2e.vote_by_letter $NUMERO election/roll-sealed.json"


def blocks() -> list[str]:
    return re.findall(r"(?ms)^```sh\n(.*?)^```$", HANDBOOK)


def at(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def as_run(block: str) -> str:
    """The block without a person: words from a file, agreement given, all three members."""
    lines = []
    for line in block.replace("\\\n", " ").split("\n"):
        repeated = [line]
        if PERSONAL.match(line):
            repeated = [
                line.replace("secret-1", f"secret-{i}").replace("--index 1", f"--index {i}")
                for i in (1, 2, 3)
            ]
            repeated[1:] = [
                one.replace("Ben Ali", f"Ben Ali {i}") for i, one in enumerate(repeated[1:])
            ]
        lines += [unattended(one) for one in repeated]
    return "\n".join(lines)


def unattended(line: str) -> str:
    if line.startswith(("evote-tally", "evote credentials")):
        line += " --passphrase-file words"
    if line.startswith(("evote-tally check-setup", "evote-tally sign-amendment")):
        line += " --yes"
    if line.startswith("evote election finish"):  # the handbook's vote is a rehearsal
        line += " --yes"
    if line.startswith("evote-tally decrypt"):
        line += " --confirm-voters 2"
    return line


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """What school and server have before they begin, and the three commands on their path."""
    (tmp_path / "onde.csv").write_bytes(generate_school("server handbook", 9).onde_csv)
    (tmp_path / "words").write_text(WORDS)
    found = re.search(r"(?ms)^```json\n(.*?)^```$", CONFIG)
    assert found is not None
    config = json.loads(found[1]) | {"rehearsal": True}
    config["opens_at"], config["closes_at"] = at(time.time() - HOUR), at(time.time() + 3 * DAY)
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    for name in ("bin", "data", "keys", "outbox"):
        (tmp_path / name).mkdir(mode=0o700)
    for command, module in MODULES.items():
        path = tmp_path / "bin" / command
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        path.chmod(0o755)
    return tmp_path


def environment(place: Path) -> dict[str, str]:
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "PATH": f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "NUMERO": random_base58(14),
        "NOUVELLE_FERMETURE": at(time.time() + 2 * DAY),
        "PREAU_DATABASE_URL": f"sqlite:///{place / 'data' / 'preau.db'}",
        "PREAU_PUBLIC_URL": "https://vote.exemple.fr",
        "PREAU_KEY_FOLDER": str(place / "keys"),
        "PREAU_OUTBOX_FOLDER": str(place / "outbox"),
        "PREAU_PUBLISH_SECONDS": "0",  # the reader waits a minute where the page says so
    }


def test_the_handbook_is_true(place: Path) -> None:
    script = ["set -e"]
    for block in blocks():
        script.append(as_run(block))
        if "evote election start" in block:
            script.append(f"{VOTE} 1 codes/letters.txt")
        if "evote election reissue" in block:  # the new letter votes, the old one does not
            script.append("evote pins deliver")
            script.append(f"! {VOTE} 3 codes/letters.txt 2> refused")
            script.append(f"{VOTE} 3 remplacement/letter-1.txt")
    done = subprocess.run(
        [BASH, "-c", "\n".join(script)],
        cwd=place,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
        env=environment(place),
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "CODE_OR_PIN_WRONG" in (place / "refused").read_text()
    assert "son code et son émargement ont servi" in done.stdout
    assert "Pas reçus" in done.stdout
    assert (place / "resultat" / "minutes.txt").exists()


def test_every_command_of_the_server_is_in_the_handbook() -> None:
    parser = FrenchParser("evote election")
    group: Group = parser.add_subparsers()
    for add in (add_beginning, add_voting, add_desk, add_amending, add_ending, add_looking):
        add(group)
    for name in set(group.choices) - {"list"}:
        assert f"evote election {name}" in HANDBOOK, name
