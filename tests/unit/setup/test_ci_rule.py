# SPDX-License-Identifier: AGPL-3.0-or-later
"""In CI, and only there, a test that is skipped or let fail makes the run fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[2] / "conftest.py"

LEFT_OUT = {
    "skipped": "@pytest.mark.skip\ndef test_it(): pass",
    "skipped while it runs": "def test_it(): pytest.skip('later')",
    "let fail": "@pytest.mark.xfail\ndef test_it(): assert False",
    "let fail, and passing": "@pytest.mark.xfail\ndef test_it(): pass",
    "a whole file": "pytest.skip('later', allow_module_level=True)",
    "a missing module": "pytest.importorskip('no_such_module')",
}


def outcome(folder: Path, body: str, *, ci: bool, workers: bool = False) -> tuple[int, str]:
    """Exit status and output of a run over one passing test and the given one."""
    shutil.copy(CONFTEST, folder / "conftest.py")
    (folder / "test_other.py").write_text("def test_other(): pass\n")
    (folder / "test_it.py").write_text(f"import pytest\n{body}\n")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    core\n    interop\n")
    env = {name: value for name, value in os.environ.items() if name != "CI"}
    options = ["-n", "2"] if workers else []
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, str(folder)],
        cwd=folder,
        env={**env, "CI": "true"} if ci else env,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.share(3)
@pytest.mark.parametrize("body", LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_ci_fails_and_names_the_test(tmp_path: Path, body: str) -> None:
    status, said = outcome(tmp_path, body, ci=True)
    assert status == 1
    assert "left out, which CI does not allow" in said
    assert "test_it.py" in said.partition("left out, which CI does not allow")[2]


def test_ci_fails_with_several_workers_too(tmp_path: Path) -> None:
    status, said = outcome(tmp_path, LEFT_OUT["skipped"], ci=True, workers=True)
    assert status == 1
    assert "test_it.py::test_it" in said


def test_elsewhere_a_skip_is_allowed(tmp_path: Path) -> None:
    assert outcome(tmp_path, LEFT_OUT["skipped"], ci=False)[0] == 0


def test_ci_passes_when_every_test_ran(tmp_path: Path) -> None:
    assert outcome(tmp_path, "def test_it(): pass", ci=True)[0] == 0
