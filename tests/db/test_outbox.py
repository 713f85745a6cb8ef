# SPDX-License-Identifier: AGPL-3.0-or-later
"""Messages go out once, are tried again, and leave nothing behind."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from evote import outbox
from evote.database.connection import Database, DatabaseUnavailable
from evote.database.elections import lock_election
from evote.doctor.findings import Level
from evote.keys import KeyFolder, KeyUnavailable
from evote.outbox import (
    LEASE_SECONDS,
    LONGEST_WAIT,
    FileTransport,
    Message,
    TransportFailed,
    deliver,
    post,
)
from evote.upkeep import Fault, Trouble, Upkeep
from protocol.secret import Secret
from tests.db.examined import look
from tests.db.school import School, host, make_election

OTHER = "AnotherEtection"


def write_to(school: School, elector: int, words: str) -> None:
    with school.database.write() as connection:
        held = lock_election(connection, school.uuid)
        keys = school.folder.load(school.uuid)
        post(connection, held, keys, elector, "news", Secret(words))


def waiting(school: School) -> int:
    with school.database.read() as connection:
        return int(connection.execute(text("SELECT count(*) FROM outbox")).scalar_one())


class Moody:
    """Fails the first time for each message."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def send(self, message: Message) -> None:
        self.seen.append(message.number)
        if self.seen.count(message.number) == 1:
            raise TransportFailed("not now")


def test_files_are_written_for_each_elector_and_the_rows_are_gone(
    school: School, tmp_path: Path
) -> None:
    write_to(school, 2, "bonjour")
    write_to(school, 1, "bonsoir")
    assert deliver(school.database, school.folder, FileTransport(tmp_path), 0) == 2
    assert deliver(school.database, school.folder, FileTransport(tmp_path), 0) == 0
    first, second = sorted(tmp_path.glob("*.txt"))
    assert first.read_text() == "NOM0001 Camille\np1@exemple.fr\n\n\nbonjour\n"
    assert "bonsoir" in second.read_text()
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert waiting(school) == 0


def test_what_failed_is_tried_again_later(school: School) -> None:
    write_to(school, 1, "bonjour")
    moody = Moody()
    assert deliver(school.database, school.folder, moody, 1000) == 0
    assert deliver(school.database, school.folder, moody, 1000 + LEASE_SECONDS - 1) == 0
    assert (moody.seen, waiting(school)) == ([13], 1)  # after the twelve PINs
    assert deliver(school.database, school.folder, moody, 1000 + LEASE_SECONDS) == 1
    assert (moody.seen, waiting(school)) == ([13, 13], 0)


def test_a_folder_that_is_away_keeps_the_message(school: School, tmp_path: Path) -> None:
    write_to(school, 1, "bonjour")
    away = FileTransport(tmp_path / "nowhere")
    assert deliver(school.database, school.folder, away, 0) == 0
    assert waiting(school) == 1


def test_without_its_key_a_message_waits(school: School, tmp_path: Path) -> None:
    write_to(school, 1, "bonjour")
    school.folder.destroy(school.uuid)
    with pytest.raises(KeyUnavailable):
        deliver(school.database, school.folder, FileTransport(tmp_path), 0)
    assert waiting(school) == 1


def test_an_election_whose_key_is_missing_keeps_no_message_of_another_back(
    school: School, tmp_path: Path
) -> None:
    other = host(school.database, school.folder.path, make_election(3, uuid=OTHER), school.clock)
    for each in (school, other):
        write_to(each, 1, "bonjour")
    school.folder.destroy(school.uuid)
    with pytest.raises(KeyUnavailable):
        deliver(school.database, school.folder, FileTransport(tmp_path), 0)
    assert waiting(school) == 1
    (written,) = tmp_path.glob("*.txt")
    assert written.name.startswith(OTHER)


