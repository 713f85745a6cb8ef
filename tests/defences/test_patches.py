# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every patch still fits the tree and names tests that exist; `make defences` runs them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.defences.patches import TOP, Change, DoesNotApply, Patch, all_patches, read_patch

PATCHES = all_patches()
FEWEST = 30


def by_name(patch: Patch) -> str:
    return patch.name


@cache
def functions_in(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_there_are_as_many_as_were_promised() -> None:
    assert len(PATCHES) >= FEWEST
    assert len({patch.title for patch in PATCHES}) == len(PATCHES)


@pytest.mark.parametrize("patch", PATCHES, ids=by_name)
def test_it_still_applies_and_leaves_programs_that_can_be_read(patch: Patch) -> None:
    for path, text in patch.files_in(TOP).items():
        assert text != path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            ast.parse(text)


@pytest.mark.parametrize("patch", PATCHES, ids=by_name)
def test_it_names_tests_that_exist(patch: Patch) -> None:
    for test in patch.tests:
        path, _, name = test.partition("::")
        assert not name or name.partition("[")[0] in functions_in(TOP / path), test


def test_a_change_needs_one_place_and_only_one() -> None:
    change = Change("a.py", "two\n", "deux\n")
    assert change.made_in("one\ntwo\nthree\n") == "one\ndeux\nthree\n"
    assert change.made_in("two\n") == "deux\n"
    for text in ("one\n", "two\ntwo\n", "untwo\n"):
        with pytest.raises(DoesNotApply):
            change.made_in(text)


def test_a_patch_without_title_tests_or_changes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.patch"
    diff = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"
    path.write_text(f"# what (C1)\n# test: tests/x.py\n{diff}")
    assert read_patch(path) == Patch(
        "a", "what (C1)", ("tests/x.py",), (Change("x", "a\n", "b\n"),)
    )
    for bad in (f"# what\n# test: t\n{diff}", f"# what (C1)\n{diff}", "# what (C1)\n# test: t\n"):
        path.write_text(bad)
        with pytest.raises(ValueError, match="lacks"):
            read_patch(path)
