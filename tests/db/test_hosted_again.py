# SPDX-License-Identifier: AGPL-3.0-or-later
"""What tests host again is what was hosted: the same rows, keys and PINs; an election goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from evote.casting import Outcome
from tests.db.conftest import ELECTION
from tests.db.hosted_again import host_again
from tests.db.rows import all_rows
from tests.db.school import ManualClock, School, audit, host, make_election
from tests.db.second_machine import Machine

OTHER = "AnotherEtection"


def files(keys: Path) -> dict[str, tuple[int, bytes]]:
    return {path.name: (path.stat().st_mode, path.read_bytes()) for path in keys.iterdir()}


def test_what_is_hosted_again_is_as_it_was_and_goes_on(
    school: School, machine: Machine, clock: ManualClock, tmp_path: Path
) -> None:
    again = host_again(machine.database, machine.folder.path, ELECTION, clock)
    assert all_rows(again.database) == all_rows(school.database)
    assert files(again.folder.path) == files(school.folder.path)
    assert again.cast(0).outcome is Outcome.RECORDED
    host(again.database, again.folder.path, make_election(3, uuid=OTHER), clock)
    audit(again, tmp_path / "record")
    assert (again.counts(), school.counts()) == ((1, 1), (0, 0))


def test_nothing_is_hosted_again_over_an_election(school: School, clock: ManualClock) -> None:
    assert school.cast(0).outcome is Outcome.RECORDED
    with pytest.raises(AssertionError, match="not empty"):
        host_again(school.database, school.folder.path, ELECTION, clock)
    assert school.counts() == (1, 1)
