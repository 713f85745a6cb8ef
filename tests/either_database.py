# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said again on a second database is left to ``make soak``: CONTRIBUTING.md."""

from __future__ import annotations

from pathlib import Path

import pytest

# What these look at, refuse or show is the same on either database: on PostgreSQL they are run
# where counts are long. What is cast, saved, restored and completed is tested on both at each run,
# as is that the rewriting takes away what joins; of its further stories, those marked so are not.
OF_EITHER = {
    "db": (
        "backup_pace",
        "cosigning",
        "doctor",
        "doctor_boards",
        "doctor_cells",
        "doctor_keys",
        "doctor_witnesses",
        "in_force",
        "published_damage",
        "restore_faults",
        "restore_found",
        "restore_known",
        "restore_marks",
        "restore_refusals",
        "restore_watched",
        "restore_witnesses",
        "seasons",
        "tamperings",
    ),
    "e2e/server": ("replacing", "stopping"),
    "unit/evote/web": (
        "logs",
        "pages",
        "papers_of_a_server",
        "published_pages",
        "refusals",
        "security",
        "turnout_pages",
    ),
}
_FILES = {f"{folder}/test_{name}.py" for folder, names in OF_EITHER.items() for name in names}


def leave_to_soak(items: list[pytest.Item], tests: Path) -> None:
    """Mark what needs a real PostgreSQL, or strace, in these files or where it is ``either``."""
    files = {tests / name for name in _FILES}
    for item in items:
        said_again = item.path in files or item.get_closest_marker("either") is not None
        if said_again and item.get_closest_marker("db") and "[sqlite" not in item.name:
            item.add_marker("soak")
