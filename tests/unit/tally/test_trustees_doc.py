# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/trustees.md and the help of each command: what they say to type can be typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tally.cli import build_parser

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "trustees.md").read_text(encoding="utf-8")
TYPED = re.findall(r"^    (evote-tally .*)$", DOCUMENT, re.MULTILINE)
INLINE = re.findall(r"`(evote-tally [^`…|]*)`", DOCUMENT)


def commands() -> dict[str, str]:
    """The help of each command, by its name."""
    (choices,) = (each.choices for each in build_parser()._actions if each.dest == "command")
    return {str(name): parser.format_help() for name, parser in dict(choices or {}).items()}


@pytest.mark.parametrize("line", TYPED)
def test_what_the_document_types_is_a_command(line: str) -> None:
    build_parser().parse_args(shlex.split(line)[1:])


@pytest.mark.parametrize("name", commands())
def test_what_a_help_gives_as_example_is_a_command(name: str) -> None:
    example = commands()[name].split("exemple :\n", 1)[1].replace("\\\n", " ")
    parsed = build_parser().parse_args(shlex.split(example)[1:])
    assert parsed.command == name


def test_the_document_has_the_seven_steps_in_order() -> None:
    steps = [shlex.split(line)[1] for line in TYPED]
    assert steps == [
        "certificate",
        "polynomial",
        "key",
        "sign",
        "check-setup",
        "decrypt",
        "combine",
    ]


def test_every_command_it_names_exists() -> None:
    assert INLINE
    for line in INLINE:
        assert line.split()[1] in commands()


def test_the_sentences_it_quotes_are_the_program_s() -> None:
    sources = (ROOT / "tally").rglob("*.py")
    program = re.sub(r'"\s*\n\s*f?"', "", "".join(path.read_text("utf-8") for path in sources))
    quoted = re.findall(r"^\| « ([^»]*) »", DOCUMENT, re.MULTILINE)
    assert len(quoted) >= 5
    for sentence in quoted:
        for part in sentence.split(" X "):
            assert part in program, part
