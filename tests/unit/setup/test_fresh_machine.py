# SPDX-License-Identifier: AGPL-3.0-or-later
"""What runs tests has everything installed that they need: a machine has none of it at first."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
INSTALLED_BY = (
    "setup/venv.sh",
    "setup.npm_packages",
    "setup/chromium.sh",
    "setup/postgresql.py",
)


@pytest.mark.parametrize("target", ["test", "soak", "defences"])
def test_whatever_runs_tests_installs_what_they_need(target: str) -> None:
    command = ["make", "--dry-run", "--always-make", "--no-print-directory", target]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    before, tests, _ = told.partition("tests.defences.run" if target == "defences" else "-m pytest")
    assert tests
    for program in INSTALLED_BY:
        assert program in before
    assert "setup/fetch_peer.py" in before or target == "defences"
