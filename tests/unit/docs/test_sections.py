# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every section that the code, or the document itself, cites exists in docs/protocol.md."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).parents[3]
DOCUMENT = TOP / "docs" / "protocol.md"
PACKAGES = ("protocol", "tally", "audit", "evote", "booth/src")
CODE = sorted(
    path
    for package in PACKAGES
    for suffix in ("py", "ts")
    for path in (TOP / package).rglob(f"*.{suffix}")
)

HEADING = re.compile(r"(?m)^#+ (\d+(?:\.\d+)*) ")
# `§6.2` and `section="6.2"`; but `RFC 8032 §5.1` is a section of another document.
CITATION = re.compile(r"(?:(RFC \d+,? )?§ ?|section=\")(\d+(?:\.\d+)*)")


@cache
def sections() -> set[str]:
    return set(HEADING.findall(DOCUMENT.read_text()))


def cited(text: str) -> set[str]:
    return {number for elsewhere, number in CITATION.findall(text) if not elsewhere}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("docs/protocol.md §6.2, then §10", {"6.2", "10"}),
        ('MalformedError("no", section="2.1")', {"2.1"}),
        ("§7.14: see RFC 8032 §5.1.2", {"7.14"}),
        ("a § alone", set()),
    ],
)
def test_a_citation_is_recognised(text: str, numbers: set[str]) -> None:
    assert cited(text) == numbers


@pytest.mark.parametrize(
    "path", [DOCUMENT, *CODE], ids=lambda path: path.relative_to(TOP).as_posix()
)
def test_every_section_cited_exists(path: Path) -> None:
    missing = cited(path.read_text()) - sections()
    assert not missing, f"{path.name} cites §{', §'.join(sorted(missing))}"


def test_the_document_has_numbered_sections_and_the_code_cites_them() -> None:
    numbered = sections()
    assert len(numbered) > 50
    everywhere = set().union(*(cited(path.read_text()) for path in CODE))
    assert everywhere & numbered
