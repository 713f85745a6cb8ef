# SPDX-License-Identifier: AGPL-3.0-or-later
"""Draws docs/images/demo.svg, the picture of the README: what a run of `evote demo` writes.

Usage: python -m setup.demo_picture

The election is really held, in a folder that is then removed; not a word of the picture is made
up. It follows the light or dark theme of whoever looks, and needs no font but a fixed-width one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

TOP: Final = Path(__file__).parents[1]
PICTURE: Final = TOP / "docs" / "images" / "demo.svg"
SHOWN: Final = "make demo"
COMMAND: Final = ("evote", "demo", "--out", "demo-election", "--no-progress")

WIDTH, MARGIN, BAR, LINE, COLUMNS = 800, 28, 40, 21, 80
COLUMN: Final = (WIDTH - 2 * MARGIN) / COLUMNS

# Plain colours first, for renderers that know no theme.
STYLE: Final = """
    text { font: 15.4px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono",
           "Liberation Mono", monospace; white-space: pre; fill: #24292f }
    .label { fill: #0b5a8c } .quiet { fill: #667079 }
    .strong { font-weight: 600 } .good { fill: #176f2c; font-weight: 600 }
    .paper { fill: #fcfbf8; stroke: #d9d5ca } .bar { fill: #f1eee6 } .rule { stroke: #d9d5ca }
    @media (prefers-color-scheme: dark) {
      text { fill: #e4e9ef }
      .label { fill: #84c1f5 } .quiet { fill: #949ea9 } .good { fill: #63d471 }
      .paper { fill: #151a21; stroke: #343b45 } .bar { fill: #1d232c } .rule { stroke: #343b45 }
    }
"""


def run_demo() -> str:
    """Return what the demo writes on a screen, the election's folder being removed afterwards."""
    program = Path(sys.executable).parent / COMMAND[0]
    with tempfile.TemporaryDirectory() as folder:
        # With the commands on the path, as people have them, the last lines are short.
        path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            [str(program), *COMMAND[1:]],
            cwd=folder,
            capture_output=True,
            check=True,
            env=os.environ | {"PATH": path},
        )
    return done.stdout.decode().strip("\n")


def draw(told: str) -> str:
    """Return the picture of a told story, as SVG; no line may be longer than 80 columns."""
    lines = told.split("\n")
    if max(map(len, lines)) > COLUMNS:
        raise ValueError(f"a line is longer than {COLUMNS} columns: the picture cannot show it")
    height = BAR + MARGIN + LINE * len(lines) + MARGIN - 14
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
            f' width="{WIDTH}" height="{height}" role="img" aria-labelledby="title">',
            f'  <title id="title">Une élection entière, montrée par {SHOWN}</title>',
            f"  <style>{STYLE}  </style>",
            f'  <rect class="paper" x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1}"'
            ' rx="9"/>',
            f'  <path class="bar" d="M1 {BAR}V10a9 9 0 0 1 9-9H{WIDTH - 10}a9 9 0 0 1 9 9'
            f'V{BAR}z"/>',
            _rule(BAR, 1),
            f'  <text class="quiet" x="{MARGIN}" y="26">$ {SHOWN}</text>',
            *_story(lines),
            "</svg>\n",
        )
    )


def _story(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        y = BAR + MARGIN + LINE * number + 8
        if set(line) == {"─"}:
            yield _rule(y - 5, MARGIN)
        for run in re.finditer(r"[^ ─]+(?: [^ ]+)*", line):
            yield _text(run, y, _kind(line, run.start()))


def _kind(line: str, column: int) -> str:
    """Return the class of the words that begin at a column of a line."""
    if "VALIDE" in line or line.startswith("Préau"):
        return "good" if "VALIDE" in line else "strong"
    if line.startswith(("Refaire", "À lire", "Durée")):
        return "quiet"
    if line.startswith("  ") and line[2] != " ":
        return "strong"
    return "label" if column == 0 else ""


def _text(run: re.Match[str], y: int, kind: str) -> str:
    words = run.group()
    # The length of each run is given, so that columns stay columns in whatever font is at hand.
    place = f'x="{MARGIN + COLUMN * run.start():.1f}" y="{y}"'
    place += f' textLength="{COLUMN * len(words):.1f}"'
    return f'  <text class="{kind}" {place}>{escape(words)}</text>'


def _rule(y: int, margin: int) -> str:
    return f'  <path class="rule" d="M{margin} {y}.5H{WIDTH - margin}"/>'


if __name__ == "__main__":
    PICTURE.write_text(draw(run_demo()), encoding="utf-8")
    print(f"demo_picture: {PICTURE.relative_to(TOP)} is drawn")
