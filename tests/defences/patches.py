# SPDX-License-Identifier: AGPL-3.0-or-later
"""A patch that takes one defence out of the tree, and names the tests that must notice.

Its first line says in words what it takes out, and in parentheses which threats stand open then.
Lines ``# test:`` name the tests. Then follows a unified diff, whose hunks are found by their text
and not by their line numbers, so that a patch holds until the lines themselves change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
TOP = FOLDER.parents[1]
_TITLE = re.compile(r"# (.+ \([A-Z0-9][^()]*\))")
_TEST = "# test: "


class DoesNotApply(Exception):
    """The tree has no longer, or more than once, what a patch takes out."""


@dataclass(frozen=True, slots=True)
class Change:
    """One hunk: lines of a file before and after, with those around them."""

    path: str
    before: str
    after: str

    def made_in(self, text: str) -> str:
        """Return the text with this change; DoesNotApply unless there is one place for it."""
        start = f"\n{text}".find(f"\n{self.before}")
        if start < 0 or f"\n{text}".find(f"\n{self.before}", start + 1) >= 0:
            raise DoesNotApply(f"{self.path} has not, once, the lines:\n{self.before}")
        return text[:start] + self.after + text[start + len(self.before) :]


@dataclass(frozen=True, slots=True)
class Patch:
    """One defence to take out, and the tests of which at least one must fail then."""

    name: str
    title: str
    tests: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def is_of_booth(self) -> bool:
        """Whether the booth's bundles are other ones then."""
        return any(change.path.startswith("booth/src/") for change in self.changes)

    def files_in(self, top: Path) -> dict[Path, str]:
        """Return every file of this tree that it changes, as it becomes; DoesNotApply."""
        files: dict[Path, str] = {}
        for change in self.changes:
            path = top / change.path
            text = files.get(path) or path.read_text(encoding="utf-8")
            files[path] = change.made_in(text)
        return files


def all_patches() -> list[Patch]:
    """Return the patches of this folder, by name."""
    return [read_patch(path) for path in sorted(FOLDER.glob("*.patch"))]


def read_patch(path: Path) -> Patch:
    """Read a patch; ValueError if it is not written as this module says."""
    lines = path.read_text(encoding="utf-8").splitlines()
    title = _TITLE.fullmatch(lines[0])
    tests = tuple(line.removeprefix(_TEST) for line in lines if line.startswith(_TEST))
    changes = tuple(_changes(lines))
    if title is None or not tests or not changes:
        raise ValueError(f"{path.name} lacks its title, its tests or its changes")
    return Patch(path.stem, title[1], tests, changes)


def _changes(lines: list[str]) -> Iterator[Change]:
    path, hunk = "", list[str]()
    for line in [*lines, "@@"]:
        if line.startswith(("--- ", "@@")):
            if hunk:
                yield Change(path, _side(hunk, " -"), _side(hunk, " +"))
            hunk = []
        elif line.startswith("+++ b/"):
            path = line.removeprefix("+++ b/")
        elif path and line[:1] in (" ", "-", "+"):
            hunk.append(line)


def _side(hunk: list[str], signs: str) -> str:
    return "".join(f"{line[1:]}\n" for line in hunk if line[0] in signs)
