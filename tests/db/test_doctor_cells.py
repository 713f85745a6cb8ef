# SPDX-License-Identifier: AGPL-3.0-or-later
"""A cell that says what it cannot: the doctor names it, and it stops nothing of other elections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from evote.board.published import read_published
from evote.casting import Outcome
from evote.database.cells import DamagedText
from evote.database.elections import RowDamaged, find_election
from evote.doctor.cells import check_cells
from evote.doctor.findings import Finding, Level
from evote.errors import Refusal, Unreadable
from evote.publishing.publisher import Publisher
from evote.upkeep import Steps, Trouble
from tests.db.backups import dump, put_back
from tests.db.examined import look
from tests.db.school import ManualClock, School, draft, host, make_election
from tests.db.second_machine import Machine, is_untouched, save

OTHER = "AnotherEtection"


@dataclass(frozen=True)
class Damage:
    """What is executed; which cell it harms; of SQLite alone, whose file gives anything back."""

    statement: str
    cell: str
    of_sqlite: bool = False


OF_A_ROW = {
    "a state that is none": Damage("UPDATE election SET state = 'Zraft'", "election.state"),
    "an event that is none": Damage(
        "UPDATE election SET head_kind = 'Zallot'", "election.head_kind"
    ),
    "a state that is no text": Damage(
        "UPDATE election SET state = CAST(x'5aff61' AS TEXT)", "election.state", of_sqlite=True
    ),
    "a number that is no text": Damage(
        "UPDATE election SET uuid = CAST(x'5aff61' AS TEXT)", "election.uuid", of_sqlite=True
    ),
    "an hour that is a word": Damage(
        "UPDATE election SET closes_at = 'demain'", "election.closes_at", of_sqlite=True
    ),
    "another time in the archive's headers": Damage(
        "UPDATE election SET archive_timestamp = archive_timestamp + 1",
        "election.archive_timestamp",
    ),
    "another time beside it": Damage(
        "UPDATE election SET archive_timestamp_again = archive_timestamp_again + 1",
        "election.archive_timestamp",
    ),
    "a booth that is a text": Damage(
        "UPDATE election SET booth = 'x'", "election.booth", of_sqlite=True
    ),
}
OF_ITS_VOTES = {
    "a tracker that is no text": Damage(
        "UPDATE ballot_index SET tracker = CAST(x'5aff61' AS TEXT) WHERE height = 1",
        "ballot_index.tracker",
        of_sqlite=True,
    ),
    "a sign-in number that is no text": Damage(
        "UPDATE sign_in SET sign_in_number = CAST(x'5aff61' AS TEXT) WHERE elector = 12",
        "sign_in.sign_in_number",
        of_sqlite=True,
    ),
    "a code that is more than used": Damage(
        "UPDATE sign_in SET used = 8 WHERE elector = 12", "sign_in.used", of_sqlite=True
    ),
    "an elector that is no number": Damage(
        "UPDATE turnout SET signed_in = 'x'", "turnout.signed_in", of_sqlite=True
    ),
    "an event that is a text": Damage(
        "UPDATE board_event SET event = CAST(event AS TEXT) WHERE height = 2",
        "board_event.event",
        of_sqlite=True,
    ),
}
OF_A_SCHOOL = {
    "a name that is no text": Damage(
        "UPDATE school SET name = CAST(x'5aff61' AS TEXT)", "school.name", of_sqlite=True
    )
}
# Its bytes are all there, as are those of a draft's booth.
MENDED = {"board_event.event"}


def damages(school: School, *kinds: dict[str, Damage]) -> Iterator[tuple[str, Damage]]:
    """Those that this database can have."""
    for kind in kinds:
        for name, each in kind.items():
            if school.database.is_sqlite or not each.of_sqlite:
                yield name, each


def do(school: School, damage: Damage, of: str = "") -> None:
    words = f"{damage.statement}{f' WHERE uuid = {of!r}' if of else ''}"
    with school.database.write() as connection:
        connection.execute(text(words))


def grave(school: School) -> list[Finding]:
    return [each for each in look(school) if each.level is Level.SERIOUS]


def well(school: School) -> set[str]:
    """What was found in order of this election."""
    found = [each for each in look(school) if each.level is Level.OK]
    return {each.check for each in found if each.message.startswith(f"{school.uuid} : ")}


def test_a_damaged_draft_is_named_and_the_vote_is_looked_at_all_the_same(fit: School) -> None:
    draft(fit.database, fit.folder, make_election(3, uuid=OTHER))
    before, whole = well(fit), dump(fit.database)
    assert {"whole", "roll", "heads", "steps", "box"} <= before
    for name, each in damages(fit, OF_A_ROW):
        if each.cell == "election.head_kind":
            continue  # a draft has no head, and this is none of its columns' business
        do(fit, each, OTHER)
        (found,) = grave(fit)
        assert found.check == "cells", name
        assert f"« {each.cell} » (1 ligne)" in found.message, name
        assert (OTHER in found.message) is (each.cell != "election.uuid"), name
        assert "evote restore ailleurs" in found.advice
        assert well(fit) == before, name
        put_back(fit.database, whole)
    assert grave(fit) == []


def test_a_damaged_vote_is_named_and_looked_at_no_further(fit: School) -> None:
    other = host(fit.database, fit.folder.path, make_election(3, uuid=OTHER), fit.clock)
    before, whole = well(other), dump(fit.database)
    for name, each in damages(fit, OF_A_ROW):
        do(fit, each, fit.uuid)
        assert [(found.check, each.cell in found.message) for found in grave(other)] == [
            ("cells", True)
        ], name
        assert well(fit) <= {"backup"}, name
        assert well(other) == before, name
        put_back(fit.database, whole)
    for name, each in damages(fit, OF_ITS_VOTES):
        do(fit, each)
        said = [found.message for found in grave(other)]
        assert len(said) == 1, said
        assert f"{fit.uuid} : la base est abîmée : « {each.cell} »" in said[0], name
        assert well(other) == before, name
        put_back(fit.database, whole)


def test_a_school_is_named_where_no_election_is_harmed(fit: School) -> None:
    before = well(fit)
    if fit.database.is_sqlite:
        do(fit, Damage("UPDATE school SET name = CAST(x'5aff61' AS TEXT)", "school.name"))
        (found,) = grave(fit)
        assert found.message.startswith("la base est abîmée : « school.name » (1 ligne)")
    assert well(fit) == before


def test_what_is_not_read_in_time_is_said(voted: School) -> None:
    cells = check_cells(voted.database, seconds=0)
    (found,) = cells.findings
    assert (found.check, found.level, cells.harmed) == ("cells", Level.TO_SEE, frozenset())


def test_a_damaged_vote_is_not_published_and_the_others_are(
    voted: School, clock: ManualClock
) -> None:
    other = host(voted.database, voted.folder.path, make_election(3, uuid=OTHER), clock)
    assert other.cast(0).outcome is Outcome.RECORDED
    whole = dump(voted.database)
    for name, each in damages(voted, OF_A_ROW):
        do(voted, each, voted.uuid)
        clock.time += 60
        faults = list(Steps(Publisher(voted.database, voted.folder, 60, clock)).step())
        assert [fault.trouble for fault in faults] == [Trouble.DAMAGED], name
        assert faults[0].cause == each.cell.removeprefix("election."), name
        with other.database.read() as connection:
            assert (
                read_published(connection, other.held()).board.stamp == clock.time - clock.time % 60
            ), name
        put_back(voted.database, whole)


def test_a_row_that_is_damaged_is_read_as_such(voted: School) -> None:
    whole = dump(voted.database)
    for _, each in damages(voted, OF_A_ROW):
        do(voted, each, voted.uuid)
        with voted.database.read() as connection:
            uuid = connection.scalar(text("SELECT uuid FROM election"))
            assert isinstance(uuid, DamagedText) is (each.cell == "election.uuid")
            with pytest.raises(RowDamaged, match=each.cell.removeprefix("election.")):
                find_election(connection, uuid)
        put_back(voted.database, whole)


def test_everything_is_saved_and_what_cannot_come_back_is_refused(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    draft(voted.database, voted.folder, make_election(3, uuid=OTHER))
    whole = dump(voted.database)
    kinds = [(each, of) for _, each in damages(voted, OF_A_ROW) for of in (voted.uuid, OTHER)]
    kinds += [(each, "") for _, each in damages(voted, OF_ITS_VOTES, OF_A_SCHOOL)]
    for place, (each, of) in enumerate(kinds):
        do(voted, each, of)
        saved = save(voted, tmp_path / f"backup-{place}")
        if each.cell in MENDED or (each.cell, of) == ("election.booth", OTHER):
            machine.restore(saved, unseen=(voted.uuid, OTHER), check=True)
        else:
            with pytest.raises((Refusal, Unreadable), match=f"« {each.cell} »|page"):
                machine.restore(saved, unseen=(voted.uuid, OTHER))
        assert is_untouched(machine), each
        put_back(voted.database, whole)
    machine.restore(save(voted, tmp_path / "whole"), unseen=(voted.uuid, OTHER))
