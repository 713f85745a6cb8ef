# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/acceptance.md does not call *shown* what does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[3]
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in (TOP / "docs" / "acceptance.md").read_text().splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| point |"))
]
TARGETS = set(re.findall(r"(?m)^([a-z-]+):", (TOP / "Makefile").read_text()))


def exists(thing: str) -> bool:
    """Whether a file, a folder or a make target of this name is there."""
    word, *arguments = thing.split()
    if word == "make":
        return not arguments or arguments[0] in TARGETS
    return (TOP / word).exists()


def test_every_row_has_a_point_a_promise_a_witness_and_a_known_state() -> None:
    assert ROWS
    for row in ROWS:
        assert len(row) == 4, row
        assert row[3] in ("shown", "open", "not begun"), row


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_what_is_shown_exists(row: list[str]) -> None:
    _, promise, witnesses, state = row
    named = re.findall(r"`([^`]+)`", witnesses)
    if state == "shown":
        assert named, promise
        assert not [thing for thing in named if not exists(thing)]


@pytest.mark.parametrize(
    ("thing", "there"),
    [("make demo", True), ("make tea", False), ("tests/e9", False), ("README.md", True)],
)
def test_existence_is_judged_rightly(thing: str, *, there: bool) -> None:
    assert exists(thing) == there
