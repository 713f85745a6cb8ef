# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every command of docs/command-line-election.md, run in its order, as it stands there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evote.fictitious.school import generate_school
from tests.e2e.school_chain import ROOT, WORDS

HANDBOOK = (ROOT / "docs/command-line-election.md").read_text("utf-8")
MODULES = {"evote": "evote", "evote-tally": "tally", "evote-audit": "audit"}
BASH = shutil.which("bash") or "bash"
PERSONAL = re.compile(r"evote-tally (certificate|polynomial|key|sign|check-setup) ")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"(?ms)^```{kind}\n(.*?)^```$", HANDBOOK)


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
    if line.startswith(("evote-tally", "evote credentials make")):
        line += " --passphrase-file words"
    if line.startswith("evote-tally check-setup"):
        line += " --yes"
    if line.startswith("evote-tally decrypt"):
        line += " --confirm-voters 1"
    return line


@pytest.fixture
def school(tmp_path: Path) -> Path:
    """What a school has before it begins, and the three commands on its path."""
    (tmp_path / "onde.csv").write_bytes(generate_school("handbook", 9).onde_csv)
    (tmp_path / "words").write_text(WORDS)
    (tmp_path / "config.json").write_text(blocks("json")[0], "utf-8")
    (tmp_path / "bin").mkdir()
    for command, module in MODULES.items():
        path = tmp_path / "bin" / command
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        path.chmod(0o755)
    return tmp_path


def test_the_handbook_is_true(school: Path) -> None:
    script = ["set -e"]
    for block in blocks("sh"):
        if "code.txt" in block:
            # A parent's letter is opened.
            script.append("grep -m1 -E '^ {4}[0-9A-Z]{6}  ' codes/letters.txt > code.txt")
        text = as_run(block)
        # The roll doctor's status says that points are left, as the page announces.
        script.append(
            text.replace("evote roll check onde.csv", "evote roll check onde.csv || test $? = 1")
        )
    done = subprocess.run(
        [BASH, "-c", "\n".join(script)],
        cwd=school,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=180,
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "PATH": f"{school / 'bin'}{os.pathsep}{os.environ['PATH']}"},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "Le bulletin est dans l'urne" in done.stdout
    assert (school / "resultat" / "minutes.txt").exists()


def test_every_command_of_the_organiser_is_in_the_handbook() -> None:
    for command in ("credentials make", "credentials check", "roll check", "ballot make"):
        assert f"evote {command}" in HANDBOOK
    for command in ("ballot record", *(f"election {each}" for each in ("id", "seal", "open"))):
        assert f"evote {command}" in HANDBOOK
    for command in ("close", "publish"):
        assert f"evote election {command}" in HANDBOOK
