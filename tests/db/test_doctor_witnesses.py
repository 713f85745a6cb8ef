# SPDX-License-Identifier: AGPL-3.0-or-later
"""The doctor names the witnesses of an election that nobody asks, or that do not answer."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from evote.database.connection import Database
from evote.doctor.findings import Finding, Level
from evote.doctor.witnesses import JUST_NOW, TOO_LONG
from evote.witness_file import Witness
from evote.witnessing.cosigning import Cosigning
from tests.db.conftest import ELECTION
from tests.db.examined import look
from tests.db.school import ManualClock, School, host
from tests.db.second_machine import vote
from tests.db.witnesses import honest
from tests.simulator import CLOSES_AT, HOST


@pytest.fixture
def witnessed(
    database: Database,
    url: str,
    clock: ManualClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> School:
    """Two of the three witnesses that the election names must have co-signed in the end."""
    named = replace(ELECTION, witnesses=3, quorum=2)
    school = host(database, tmp_path / "keys", named, clock)
    vote(school, range(4))
    monkeypatch.setenv("PREAU_DATABASE_URL", url)
    monkeypatch.setenv("PREAU_PUBLIC_URL", f"https://{HOST}")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(school.folder.path))
    monkeypatch.setenv("PREAU_WITNESS_FILE", str(tmp_path / "witnesses"))
    ask(school, tmp_path, 1, 2, 3)
    return school


def ask(school: School, folder: Path, *numbers: int) -> None:
    """Have the server's file name these witnesses."""
    keys = {i: school.election.witness_key(i).verifier_key.encode() for i in numbers}
    told = [f"witness w{i} {key} https://w{i}.example\n" for i, key in keys.items()]
    (folder / "witnesses").write_text("".join(told))


def cosign(school: School, folder: Path, *numbers: int) -> None:
    """These witnesses are asked, and co-sign."""
    with ExitStack() as stack:
        for i in numbers:
            key = school.election.witness_key(i)
            witness: Witness = stack.enter_context(honest(school, folder / f"w{i}", f"w{i}", key))
            assert not list(Cosigning(school.database, school.publisher, witness).step())


def found(school: School) -> list[Finding]:
    return [each for each in look(school) if each.check == "witnesses"]


def test_all_is_well_when_all_have_cosigned(
    witnessed: School, clock: ManualClock, tmp_path: Path
) -> None:
    cosign(witnessed, tmp_path, 1, 2, 3)
    clock.time += JUST_NOW + 1
    (said,) = found(witnessed)
    assert said.level is Level.OK
    assert "3 sur 3 témoins ont cosigné la dernière publication" in said.message


def test_a_silent_witness_is_named_once_it_had_time(
    witnessed: School, clock: ManualClock, tmp_path: Path
) -> None:
    clock.time += -clock.time % witnessed.seconds  # the moment of a step
    witnessed.publisher.publish_due(witnessed.uuid)
    cosign(witnessed, tmp_path, 1, 2)
    assert found(witnessed) == []
    clock.time += JUST_NOW + 1
    (said,) = found(witnessed)
    assert said.level is Level.TO_SEE
    assert said.message.endswith(witnessed.election.witness_key(3).name)


def test_steps_that_follow_each_other_quickly_hide_no_silent_witness(
    witnessed: School, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREAU_PUBLISH_SECONDS", "6")
    clock.time += -clock.time % witnessed.seconds
    witnessed.publisher.publish_due(witnessed.uuid)
    clock.time += 3
    assert found(witnessed) == []
    clock.time += 1
    (said,) = found(witnessed)
    assert said.level is Level.TO_SEE


@pytest.mark.parametrize(
    ("numbers", "level"), [((1, 2), Level.TO_SEE), ((3,), Level.SERIOUS), ((), Level.SERIOUS)]
)
def test_a_witness_that_nobody_asks(
    witnessed: School, tmp_path: Path, numbers: tuple[int, ...], level: Level
) -> None:
    ask(witnessed, tmp_path, *numbers)
    said, *_ = found(witnessed)
    assert said.level is level
    assert "PREAU_WITNESS_FILE" in said.message


def test_a_result_without_its_quorum_is_serious_only_after_a_while(
    witnessed: School, clock: ManualClock, tmp_path: Path
) -> None:
    clock.time = CLOSES_AT + 1000
    witnessed.close()
    witnessed.count()
    cosign(witnessed, tmp_path, 2)
    clock.time += TOO_LONG
    (said,) = found(witnessed)
    assert said.level is Level.TO_SEE
    clock.time += 1
    (said,) = found(witnessed)
    assert said.level is Level.SERIOUS
    assert "1 sur 3 témoins a cosigné le résultat, et il en faut 2" in said.message
    cosign(witnessed, tmp_path, 3)
    (said,) = found(witnessed)  # one that is silent for ever changes nothing any more
    assert said.level is Level.OK
    ask(witnessed, tmp_path)  # nor does one that nobody asks
    (said,) = found(witnessed)
    assert said.level is Level.OK


def test_what_is_damaged_is_said_elsewhere(witnessed: School, clock: ManualClock) -> None:
    clock.time += JUST_NOW + 1
    for change in ("UPDATE published_log SET note = hashes", "DELETE FROM published_log"):
        with witnessed.database.write() as connection:
            connection.execute(text(change))
        assert found(witnessed) == []
        assert any(each.level is not Level.OK for each in look(witnessed))


def test_an_election_without_witnesses_says_nothing_of_them(fit: School) -> None:
    assert found(fit) == []
