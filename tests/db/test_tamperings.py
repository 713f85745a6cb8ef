# SPDX-License-Identifier: AGPL-3.0-or-later
"""What casting rests on is looked at, by the doctor and by a restore, change by change: ADR 16."""

from __future__ import annotations

from pathlib import Path

import pytest

from evote.doctor.findings import Level
from evote.errors import Refusal
from tests.db.backups import dump, put_back
from tests.db.examined import look
from tests.db.school import School
from tests.db.second_machine import Machine, is_untouched, save
from tests.db.tamperings import TAMPERINGS


def test_each_of_them_is_told_in_plain_words(fit: School) -> None:
    whole = dump(fit.database)
    assert {each.level for each in look(fit)} == {Level.OK}
    for name, each in TAMPERINGS.items():
        each.do(fit.database)
        grave = [found for found in look(fit) if found.level is Level.SERIOUS]
        assert {found.check for found in grave} == each.told, name
        for found in grave:
            assert found.message.startswith(f"{fit.uuid} : "), name
            assert found.advice, name
        put_back(fit.database, whole)
    assert {each.level for each in look(fit)} == {Level.OK}


def test_each_of_them_is_refused_by_a_restore_where_the_election_would_be_wrong(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    whole = dump(voted.database)
    for place, (name, each) in enumerate(TAMPERINGS.items()):
        each.do(voted.database)
        saved = save(voted, tmp_path / f"backup-{place}")
        if each.refused:
            with pytest.raises(Refusal, match=each.refused):
                machine.restore(saved, unseen=(voted.uuid,))
            assert is_untouched(machine), name
        else:
            (restored,) = machine.restore(saved, unseen=(voted.uuid,), check=True)
            assert restored.uuid == voted.uuid
        put_back(voted.database, whole)
    (restored,) = machine.restore(save(voted, tmp_path / "whole"), unseen=(voted.uuid,))
    assert (restored.events, restored.missing) == (5, 0)
