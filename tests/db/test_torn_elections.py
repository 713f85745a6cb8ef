# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page of the elections' own rows that the disk gives no more: all others go on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import text

from evote.cli import main
from evote.database.connection import Database, DatabaseUnavailable, open_database
from evote.database.elections import State, find_election, lock_election
from evote.doctor import examine
from evote.doctor.findings import Finding, Level, ok
from evote.lifecycle.closing import is_over
from evote.outbox import FileTransport, KeptBack, deliver
from evote.pins import renew_pin
from evote.publishing.cosigning import published_notes
from evote.publishing.publisher import Publisher
from evote.upkeep import Fault, Steps, Trouble, Upkeep
from tests.db.examined import look
from tests.db.pages_of import client_of
from tests.db.school import ManualClock, School, host, make_election
from tests.db.torn_pages import tear
from tests.simulator import CLOSES_AT

OTHERS = ("FiLLerEtection1", "FiLLerEtection2", "AnotherEtection")
LAST = OTHERS[-1]

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@dataclass(frozen=True, slots=True)
class Torn:
    """A server of four elections, of which some cannot be read, and the last can."""

    school: School
    unread: frozenset[str]


@pytest.fixture
def torn(fit: School, url: str) -> Iterator[Torn]:
    for uuid in OTHERS:
        host(fit.database, fit.folder.path, make_election(2, uuid=uuid), fit.clock)
    with fit.database.write() as connection:
        renew_pin(connection, lock_election(connection, LAST), fit.folder.load(LAST), 1)
    tear(fit.database, (fit.uuid + State.OPEN.value).encode())
    with contextlib.closing(open_database(url)) as damaged:
        every = (fit.uuid, *OTHERS)
        unread = frozenset(uuid for uuid in every if not is_read(damaged, uuid))
        assert fit.uuid in unread
        assert LAST not in unread
        yield Torn(replace(fit, database=damaged), unread)


def is_read(database: Database, uuid: str) -> bool:
    try:
        with database.read() as connection:
            find_election(connection, uuid)
    except DatabaseUnavailable:
        return False
    return True


def away(_database: Database) -> NoReturn:
    raise DatabaseUnavailable


def test_the_other_votes_are_published_closed_and_have_their_letters(
    torn: Torn, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = torn.school
    publisher = Publisher(school.database, school.folder, 60, clock)
    clock.time += 60
    assert {*Steps(publisher).step()} == {Fault(Trouble.NO_STEP, uuid) for uuid in torn.unread}
    box = tmp_path / "box"
    box.mkdir(mode=0o700)
    with pytest.raises(KeptBack) as kept:
        deliver(school.database, school.folder, FileTransport(box), clock())
    assert {each.uuid for each in kept.value.kept} == torn.unread
    assert [each for each in box.iterdir() if each.name.startswith(LAST)]
    clock.time = CLOSES_AT + 7200
    work = Upkeep(school.database, school.folder, box, clock, publisher, steady=clock)
    for _ in range(2):
        told = {*work.step()}
        # The file is written anew as a whole, or not at all.
        assert told == {
            Fault(Trouble.NOT_REWRITTEN),
            *(Fault(Trouble.UNANSWERED, uuid) for uuid in torn.unread),
        }
        with school.database.read() as connection:
            assert find_election(connection, LAST).state is State.CLOSED
    monkeypatch.setattr(Database, "read", away)
    assert {fault.trouble for fault in work.step()} == {Trouble.NO_ANSWER, Trouble.NOT_REWRITTEN}


def test_a_vote_is_not_over_for_a_database_that_is_away(
    torn: Torn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked about again; one that is not read alone is not waited for."""
    database, after = torn.school.database, CLOSES_AT + 7200
    assert is_over(database, LAST, after)
    assert not is_over(database, LAST, CLOSES_AT - 1)
    assert not any(is_over(database, uuid, after) for uuid in torn.unread)
    monkeypatch.setattr(Database, "read", away)
    with pytest.raises(DatabaseUnavailable):
        is_over(database, LAST, after)


def test_the_others_are_listed_and_an_unread_list_is_not_an_empty_one(
    torn: Torn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    school = torn.school
    assert main(["election", "list"]) == 0
    told = capsys.readouterr().out
    assert f"{LAST}  " in told
    for uuid in (school.uuid, *OTHERS):
        assert (f"{uuid}  la base ne donne pas" in told) is (uuid in torn.unread)
    client = client_of(school)
    for path in ("/", "/status"):
        page = client.get(path)
        assert page.status_code == 200
        listed = {uuid for uuid in (school.uuid, *OTHERS) if f"/e/{uuid}" in page.text}
        assert listed == {school.uuid, *OTHERS} - torn.unread
    monkeypatch.setattr("evote.web.hosted._uuids", lambda _services: sorted(torn.unread))
    assert client.get("/").status_code == 503


def test_the_others_are_looked_at(torn: Torn, monkeypatch: pytest.MonkeyPatch) -> None:
    look_in_time_at_all_but_the_file(monkeypatch)
    findings = look(torn.school)
    for uuid in torn.unread:
        assert {each.check for each in findings if uuid in each.message} >= {"whole", "steps"}
    require_looked_at(findings, LAST)


def test_a_page_of_what_is_published_of_one_keeps_the_doctor_from_no_other(
    fit: School, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_in_time_at_all_but_the_file(monkeypatch)
    others = {f"FiLLerEtection{number}" for number in range(1, 7)}  # of more than a page
    for uuid in sorted(others):
        host(fit.database, fit.folder.path, make_election(2, uuid=uuid), fit.clock)
    note = "SELECT note FROM published_log WHERE election_id = 1 AND log = 'board'"
    with fit.database.read() as connection:
        of_first: bytes = connection.execute(text(note)).scalar_one()
    tear(fit.database, of_first)
    with contextlib.closing(open_database(url)) as damaged:
        unread = {uuid for uuid in {fit.uuid, *others} if not is_given(damaged, uuid)}
        findings = look(replace(fit, database=damaged))
    assert fit.uuid in unread
    assert others - unread
    for uuid in unread:
        assert [each for each in findings if each.check == "steps" and uuid in each.message]
    for uuid in others - unread:
        require_looked_at(findings, uuid)


def is_given(database: Database, uuid: str) -> bool:
    try:
        with database.read() as connection:
            return bool(published_notes(connection, uuid))
    except DatabaseUnavailable:
        return False


def look_in_time_at_all_but_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_in_time(_file: Path) -> Finding:
        return ok("integrity", "so much of it as there was time for")

    monkeypatch.setattr(examine, "check_integrity", not_in_time)


def require_looked_at(findings: list[Finding], uuid: str) -> None:
    """All of this election was looked at and is in order, and nothing of the rest was left out."""
    mine = {each.check: each.level for each in findings if uuid in each.message}
    assert mine.keys() >= {"whole", "roll", "heads", "steps", "box", "booth"}
    assert {level for check, level in mine.items() if check != "backup"} == {Level.OK}
    assert {"rewriting", "outbox", "backup"} <= {each.check for each in findings}
    assert not [each for each in findings if "le reste n'a pas été regardé" in each.message]
