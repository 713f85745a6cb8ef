# SPDX-License-Identifier: AGPL-3.0-or-later
"""What takes long draws a bar on the terminal of a person, wipes it, and draws none elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from evote.cli.progress import BAR
from evote.fictitious.school import generate_school
from tests.e2e.terminal import terminal

ELECTORS, RESERVES = 5000, 250
DRAWN = re.compile(r"\r  (?P<what>\S+) +(?P<full>█*)(?P<rest>░*) (?P<done>[\d\u202f]+)")
WORDS = "abeille tortue moulin pomme tasse violon\n"


def bars(shown: str) -> dict[str, list[tuple[int, int]]]:
    """Every bar that was drawn: by its name, how much of it was full beside the number said."""
    found: dict[str, list[tuple[int, int]]] = {}
    for bar in DRAWN.finditer(shown):
        assert len(bar["full"] + bar["rest"]) == BAR
        done = int(bar["done"].replace("\u202f", ""))
        found.setdefault(bar["what"], []).append((len(bar["full"]), done))
    return found


def left_on_screen(shown: str) -> str:
    """What a screen shows in the end, where a carriage return goes back to the line's start."""
    lines = []
    for line in shown.replace("\r\n", "\n").split("\n"):
        cells = ""
        for part in line.split("\r"):
            cells = part + cells[len(part) :]
        lines.append(cells.rstrip())
    return "\n".join(lines)


@pytest.fixture
def codes(tmp_path: Path) -> list[str]:
    """The command that draws the codes of a school, whose roll is in this folder."""
    school = generate_school("progress", ELECTORS)
    (tmp_path / "onde.csv").write_bytes(school.onde_csv)
    (tmp_path / "words").write_text(WORDS)
    command = ["credentials", "make", "onde.csv", "--uuid", "ProGressBar123", "--out", "desk"]
    return ["evote", *command, "--settled", "--passphrase-file", "words"]


def test_the_codes_of_a_large_school_draw_a_bar_that_grows_and_is_wiped(
    codes: list[str], tmp_path: Path
) -> None:
    with terminal(tmp_path, *codes) as (screen, process):
        shown = screen.read_all()
    assert process.returncode == 0, shown
    drawn = bars(shown)["Codes"]
    assert drawn == sorted(drawn)
    assert drawn[0][0] < drawn[-1][0]
    total = ELECTORS + RESERVES
    assert all(full == BAR * done // total for full, done in drawn)
    left = left_on_screen(shown)
    assert f"{ELECTORS} codes et {RESERVES} codes de réserve." in left
    assert not set("█░") & set(left)


def test_what_is_no_terminal_gets_no_bar(codes: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *codes], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert not set("█░") & set(done.stdout)


def test_the_demo_draws_a_bar_for_each_long_step_and_wipes_it(tmp_path: Path) -> None:
    with terminal(tmp_path, "evote", "demo", "--out", "school", "--voters", "24") as screened:
        shown = screened[0].read_all()
    assert screened[1].returncode == 0, shown
    drawn = bars(shown)
    assert {"Codes", "Envois", "Vote"} <= drawn.keys()
    assert all(each == sorted(each) for each in drawn.values())
    left = left_on_screen(shown)
    assert "Vérificateur indépendant : ÉLECTION VALIDE" in left
    assert not set("█░") & set(left)
