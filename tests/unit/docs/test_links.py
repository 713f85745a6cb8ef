# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page points to is there: relative links and their headings, files, tests, make targets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[3]
PAGES = sorted(
    [
        *TOP.glob("*.md"),
        *(TOP / "docs").rglob("*.md"),
        *(TOP / "audit").glob("*.md"),
        TOP / "tests" / "vectors" / "README.md",
    ]
)
NAMES = [page.relative_to(TOP).as_posix() for page in PAGES]
TARGETS = set(re.findall(r"(?m)^([a-z-]+):", (TOP / "Makefile").read_text("utf-8")))
FOLDERS = "audit|bench|booth|docs|evote|protocol|requirements|setup|tally|templates|tests"

LINK = re.compile(r"!?\[[^]]*\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"")
# `evote/v1/…` is a label that is hashed (§2.5), no file.
PATH = re.compile(rf"`((?!evote/v\d/)(?:{FOLDERS})/[^`\s*…]*)`")
MAKE = re.compile(r"(?m)(?:`|^ *|^    )make ([a-z][a-z-]+)")


def links(text: str) -> list[str]:
    """Where a page's relative links lead: code between backquotes is no link."""
    found = LINK.findall(re.sub(r"`[^`]*`", "", text))
    targets = [markdown or image for markdown, image in found]
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def headings(text: str) -> set[str]:
    """The anchors that GitHub gives to a page's headings."""
    titles = re.findall(r"(?m)^#+ (.+)$", text)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def leads_somewhere(page: Path, link: str) -> bool:
    """Whether a relative link's file, and its heading if it names one, exist."""
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    if not target.exists():
        return False
    return not anchor or anchor in headings(target.read_text("utf-8"))


def is_there(thing: str) -> bool:
    """Whether a file, a folder, or a test in a file (``file::test``) is there."""
    path, _, test = thing.partition("::")
    if not (TOP / path).exists():
        return False
    return not test or f"def {test}(" in (TOP / path).read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    broken = [link for link in links(page.read_text("utf-8")) if not leads_somewhere(page, link)]
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_file_named_is_there(page: Path) -> None:
    missing = [path for path in PATH.findall(page.read_text("utf-8")) if not is_there(path)]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_make_target_named_is_there(page: Path) -> None:
    assert set(MAKE.findall(page.read_text("utf-8"))) <= TARGETS


# ---------------------------------------------------------------- the tests' own eyes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see [this](a.md#b), ![that](i.svg)", ["a.md#b", "i.svg"]),
        ('<img alt="x" src="docs/i.svg">', ["docs/i.svg"]),
        ("[out](https://example.org) and [mail](mailto:a@b.example)", []),
        ("`[no](link)`", []),
    ],
)
def test_a_link_is_seen(text: str, found: list[str]) -> None:
    assert links(text) == found


def test_a_link_that_leads_nowhere_is_noticed() -> None:
    page = TOP / "README.md"
    assert leads_somewhere(page, "docs/protocol.md#16-catalogue-of-checks")
    assert not leads_somewhere(page, "docs/protocol.md#99-nothing")
    assert not leads_somewhere(page, "docs/nothing.md")


def test_names_of_files_and_targets_are_seen() -> None:
    assert PATH.findall("`tests/e9/` and `make tea`") == ["tests/e9/"]
    assert not is_there("tests/e9/")
    assert not is_there("tests/conftest.py::test_nothing")
    assert MAKE.findall("run `make tea`\n    make coffee\nto make sure") == ["tea", "coffee"]
