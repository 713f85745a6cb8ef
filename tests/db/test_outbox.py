# SPDX-License-Identifier: AGPL-3.0-or-later
"""Messages go out once, are tried again, and leave nothing behind."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from evote import outbox
from evote.database.connection import Database, DatabaseUnavailable, open_database
from evote.database.elections import lock_election
from evote.doctor.findings import Level
from evote.doctor.habits import check_outbox
from evote.doctor.letters import check_letters
from evote.keys import KeyFolder, KeyUnavailable
from evote.messages import Message, MessageDamaged, post
from evote.outbox import (
    LEASE_SECONDS,
    LONGEST_WAIT,
    FileTransport,
    KeptBack,
    TransportFailed,
    deliver,
)
from evote.pins import renew_pin
from evote.upkeep import Fault, Trouble, Upkeep
from protocol.secret import Secret
from tests.db.examined import look
from tests.db.school import Letterbox, ManualClock, School, host, make_election
from tests.db.torn_pages import tear

OTHER = "AnotherEtection"


def write_to(school: School, elector: int, words: str) -> None:
    with school.database.write() as connection:
        held = lock_election(connection, school.uuid)
        keys = school.folder.load(school.uuid)
        post(connection, held, keys, elector, "news", Secret(words))


def causes(some: KeptBack) -> list[tuple[str, type[Exception]]]:
    return [(each.uuid, type(each.cause)) for each in some.kept]


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
    with pytest.raises(KeptBack) as some:
        deliver(school.database, school.folder, moody, 1000)
    assert (some.value.sent, causes(some.value)) == (0, [(school.uuid, TransportFailed)])
    assert deliver(school.database, school.folder, moody, 1000 + LEASE_SECONDS - 1) == 0
    assert (moody.seen, waiting(school)) == ([13], 1)  # after the twelve PINs
    assert deliver(school.database, school.folder, moody, 1000 + LEASE_SECONDS) == 1
    assert (moody.seen, waiting(school)) == ([13, 13], 0)


def test_a_folder_that_is_away_keeps_the_message(school: School, tmp_path: Path) -> None:
    write_to(school, 1, "bonjour")
    away = FileTransport(tmp_path / "nowhere")
    with pytest.raises(KeptBack) as some:
        deliver(school.database, school.folder, away, 0)
    assert (some.value.sent, causes(some.value)) == (0, [(school.uuid, TransportFailed)])
    assert waiting(school) == 1


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_upkeep_says_once_that_no_letter_can_be_written(
    fit: School, clock: ManualClock, tmp_path: Path
) -> None:
    for elector in (1, 2):
        write_to(fit, elector, "bonjour")
    nowhere = tmp_path / "nowhere"
    work = Upkeep(fit.database, fit.folder, nowhere, fit.clock, fit.publisher)
    assert list(work.step()) == [Fault(Trouble.NO_OUTBOX)]
    nowhere.mkdir()
    clock.time += LEASE_SECONDS
    assert (list(work.step()), len(list(nowhere.iterdir()))) == ([], 2)


def test_without_its_key_a_message_waits(school: School, tmp_path: Path) -> None:
    write_to(school, 1, "bonjour")
    school.folder.destroy(school.uuid)
    with pytest.raises(KeptBack) as some:
        deliver(school.database, school.folder, FileTransport(tmp_path), 0)
    ((of, cause),) = causes(some.value)
    assert (of, cause) == (school.uuid, KeyUnavailable)
    assert waiting(school) == 1


def test_an_election_whose_key_is_missing_keeps_no_message_of_another_back(
    school: School, tmp_path: Path
) -> None:
    other = host(school.database, school.folder.path, make_election(3, uuid=OTHER), school.clock)
    for each in (school, other):
        write_to(each, 1, "bonjour")
    school.folder.destroy(school.uuid)
    with pytest.raises(KeptBack) as some:
        deliver(school.database, school.folder, FileTransport(tmp_path), 0)
    assert (some.value.sent, causes(some.value)) == (1, [(school.uuid, KeyUnavailable)])
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
    with pytest.raises(KeptBack) as some:
        deliver(school.database, school.folder, FileTransport(tmp_path), 0)
    assert some.value.sent == 2
    assert [each.uuid for each in some.value.kept] == [school.uuid]
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
    claim, asked = outbox._claim, list[int]()

    def torn(election: int, number: int, database: Database, folder: KeyFolder, now: int) -> object:
        asked.append(number)
        if len(asked) == 1:
            raise DatabaseUnavailable("database disk image is malformed")
        return claim(election, number, database, folder, now)

    def gone(_database: Database) -> None:
        raise DatabaseUnavailable("no answer")

    monkeypatch.setattr(outbox, "_claim", torn)
    if away:
        monkeypatch.setattr(outbox, "require_answer", gone)
    with pytest.raises(DatabaseUnavailable if away else KeptBack):
        deliver(school.database, school.folder, FileTransport(tmp_path), 0)
    assert (len(asked), waiting(school)) == ((1, 2) if away else (2, 1))


def test_whatever_says_how_often_it_was_tried_no_message_waits_for_ever(school: School) -> None:
    write_to(school, 1, "bonjour")
    with school.database.write() as connection:
        connection.execute(text("UPDATE outbox SET tries = 1073741824"))
    with pytest.raises(KeptBack):
        deliver(school.database, school.folder, Moody(), 0)
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
    with fit.database.read() as connection:
        assert "n'a encore remis" in check_outbox(connection, tmp_path).message  # however tried
    other.unlink()
    fit.folder.create(fit.uuid)  # another key, and then it is that
    assert [each.trouble for each in work.step()] == [Trouble.NO_LETTER_KEY]
    assert not [each for each in look(fit) if each.check == "letters"]


def renew(school: School, elector: int) -> None:
    with school.database.write() as connection:
        held = lock_election(connection, school.uuid)
        renew_pin(connection, held, school.folder.load(school.uuid), elector)


def test_every_election_that_is_kept_back_is_named(school: School, tmp_path: Path) -> None:
    other = host(school.database, school.folder.path, make_election(3, uuid=OTHER), school.clock)
    for each in (school, other):
        for elector in (1, 2):
            write_to(each, elector, "bonjour")
    with school.database.write() as connection:
        connection.execute(text("UPDATE outbox SET kind = 'pim' WHERE elector = 1"))
    with pytest.raises(KeptBack) as some:
        deliver(school.database, school.folder, FileTransport(tmp_path), 0)
    both = [(school.uuid, MessageDamaged), (OTHER, MessageDamaged)]
    assert (some.value.sent, causes(some.value)) == (2, both)
    work = Upkeep(school.database, school.folder, tmp_path, school.clock, school.publisher)
    assert {fault.uuid for fault in work.step()} == {school.uuid, OTHER}


def test_a_damaged_message_is_told_until_a_later_one_to_its_elector_has_gone_out(
    fit: School, tmp_path: Path
) -> None:
    work = Upkeep(fit.database, fit.folder, tmp_path, fit.clock, fit.publisher)
    renew(fit, 3)
    with fit.database.write() as connection:
        connection.execute(text("UPDATE outbox SET kind = 'pim'"))
    damaged = [Fault(Trouble.LETTER_DAMAGED, fit.uuid, "outbox.sealed")]
    assert list(work.step()) == damaged
    for elector in (4, 3):  # as the desk is told to: evote pins renew
        assert [each.check for each in look(fit) if each.level is Level.SERIOUS] == ["letters"]
        renew(fit, elector)
        list(work.step())
    assert list(work.step()) == []
    assert [each for each in look(fit) if each.level is not Level.OK] == []
    assert waiting(fit) == 0


def test_a_later_pin_leaves_none_before_it_on_its_way(school: School) -> None:
    renew(school, 3)
    with pytest.raises(KeptBack):
        deliver(school.database, school.folder, Moody(), 1000)
    renew(school, 3)
    letters = Letterbox()
    assert deliver(school.database, school.folder, letters, 1001) == 1
    assert ([*letters.pins], waiting(school)) == ([3], 0)


@pytest.mark.parametrize("state", ["closed", "tallied", "archived", "cancelled"])
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_of_a_vote_that_is_over_no_message_goes_out_and_none_is_told(
    fit: School, tmp_path: Path, state: str
) -> None:
    for elector in (1, 2):
        write_to(fit, elector, "bonjour")
    with fit.database.write() as connection:
        connection.execute(text("UPDATE outbox SET sealed = x'00' WHERE elector = 1"))
        connection.execute(text("UPDATE election SET state = :state"), {"state": state})
    assert deliver(fit.database, fit.folder, FileTransport(tmp_path), 0) == 0
    with fit.database.read() as connection:
        (said,) = (check_outbox(connection, tmp_path),)
    assert (said.level, list(check_letters(fit.database, fit.folder, ()))) == (Level.OK, [])


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_torn_page_of_messages_keeps_only_those_that_stand_on_it(
    school: School, tmp_path: Path, url: str
) -> None:
    other = host(school.database, school.folder.path, make_election(3, uuid=OTHER), school.clock)
    for place in range(60):
        write_to(school, 1 + place % 12, "bonjour" * 14)
    for elector in (1, 2, 3):
        write_to(other, elector, "bonsoir")
    with school.database.read() as connection:
        query = text("SELECT sealed FROM outbox ORDER BY election_id, number LIMIT 1")
        first: bytes = connection.execute(query).scalar_one()
    tear(school.database, first)
    damaged = open_database(url)
    with pytest.raises(KeptBack) as some:
        deliver(damaged, school.folder, FileTransport(tmp_path), school.clock())
    of_other, of_this = (len(list(tmp_path.glob(f"{uuid}-*.txt"))) for uuid in (OTHER, school.uuid))
    assert (of_other, some.value.sent) == (3, of_other + of_this)
    assert of_this > 60 // 2  # two of three pages can be read
    damaged.close()
