# SPDX-License-Identifier: AGPL-3.0-or-later
"""A restore that is killed at its every call: in a file of its own, for it takes a worker long."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.db.test_restore_faults import check_kill, undisturbed


@pytest.mark.soak
def test_killed_at_every_call_of_the_system(tmp_path: Path) -> None:
    calls = undisturbed()[1]
    for call in calls:
        check_kill(tmp_path / f"{call[0]}-{call[1]}", call)
    print(f"{len(calls)} kills")
