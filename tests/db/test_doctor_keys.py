# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database, the key folder and the settings must speak of the same elections."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from evote.doctor.findings import Level
from evote.heads import Heads, HeadsUnavailable
from protocol.merkle import LogPosition
from protocol.server_binding import BOARD, JOURNAL, key_name
from tests.db.examined import bad, look
from tests.db.school import ManualClock, School, draft, host, make_election
from tests.db.second_machine import Machine, save
from tests.db.test_one_damaged_row import harm_heads
from tests.simulator import CLOSES_AT, HOST

OTHER = "2" * 14


@pytest.mark.parametrize(
    ("address", "level"),
    [
        (f"https://{HOST.upper()}:443/", None),
        (f"https://{HOST}:8443", Level.SERIOUS),
        ("https://scrutin.example.org", Level.SERIOUS),
    ],
)
def test_the_address_must_be_the_one_that_was_sealed(
    fit: School,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    level: Level | None,
) -> None:
    monkeypatch.setenv("PREAU_PUBLIC_URL", address)
    assert bad(fit) == ({} if level is None else {"address": level})
    assert level is None or any(f"« {HOST} »" in each.advice for each in look(fit))
    clock.time = CLOSES_AT + 301
    fit.close()  # no parent comes any more
    assert "address" not in bad(fit)


def test_keys_of_elections_that_the_database_has_not_are_told(fit: School) -> None:
    for name in (f"{OTHER}.logs", f"{OTHER}.key", "notes.txt", f"{OTHER}.txt"):
        (fit.folder.path / name).write_text("x")
    draft(fit.database, fit.folder, make_election(12, uuid="3" * 14))
    assert bad(fit) == {"keys": Level.TO_SEE}
    (found,) = [each for each in look(fit) if each.check == "keys" and each.advice]
    assert found.message.count(OTHER) == 1
    assert "3" * 14 not in found.message
    assert "notes" not in found.message
    for kind in ("logs", "key"):
        fit.folder.file(OTHER, kind).unlink()
    assert bad(fit) == {}


def sign_elsewhere(school: School, uuid: str) -> None:
    """The head file says that both logs of an election were signed."""
    with Heads(school.folder.heads).moving() as moving:
        for log in (BOARD, JOURNAL):
            moving.move(key_name(HOST, uuid, log), LogPosition(2, "0" * 64))


def test_an_election_that_was_published_and_is_absent_is_grave_while_it_can_be_signed_for(
    fit: School,
) -> None:
    sign_elsewhere(fit, OTHER)
    keys = fit.folder.file(OTHER, "logs")
    keys.write_text("x")
    assert bad(fit) == {"heads": Level.SERIOUS}  # and not once more for its keys
    (found,) = [each for each in look(fit) if each.check == "heads" and each.advice]
    assert found.message.count(OTHER) == 1
    assert fit.uuid not in found.message
    keys.unlink()  # as after evote restore --without
    assert bad(fit) == {"heads": Level.TO_SEE}


def test_a_draft_that_was_published_is_grave(fit: School) -> None:
    draft(fit.database, fit.folder, make_election(12, uuid=OTHER))
    assert bad(fit) == {}
    sign_elsewhere(fit, OTHER)
    assert bad(fit) == {"heads": Level.SERIOUS}
    (found,) = [each for each in look(fit) if each.check == "heads" and each.advice]
    assert OTHER in found.message
    assert "brouillon" in found.message


def test_heads_that_cannot_be_read_are_told_without_any_election_too(fit: School) -> None:
    with fit.database.write() as connection:
        connection.execute(text("UPDATE election SET state = 'draft'"))
    fit.folder.heads.write_text("x" * 4096)
    assert bad(fit)["heads"] is Level.SERIOUS


def test_what_the_doctor_advises_over_an_empty_database_mends_it(
    fit: School, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old key folder beside a database begun anew: it may not be signed a second time."""
    saved = save(fit, tmp_path / "backup")
    url = machine.database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("PREAU_DATABASE_URL", url)
    assert bad(fit) == {"heads": Level.SERIOUS}
    (found,) = [each for each in look(fit) if each.level is Level.SERIOUS]
    assert "evote restore" in found.advice
    Machine(machine.database, fit.folder, machine.clock).restore(saved)
    assert not {"heads", "keys", "whole"} & {*bad(fit)}


@pytest.mark.parametrize("table", ["head", "stamp"])
def test_a_damaged_name_in_the_head_file_ends_no_doctor(fit: School, table: str) -> None:
    name, before = fit.publisher.keys(fit.uuid).board.name, {each.check for each in look(fit)}
    harm = f"UPDATE {table} SET origin = CAST(origin AS BLOB) WHERE origin = ?"  # noqa: S608 -- ours
    harm_heads(fit.folder.heads, harm, name)
    told = [each for each in look(fit) if each.check == "heads"]
    grave = [each for each in told if each.level is Level.SERIOUS]
    assert any("heads.sqlite" in each.message for each in grave) is (table == "head")
    assert {each.check for each in look(fit)} >= before
    with pytest.raises(HeadsUnavailable) if table == "head" else contextlib.nullcontext():
        Heads(fit.folder.heads).origins()


def test_a_damaged_head_is_told_of_its_election_alone(fit: School) -> None:
    other = host(fit.database, fit.folder.path, make_election(3, uuid=OTHER), fit.clock)
    with contextlib.closing(sqlite3.connect(fit.folder.heads)) as heads, heads:
        heads.execute(
            "UPDATE head SET root = CAST(x'ff61' AS TEXT) WHERE origin LIKE ?", (f"%/{OTHER}/%",)
        )
    told = [each for each in look(fit) if each.check == "heads"]
    (damaged,) = [each for each in told if each.level is Level.SERIOUS]
    assert damaged.message.startswith(f"{other.uuid} : ce que heads.sqlite dit de cette élection")
    assert "ne l'effacez pas" in damaged.advice
    assert any(each.level is Level.OK and fit.uuid in each.message for each in told)
