# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every command of docs/command-line-election.md, run in its order, as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evote.fictitious.school import generate_school
from tests.e2e.school_chain import EARLY, ROOT, WORDS, hours_around_now

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
    if line.startswith("evote election close"):
        line += f' {EARLY[0]} "{EARLY[1]}"'
    return line


def config() -> str:
    """The page's own configuration, with hours in which a ballot may enter today."""
    return json.dumps(json.loads(blocks("json")[0]) | hours_around_now(), ensure_ascii=False)


def run(folder: Path, script: list[str]) -> subprocess.CompletedProcess[str]:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [BASH, "-c", "\n".join(["set -e", *script])],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=600,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PATH": path},
    )


def chapters() -> list[str]:
    """The page's commands, chapter by chapter, as they run without a person."""
    script = []
    for block in blocks("sh"):
        if "code.txt" in block:
            # A parent's letter is opened.
            script.append("grep -m1 -E '^ {4}[0-9A-Z]{6}  ' codes/letters.txt > code.txt")
        # The roll doctor's status says that points are left, as the page announces.
        check = "evote roll check onde.csv"
        script.append(as_run(block).replace(check, f"{check} || test $? = 1"))
    return script


@pytest.fixture
def school(tmp_path: Path) -> Path:
    """What a school has before it begins, and the three commands on its path."""
    (tmp_path / "onde.csv").write_bytes(generate_school("handbook", 9).onde_csv)
    (tmp_path / "words").write_text(WORDS)
    (tmp_path / "config.json").write_text(config(), "utf-8")
    (tmp_path / "bin").mkdir()
    for command, module in MODULES.items():
        path = tmp_path / "bin" / command
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        path.chmod(0o755)
    return tmp_path


def test_the_handbook_is_true(school: Path) -> None:
    done = run(school, chapters())
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "Le bulletin est dans l'urne" in done.stdout
    assert (school / "resultat" / "minutes.txt").exists()


def test_a_closing_that_was_torn_is_restored_as_the_page_says(school: Path) -> None:
    script = chapters()
    (closing,) = (place for place, text in enumerate(script) if "evote election close" in text)
    done = run(school, script[: closing + 1])
    assert done.returncode == 0, done.stderr
    (archive,) = (school / "election/record").glob("*.bel")
    (copy,) = (school / "sauvegarde/record").glob("*.bel")
    whole, number = archive.read_bytes(), f"NUMERO={archive.stem}"
    (restoring,) = blocks("sh-cut")
    # At once after the first event of closing, inside the second one, a byte before the end.
    for cut in (copy.stat().st_size + 1024, len(whole) - 700, len(whole) - 1):
        archive.write_bytes(whole[:cut])
        refused = run(school, [number, "evote election close election"])
        assert refused.returncode == 1
        assert "la copie faite avant de clore" in refused.stderr
        assert archive.read_bytes() == whole[:cut]
        restored = run(school, [number, as_run(restoring)])
        assert restored.returncode == 0, restored.stdout + restored.stderr
        assert archive.read_bytes() == whole
        assert (school / f"{archive.stem}.abimee").read_bytes() == whole[:cut]


def test_a_copy_that_lacks_a_ballot_is_not_restored_in_silence(school: Path) -> None:
    script = chapters()
    (voting,) = (place for place, text in enumerate(script) if "evote ballot record" in text)
    early = [*script[:voting], "cp -R election sauvegarde", script[voting]]
    assert run(school, early).returncode == 0
    (archive,) = (school / "election/record").glob("*.bel")
    looking = blocks("sh-cut")[0].split("\n")[:2]
    told = run(school, [f"NUMERO={archive.stem}", *looking])
    assert '"type":"Ballot"' in told.stdout


def test_every_command_of_the_organiser_is_in_the_handbook() -> None:
    for command in ("credentials make", "credentials check", "roll check", "ballot make"):
        assert f"evote {command}" in HANDBOOK
    for command in ("ballot record", *(f"election {each}" for each in ("id", "seal", "open"))):
        assert f"evote {command}" in HANDBOOK
    for command in ("close", "publish"):
        assert f"evote election {command}" in HANDBOOK
