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
from tests.db.witnesses import closed_port
from tests.e2e.school_chain import ROOT, WORDS
from tests.e2e.test_handbook import BASH, MODULES
from tests.tamper.forge.texts import Json
from tests.tamper.surgery import Archive

HANDBOOK = (ROOT / "docs/server-election.md").read_text("utf-8")
CONFIG = (ROOT / "docs/command-line-election.md").read_text("utf-8")
PERSONAL = re.compile(r"evote-tally (certificate|polynomial|key|sign|check-setup|sign-amendment) ")
HOUR, DAY = 3600, 86_400
VOTE = f"{sys.executable} -m tests.e2e.vote_by_letter $NUMERO election/roll-sealed.json"


def blocks(label: str = "") -> list[str]:
    """The commands of the page in their order; those that cancel stand apart."""
    return re.findall(rf"(?ms)^```sh{label}\n(.*?)^```$", HANDBOOK)


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
    if line.startswith("evote election amend") and "--closes-at" in line:
        line += " --yes"  # two days from now may be a Sunday
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
        "NOUVEAU": random_base58(14),
        "NOUVELLE_OUVERTURE": at(time.time() - 2 * HOUR),
        "NOUVELLE_FERMETURE": at(time.time() + 2 * DAY),
        "PREAU_DATABASE_URL": f"sqlite:///{place / 'data' / 'preau.db'}",
        "PREAU_PUBLIC_URL": "https://vote.exemple.fr",
        "PREAU_KEY_FOLDER": str(place / "keys"),
        "PREAU_OUTBOX_FOLDER": str(place / "outbox"),
        "PREAU_PUBLISH_SECONDS": "1",  # the least; the reader waits a minute where the page says so
    }


def run(place: Path, script: list[str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [BASH, "-c", "\n".join(script)],
        cwd=place,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=900,
        env=environment(place),
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return done


def until_the_vote() -> list[str]:
    """The blocks after the draft, the last of which opens the vote."""
    all_blocks = blocks()
    (last,) = (n for n, block in enumerate(all_blocks) if "evote election start" in block)
    return [as_run(block) for block in all_blocks[1 : last + 1]]


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
    done = run(place, script)
    assert "CODE_OR_PIN_WRONG" in (place / "refused").read_text()
    assert "son code et son émargement ont servi" in done.stdout
    assert "Pas reçus" in done.stdout
    assert (place / "resultat" / "minutes.txt").exists()


# The same commands in another folder, for the copy: its number, its configuration, its server.json.
AGAIN = """\
mkdir -p again/serveur
cp onde.csv words again
cp recommence/config.json again
cp recommence/server.json again/serveur
cd again
FORMER=$NUMERO
NUMERO=$NOUVEAU"""


@pytest.mark.soak
def test_a_cancelled_election_is_held_again_as_the_page_says(place: Path) -> None:
    script = ["set -e", as_run(blocks()[0]), *until_the_vote(), f"{VOTE} 1 codes/letters.txt"]
    script += [as_run(block) for block in blocks(" annuler")]
    script += [f"! {VOTE} 2 codes/letters.txt 2> refused", AGAIN, *until_the_vote()]
    script.append(f"{VOTE} 1 codes/letters.txt")
    script.append(f"! {VOTE} 2 ../codes/letters.txt 2> refused")
    for number, name in (("$NUMERO", "new"), ("$FORMER", "former")):
        script.append(f"evote election record {number} {name}")
        script.append(f"evote-audit verify {name}")
    run(place, script)
    assert "CLOSED" in (place / "refused").read_text()
    assert "CODE_OR_PIN_WRONG" in (place / "again" / "refused").read_text()
    former, new = (sealed(place / "again" / name) for name in ("former", "new"))
    for decided in ("school", "seats", "lists", "grace_seconds", "rehearsal"):
        assert former["evote"][decided] == new["evote"][decided]
    assert (former["name"], former["description"]) == (new["name"], new["description"])
    for own in ("uuid", "public_key"):
        assert former[own] != new[own]
    for own in ("opens_at", "credentials_sha256", "trustees_sha256", "board_key", "journal_key"):
        assert former["evote"][own] != new["evote"][own]


@pytest.fixture
def witnessed(place: Path) -> Path:
    """The same with three witnesses of whom two are demanded, and none of whom runs yet."""
    urls = [closed_port() for _ in range(3)]
    keys = [make_key(place / f"w{i}.secret", f"w{i}.example") for i in range(3)]
    config = json.loads((place / "config.json").read_text())
    config["witnesses"] = {"quorum": 2, "keys": keys}
    (place / "config.json").write_text(json.dumps(config), "utf-8")
    told = [f"witness w{i} {key} {urls[i]}\n" for i, key in enumerate(keys)]
    (place / "witnesses").write_text("".join(told))
    return place


def make_key(path: Path, name: str) -> str:
    """The key file of a witness; its public line."""
    command = [sys.executable, "-m", "audit", "witness", "key", "--name", name, "--out", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(rf"{re.escape(name)}\+\S+", done.stdout)
    assert found is not None
    return found[0]


def witness(number: int) -> str:
    """Let a witness run, and wait until it does."""
    return (
        f"evote-audit witness serve --key w{number}.secret --store w{number} --election dossier.zip"
        f" --listen $(sed -n 's,^witness w{number} .*//,,p' witnesses) > w{number}.out 2>&1 &\n"
        f"until grep -q 'À l.écoute' w{number}.out; do sleep 0.1; done"
    )


@pytest.mark.soak
def test_an_election_with_witnesses_ends_as_the_page_says(witnessed: Path) -> None:
    """One co-signs from the opening, one comes for the result alone, one never answers."""
    script = ["set -e", f"export PREAU_WITNESS_FILE={witnessed}/witnesses"]
    script.append("trap 'kill $(jobs -p)' EXIT")
    for block in [as_run(block) for block in blocks()]:
        if "evote election tally" in block:
            script.append(witness(1))
        script.append(block.replace("evote worker --once", "! evote worker --once"))  # all but one
        if "evote election start" in block:
            script += [f"{VOTE} 1 codes/letters.txt", witness(0), "! evote worker --once 2> worker"]
            script.append("evote election state $NUMERO")
        if "evote election reissue" in block:  # as many ballots as members confirm
            script.append("evote pins deliver")
            script.append(f"{VOTE} 3 remplacement/letter-1.txt")
    done = run(witnessed, script)
    silent = (witnessed / "worker").read_text()
    assert [f"le témoin w{i} ne répond pas" in silent for i in range(3)] == [False, True, True]
    assert (
        "Témoins de la dernière publication : 1 sur 3 ; manquent : w1.example, w2.e" in done.stdout
    )
    assert "PROCÈS-VERBAL" in done.stdout
    assert "Le résultat est vérifié" in done.stdout
    assert "2 sur 3 ont cosigné" in done.stdout


def sealed(record: Path) -> Json:
    """The election of a record, as JSON."""
    (archive,) = record.glob("*.bel")
    return Archive.read(archive.read_bytes()).datum("Setup", 0).value


def test_every_command_of_the_server_is_in_the_handbook() -> None:
    parser = FrenchParser("evote election")
    group: Group = parser.add_subparsers()
    for add in (add_beginning, add_voting, add_desk, add_amending, add_ending, add_looking):
        add(group)
    for name in set(group.choices) - {"list"}:
        assert f"evote election {name}" in HANDBOOK, name
