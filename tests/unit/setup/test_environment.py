# SPDX-License-Identifier: AGPL-3.0-or-later
"""The settings of a developer's own server are no settings of the tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[3]
SAY = "import os, tests.conftest; print(sorted(n for n in os.environ if n.startswith('PREAU_')))"


def test_nothing_of_a_server_that_is_set_up_here_reaches_a_test() -> None:
    own = {"PREAU_DATABASE_URL": "sqlite:////own.db", "PREAU_MISTYPED": "1", "PREAU_CACHE": "/c"}
    done = subprocess.run(
        [sys.executable, "-c", SAY],
        env={**os.environ, **own},
        cwd=TOP,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "['PREAU_CACHE']\n"
