# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each step of an election's life on a server, and each step that its state does not allow."""

from __future__ import annotations

from pathlib import Path

from evote.database.elections import State
from tests.db.school import ManualClock, School, audit
from tests.simulator import CLOSES_AT


def test_an_election_from_draft_to_archive_is_one_verified_record(
    school: School, clock: ManualClock, tmp_path: Path
) -> None:
    audit(school, tmp_path / "record")
    for elector in (4, 2, 7):
        school.cast(elector)
    audit(school, tmp_path / "record")
    clock.time = CLOSES_AT + 301
    assert school.close().ballots == 3
    audit(school, tmp_path / "record")
    result = school.count()
    assert result.votes == ((0, 3, 0),)
    audit(school, tmp_path / "record")
    assert school.held().state is State.TALLIED
    kinds = [entry.kind.value for entry in school.journal()]
    assert kinds == ["sealed", "opened", "closed", "closing-signed", "tallied"]
