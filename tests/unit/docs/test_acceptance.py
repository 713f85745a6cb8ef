# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/acceptance.md does not call *shown* what does not exist, and says what each gap lacks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[3]
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in (TOP / "docs" / "acceptance.md").read_text("utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| point |"))
]
TARGETS = set(re.findall(r"(?m)^([a-z-]+):", (TOP / "Makefile").read_text("utf-8")))
STATE = re.compile(r"shown|not begun|open: \S.*")


def exists(thing: str) -> bool:
    """Whether a file, a folder, a test in a file (``file::test``) or a make target is there."""
    word, *arguments = thing.split()
    if word == "make":
        return not arguments or arguments[0] in TARGETS
    path, _, test = word.partition("::")
    if not test:
        return (TOP / path).exists()
    return (TOP / path).is_file() and bool(
        re.search(rf"(?m)^def {re.escape(test)}\(", (TOP / path).read_text("utf-8"))
    )


def test_every_row_has_a_point_a_promise_a_witness_and_a_known_state() -> None:
    assert ROWS
    for row in ROWS:
        assert len(row) == 4, row
        assert STATE.fullmatch(row[3]), row


def test_no_promise_stands_twice() -> None:
    promises = [(point, promise) for point, promise, _, _ in ROWS]
    assert len(promises) == len(set(promises))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_what_is_named_exists(row: list[str]) -> None:
    _, promise, witnesses, state = row
    named = re.findall(r"`([^`]+)`", witnesses)
    assert named or state == "not begun", promise
    assert not [thing for thing in named if not exists(thing)]


@pytest.mark.parametrize(
    ("thing", "there"),
    [
        ("make demo", True),
        ("make tea", False),
        ("tests/e9", False),
        ("README.md", True),
        ("tests/unit/docs/test_acceptance.py::test_what_is_named_exists", True),
        ("tests/unit/docs/test_acceptance.py::test_what_is", False),
        ("tests/unit/docs::test_what_is_named_exists", False),
    ],
)
def test_existence_is_judged_rightly(thing: str, *, there: bool) -> None:
    assert exists(thing) == there


@pytest.mark.parametrize(
    ("state", "known"),
    [("shown", True), ("open: the name of what is missing", True), ("open", False), ("", False)],
)
def test_a_gap_says_what_is_missing(state: str, *, known: bool) -> None:
    assert bool(STATE.fullmatch(state)) == known
