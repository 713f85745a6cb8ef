# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/images/demo.svg shows what the demo tells: no word is lost, none made up, none outdated."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from setup import demo_picture

TOP = Path(__file__).parents[3]
TOLD = "\n".join(
    (
        "Préau · démonstration, graine 1",
        "─" * 80,
        "École          École Jules-Ferry · 10 classes, 10 sièges",
        "               <b>Ensemble</b> & compagnie",
        "",
        "  Parents solidaires          42 voix    3 sièges",
        "Vérificateur indépendant : ÉLECTION VALIDE",
    )
)


def told_by(svg: str) -> list[tuple[int, str]]:
    """Return what a picture says: the column and the words of each run, in reading order."""
    texts = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")  # noqa: S314 -- our own
    _, *runs = (
        (round((float(each.attrib["x"]) - demo_picture.MARGIN) / demo_picture.COLUMN), each.text)
        for each in texts
    )
    return [(column, words or "") for column, words in runs]


def test_the_picture_says_every_word_at_its_column() -> None:
    words = [
        (run.start(), run.group())
        for line in TOLD.split("\n")
        for run in re.finditer(r"[^ ─]+(?: [^ ]+)*", line)
    ]
    assert told_by(demo_picture.draw(TOLD)) == words


def test_a_line_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than 80 columns"):
        demo_picture.draw("x" * 81)


def test_the_picture_that_is_kept_tells_the_demo_of_today() -> None:
    runs = told_by(demo_picture.PICTURE.read_text("utf-8"))
    screen = (TOP / "evote" / "cli" / "demo_screen.py").read_text("utf-8")
    labels = re.findall(r"_say\(\s*\"(\w+)\"", screen)
    assert len(labels) >= 8
    assert [words for column, words in runs if column == 0 and words in labels] == labels
    assert any("ÉLECTION VALIDE" in words for _, words in runs)


def test_the_picture_is_the_drawing_of_its_own_words() -> None:
    kept = demo_picture.PICTURE.read_text("utf-8")
    assert demo_picture.STYLE in kept
    assert f"$ {demo_picture.SHOWN}" in kept