DAMAGES = (
    "UPDATE outbox SET sealed = 'x'",
    "UPDATE outbox SET tries = 'x'",
    "UPDATE elector SET elector = 'x'",
)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_damaged_message_keeps_no_other_back_be_it_of_the_same_election(
    school: School, tmp_path: Path, damage: str
) -> None:
    other = host(school.database, school.folder.path, make_election(3, uuid=OTHER), school.clock)
    for elector in (1, 2):
        write_to(school, elector, "bonjour")
    with school.database.write() as connection:
        connection.execute(text(f"{damage} WHERE elector = 1 AND election_id = 1"))
    write_to(other, 1, "bonjour")
    with pytest.raises(Exception):  # noqa: B017, PT011 -- whatever it is, the others went out
        deliver(school.database, school.folder, FileTransport(tmp_path), 0)
    of_this, of_other = sorted(tmp_path.glob("*.txt"), key=lambda file: file.name.startswith(OTHER))
    assert "NOM0001" in of_this.read_text()
    assert of_other.name.startswith(OTHER)
    assert waiting(school) == 1


@pytest.mark.parametrize("away", [False, True])
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_damaged_page_keeps_no_later_message_back_and_an_absent_database_asks_once(
    school: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, away: bool
) -> None:
    for elector in (1, 2):
        write_to(school, elector, "bonjour")
    claim, due, asked = outbox._claim, outbox._due, list[int]()

    def torn(election: int, number: int, database: Database, folder: KeyFolder, now: int) -> object:
        asked.append(number)
        if len(asked) == 1:
            raise DatabaseUnavailable("database disk image is malformed")
        return claim(election, number, database, folder, now)

    def gone(election: int, database: Database, now: int) -> object:
        if asked:
            raise DatabaseUnavailable("no answer")
        return due(election, database, now)

    monkeypatch.setattr(outbox, "_claim", torn)
    if away:
        monkeypatch.setattr(outbox, "_due", gone)
    with pytest.raises(DatabaseUnavailable):
        deliver(school.database, school.folder, FileTransport(tmp_path), 0)
    assert (len(asked), waiting(school)) == ((1, 2) if away else (2, 1))


def test_whatever_says_how_often_it_was_tried_no_message_waits_for_ever(school: School) -> None:
    write_to(school, 1, "bonjour")
    with school.database.write() as connection:
        connection.execute(text("UPDATE outbox SET tries = 1073741824"))
    assert deliver(school.database, school.folder, Moody(), 0) == 0
    with school.database.read() as connection:
        (wait,) = connection.execute(text("SELECT next_try_at FROM outbox")).one()
    assert wait == LONGEST_WAIT


def test_the_number_of_a_message_never_returns(school: School, tmp_path: Path) -> None:
    """A file that was handed over is not written over by the next elector's."""
    for elector in (2, 5):
        write_to(school, elector, "bonjour")
        assert deliver(school.database, school.folder, FileTransport(tmp_path), 0) == 1
    first, second = sorted(tmp_path.glob("*.txt"))
    assert ("NOM0001" in first.read_text(), "NOM0004" in second.read_text()) == (True, True)


OPENS_NOT = {
    "the message": ("UPDATE outbox SET sealed = x'00'", "outbox.sealed"),
    "its kind": ("UPDATE outbox SET kind = 'pim'", "outbox.sealed"),
    "its elector": ("UPDATE outbox SET elector = 2", "outbox.sealed"),
    "the row of its elector": (
        "UPDATE elector SET sealed = x'00' WHERE elector = 1",
        "elector.sealed",
    ),
}


@pytest.mark.parametrize("what", OPENS_NOT)
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_damaged_message_is_said_as_that_and_not_as_a_missing_key(
    fit: School, tmp_path: Path, what: str
) -> None:
    harm, cell = OPENS_NOT[what]
    write_to(fit, 1, "bonjour")
    with fit.database.write() as connection:
        connection.execute(text(harm))
    work = Upkeep(fit.database, fit.folder, tmp_path, fit.clock, fit.publisher)
    assert list(work.step()) == [Fault(Trouble.LETTER_DAMAGED, fit.uuid, cell)]
    (said,) = [each for each in look(fit) if each.check == "letters"]
    assert (said.level, fit.uuid in said.message) == (Level.SERIOUS, True)
    other = fit.folder.file(fit.uuid)
    other.unlink()
    fit.folder.create(fit.uuid)  # another key, and then it is that
    assert [each.trouble for each in work.step()] == [Trouble.NO_KEY]
    assert not [each for each in look(fit) if each.check == "letters"]
