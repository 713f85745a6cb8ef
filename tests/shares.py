# SPDX-License-Identifier: AGPL-3.0-or-later
"""Of a table of many like cases each run takes some; ``make soak`` takes all: CONTRIBUTING.md."""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest
from pathlib import Path

import pytest

# What takes long comes first, so that no processor waits at the end for a file begun late.
LONG_FIRST = ("e2e", "db", "watching", "interop", "agreement", "tamper")


def leave_shares_to_soak(items: list[pytest.Item]) -> None:
    """Mark what is not of the share of each run.

    ``share(n)``: the first case and each n-th after it, on either database where the test is held
    on both.
    """
    before = Counter[tuple[str, bool]]()
    for item in items:
        share = item.get_closest_marker("share")
        if share is not None:
            on_postgresql = item.get_closest_marker("db") is not None and "postgresql" in item.name
            test = item.nodeid.partition("[")[0], on_postgresql
            if before[test] % share.args[0]:
                item.add_marker("soak")
            before[test] += 1


def put_long_files_first(items: list[pytest.Item], tests: Path) -> None:
    """Sort the files by the folder that they stand in; what needs a browser is spread between."""

    def rank(path: Path) -> int:
        folder = path.relative_to(tests).parts[0] if path.is_relative_to(tests) else ""
        return LONG_FIRST.index(folder) if folder in LONG_FIRST else len(LONG_FIRST)

    files = dict[Path, list[pytest.Item]]()
    for item in items:
        files.setdefault(item.path, []).append(item)
    browsing = [path for path in files if path.parent.name == "browser"]
    others = sorted(files.keys() - {*browsing}, key=lambda path: (rank(path), path))
    spread = zip_longest(others, browsing)
    items[:] = [item for pair in spread for path in pair if path for item in files[path]]
