# SPDX-License-Identifier: AGPL-3.0-or-later
"""One changed bit of the head file gives up no vote, and accuses no server: docs/adr/0016."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evote.doctor.findings import Level
from evote.errors import Refusal
from protocol.server_binding import BOARD, JOURNAL
from tests.db.examined import look
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
# One digit of a root becomes another one, and all of them do.
DIGIT = "CASE substr(root, 1, 1) WHEN '4' THEN '5' ELSE '4' END || substr(root, 2)"
ALL = f"'{'ab' * 32}'"


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


def change_root(school: School, log: str, root: str) -> None:
    keys = school.publisher.keys(school.uuid)
    key = {BOARD: keys.board, JOURNAL: keys.journal}[log]
    change = f"UPDATE head SET root = {root} WHERE origin = ?"  # noqa: S608 -- ours
    harm_heads(school.folder.heads, change, key.name)


@pytest.mark.parametrize("log", [BOARD, JOURNAL])
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_changed_digit_of_a_root_accuses_neither_backup_nor_database(
    fit: School, machine: Machine, log: str, tmp_path: Path
) -> None:
    saved = save(fit, tmp_path / "backup")
    change_root(fit, log, DIGIT)
    (found,) = (each for each in look(fit) if each.check == "heads" and each.level is not Level.OK)
    assert found.level is Level.SERIOUS
    assert "heads.sqlite dit de cette élection est abîmé" in found.message
    shutil.copy(fit.folder.heads, machine.folder.heads)
    with pytest.raises(Refusal, match=r"heads\.sqlite .* est abîmé : ce qu'il dit de") as refused:
        machine.restore(saved, unseen=(fit.uuid,))
    assert "hors de ce dossier" in refused.value.advice
    machine.folder.heads.unlink()
    machine.restore(saved, unseen=(fit.uuid,))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_changed_digit_of_a_root_is_seen_by_a_record_that_was_brought(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    """More was published since the backup: two notes of one size would be two histories."""
    change = f"UPDATE head SET root = {DIGIT} WHERE origin = ?"  # noqa: S608 -- ours
    saved, kept = lose_but_for_damaged_heads(voted, machine, change, tmp_path)
    with pytest.raises(Refusal, match=r"heads\.sqlite .* est abîmé : ce qu'il dit de l'urne"):
        machine.restore(saved, complete={voted.uuid: kept})


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_another_root_is_still_another_history(
    fit: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(fit, tmp_path / "backup")
    change_root(fit, BOARD, ALL)
    (found,) = (each for each in look(fit) if each.check == "heads" and each.level is not Level.OK)
    assert "revenue en arrière" in found.message
    shutil.copy(fit.folder.heads, machine.folder.heads)
    with pytest.raises(Refusal, match="n'est pas celle qui a été publiée"):
        machine.restore(saved, unseen=(fit.uuid,))
