# SPDX-License-Identifier: AGPL-3.0-or-later
"""One changed bit of the head file gives up no vote, and accuses no server: docs/adr/0016."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evote.errors import Refusal
from tests.db.school import School
from tests.db.second_machine import Machine, Saved, keep_record, save, vote
from tests.db.test_one_damaged_row import harm_heads

NAMES = {
    "another host": "'w' || substr(origin, 2)",
    "another log": "replace(origin, '/board', '/boare')",
    "a number without its end": "replace(origin, '/board', '?board')",
    "a number without its beginning": "replace(origin, '/Simu', '?Simu')",
    "one part too many": "replace(origin, 'Lated', '/ated')",
}


def lose_but_for_damaged_heads(
    voted: School, machine: Machine, statement: str, tmp_path: Path
) -> tuple[Saved, Path]:
    """Return the backup, and a record of all that was published since."""
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += 60
    vote(voted, range(4, 7))
    shutil.copy(voted.folder.heads, machine.folder.heads)
    harm_heads(machine.folder.heads, statement, voted.publisher.keys(voted.uuid).board.name)
    return saved, keep_record(voted, tmp_path / "kept")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_an_election_of_the_backup_is_not_said_to_be_another_by_a_damaged_name(
    voted: School, machine: Machine, name: str, tmp_path: Path
) -> None:
    change = f"UPDATE head SET origin = {NAMES[name]} WHERE origin = ?"  # noqa: S608 -- ours
    saved, kept = lose_but_for_damaged_heads(voted, machine, change, tmp_path)
    for without in ((), (voted.uuid,)):  # the line of the journal stands, and says more
        with pytest.raises(Refusal, match=r"heads\.sqlite .* est abîmé : il parle de") as refused:
            machine.restore(saved, without=without)
        assert "hors de ce dossier" in refused.value.advice
        assert "--without" not in refused.value.advice
    machine.folder.heads.unlink()
    (restored,) = machine.restore(saved, complete={voted.uuid: kept})
    assert restored.ballots == 3
