# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server does without being asked: closing at the hour, messages, the rewriting."""

from __future__ import annotations

import errno
import io
import sys
from pathlib import Path
from typing import ClassVar, NoReturn

import pytest
from sqlalchemy import text

from evote import upkeep
from evote.cli import main
from evote.clock import HOUR, SteadyClock
from evote.database.connection import DatabaseUnavailable
from evote.database.elections import State, find_election, lock_election
from evote.lifecycle import closing
from evote.messages import post
from evote.publishing.publisher import Publisher
from evote.upkeep import Fault, Trouble, Upkeep
from evote.witnessing.asking import Reason, Unwitnessed
from evote.witnessing.cosigning import Missed
from protocol.secret import Secret
from protocol.server_binding import BOARD
from tests.db.school import NOON, ManualClock, host, make_election
from tests.simulator import CLOSES_AT
from tests.site import Site, make_site


def worker(site: Site, outbox: Path | None, steady: SteadyClock | None = None) -> Upkeep:
    """The upkeep of a machine whose clock goes in step, if no other one is given."""
    school = site.school
    return Upkeep(
        school.database, school.folder, outbox, site.clock, school.publisher, steady or site.clock
    )


def serve_from(site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands find the server of this site."""
    monkeypatch.setenv("PREAU_DATABASE_URL", f"sqlite:///{folder}/data/preau.db")
    monkeypatch.setenv("PREAU_PUBLIC_URL", "https://vote.example")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(site.school.folder.path))


def test_a_vote_is_closed_once_its_hour_and_grace_are_over(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    work = worker(site, tmp_path)
    site.vote(0)
    site.clock.time = CLOSES_AT + 300
    assert list(work.step()) == []
    assert site.school.held().state is State.OPEN
    site.clock.time += 1
    assert list(work.step()) == []
    assert site.school.held().state is State.CLOSED
    assert list(work.step()) == []
    assert [entry.kind.value for entry in site.school.journal()][-1] == "closed"
    site.school.database.close()


def test_a_clock_that_jumped_past_the_hour_closes_no_vote_until_it_is_believed(
    tmp_path: Path,
) -> None:
    site, steady = make_site(tmp_path / "site"), ManualClock(0)
    work, right = worker(site, tmp_path, steady), site.clock.time
    site.vote(0)
    site.clock.time += 25 * HOUR
    fault = Fault(Trouble.CLOCK_JUMPED, site.school.uuid, "1500 min")
    for _ in range(2):
        assert list(work.step()) == [fault]
        assert site.school.held().state is State.OPEN
    site.clock.time = right  # somebody set it right
    assert list(work.step()) == []
    site.vote(1)
    site.clock.time += 25 * HOUR
    assert list(work.step()) == [fault]
    steady.time += HOUR  # nobody sets it right: it was
    site.clock.time += HOUR
    assert list(work.step()) == []
    assert site.school.held().state is State.CLOSED
    site.school.database.close()


def test_a_vote_whose_hour_comes_while_the_clock_is_not_believed_is_closed_at_its_hour(
    tmp_path: Path,
) -> None:
    site = make_site(tmp_path / "site")
    site.clock.time = CLOSES_AT
    steady = ManualClock(0)
    work = worker(site, tmp_path, steady)
    site.clock.time += 25 * HOUR
    assert [fault.trouble for fault in work.step()] == [Trouble.CLOCK_JUMPED]
    site.clock.time += 301
    steady.time += 301
    assert list(work.step()) == []
    assert site.school.held().state is State.CLOSED
    site.school.database.close()


def test_a_process_that_starts_after_the_hour_closes_at_once(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    site.clock.time = CLOSES_AT + 301
    assert list(worker(site, tmp_path, ManualClock(0)).step()) == []
    assert site.school.held().state is State.CLOSED
    site.school.database.close()


def test_a_box_that_is_not_in_order_is_said_and_not_closed(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    site.vote(0)
    with site.school.database.write() as connection:
        connection.execute(text("UPDATE sign_in SET used = false"))
    site.clock.time = CLOSES_AT + 301
    before = site.school.record()
    (said,) = worker(site, tmp_path).step()
    assert str(said).startswith(f"the vote {site.school.uuid} cannot be closed: ")
    assert "1 bulletin dans l'urne et 0 émargement" in str(said)
    assert "émargements" not in str(said)
    assert site.school.record() == before
    site.school.database.close()


MINE = "(SELECT id FROM election WHERE uuid = :uuid)"
DAMAGES = {
    "hashes": f"UPDATE published_log SET hashes = zeroblob(length(hashes)) "  # noqa: S608 -- ours
    f"WHERE election_id = {MINE}",
    "an event": f"UPDATE board_event SET event = replace(event, '1', '2') "  # noqa: S608 -- ours
    f"WHERE height = 1 AND election_id = {MINE}",
    "an event's data": f"UPDATE board_data SET data = CAST('?' AS BLOB) "  # noqa: S608 -- ours
    f"WHERE height = 1 AND election_id = {MINE}",
    "an entry": f"UPDATE journal_entry SET entry = CAST('?' AS BLOB) "  # noqa: S608 -- ours
    f"WHERE election_id = {MINE}",
    "the signatures of the set-up": "UPDATE election SET setup_signatures = CAST('?' AS BLOB) "
    "WHERE uuid = :uuid",
}


@pytest.mark.parametrize("what", DAMAGES)
def test_a_vote_that_is_damaged_keeps_no_other_open_nor_a_message_or_sign_in_back(
    what: str, tmp_path: Path
) -> None:
    site = make_site(tmp_path / "site")
    school, other = site.school, make_election(3, uuid="restxredRESTXRED")
    host(school.database, school.folder.path, other, site.clock)
    site.vote(0)
    with school.database.write() as connection:
        connection.execute(text(DAMAGES[what]), {"uuid": school.uuid})
        held = find_election(connection, other.uuid)
        post(connection, held, school.folder.load(other.uuid), 1, "pin", Secret("0000"))
    outbox, wal = tmp_path / "outbox", tmp_path / "site" / "data" / "preau.db-wal"
    outbox.mkdir(mode=0o700)
    list(worker(site, outbox).step())
    assert len(list(outbox.iterdir())) == 1
    site.clock.time = CLOSES_AT + 301
    faults = [*worker(site, outbox).step()]
    assert {fault.uuid for fault in faults} == {school.uuid}
    assert wal.stat().st_size == 0
    assert school.held().state is State.OPEN
    with school.database.read() as connection:
        assert find_election(connection, other.uuid).state is State.CLOSED
    school.database.close()


class Closed(io.StringIO):
    """What a terminal is for its programs, once it is closed."""

    tried: ClassVar[list[str]] = []

    def write(self, text: str) -> NoReturn:
        self.tried.append(text)
        raise OSError(errno.EIO, "closed")


def test_whatever_fails_the_worker_goes_on_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site = make_site(tmp_path / "site")
    serve_from(site, tmp_path / "site", monkeypatch)

    def fails(_self: Publisher) -> NoReturn:
        raise ZeroDivisionError

    monkeypatch.setattr(Publisher, "due", fails)
    assert main(["worker", "--once"]) == 1
    said = capsys.readouterr().err
    assert "evote worker : l'entretien ne va pas jusqu'au bout (ZeroDivisionError, " in said
    monkeypatch.setattr(sys, "stderr", Closed())
    assert main(["worker", "--once"]) == 1
    assert Closed.tried
    site.school.database.close()


def test_sign_ins_are_rewritten_at_the_start_and_every_hour(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    work = worker(site, tmp_path)
    wal = tmp_path / "site" / "data" / "preau.db-wal"
    site.vote(0)
    assert wal.stat().st_size
    list(work.step())
    assert wal.stat().st_size == 0
    site.vote(1)
    list(work.step())
    assert wal.stat().st_size
    site.clock.time += HOUR
    list(work.step())
    assert wal.stat().st_size == 0
    site.school.database.close()


@pytest.mark.parametrize("error", [DatabaseUnavailable, ZeroDivisionError])
def test_what_keeps_sign_ins_joined_right_after_the_closing_is_said_and_made_up_for(
    error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site(tmp_path / "site")
    work, wal = worker(site, None), tmp_path / "site" / "data" / "preau.db-wal"
    site.clock.time = CLOSES_AT + 240
    assert list(work.step()) == []  # the next of every hour is 56 minutes after the closing
    site.vote(0)
    site.clock.time = CLOSES_AT + 301

    def fails(*_given: object) -> NoReturn:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(closing, "rewrite_sign_ins", fails)
        patch.setattr(upkeep, "rewrite_sign_ins", fails)
        (fault,) = work.step()
        expected = Trouble.NOT_REWRITTEN if error is DatabaseUnavailable else Trouble.UNDONE
        assert fault.trouble is expected
        assert site.school.held().state is State.CLOSED
    assert wal.stat().st_size
    site.clock.time += 60
    assert list(work.step()) == []
    assert wal.stat().st_size == 0
    site.school.database.close()


def test_sign_ins_are_rewritten_at_once_where_the_clock_was_ahead(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    work, wal = worker(site, tmp_path), tmp_path / "site" / "data" / "preau.db-wal"
    right = site.clock.time
    site.clock.time += 5 * HOUR
    list(work.step())
    site.clock.time = right
    site.vote(0)
    assert wal.stat().st_size
    list(work.step())
    assert wal.stat().st_size == 0
    site.school.database.close()


def test_a_message_whose_next_try_is_days_away_goes_out_once_the_clock_is_right(
    tmp_path: Path,
) -> None:
    site = make_site(tmp_path / "site")
    with site.school.database.write() as connection:
        held = lock_election(connection, site.school.uuid)
        keys = site.school.folder.load(site.school.uuid)
        post(connection, held, keys, 1, "pin", Secret("0000"))
        connection.execute(text("UPDATE outbox SET next_try_at = :at"), {"at": NOON + 24 * HOUR})
    outbox = tmp_path / "outbox"
    outbox.mkdir(mode=0o700)
    list(worker(site, outbox).step())
    assert len(list(outbox.iterdir())) == 1
    site.school.database.close()


def test_the_worker_says_in_french_what_it_could_not_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site = make_site(tmp_path / "site")
    uuid = site.school.uuid
    serve_from(site, tmp_path / "site", monkeypatch)
    assert main(["worker", "--once"]) == 0
    missed = [Missed("w", (uuid, BOARD), Unwitnessed(reason, "7")) for reason in Reason]
    witnessing = {Trouble.SILENT, Trouble.REFUSING, Trouble.AHEAD}
    faults = [Fault(trouble, uuid, "l'urne est vide") for trouble in set(Trouble) - witnessing]
    faults += [Fault(trouble, uuid, missed=each) for trouble in witnessing for each in missed]
    monkeypatch.setattr(Upkeep, "step", lambda _self: iter(faults))
    assert main(["worker", "--once"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == len(set(said)) == len(faults)
    assert all(line.startswith("evote worker : l") for line in said)
    assert f"evote worker : le vote {uuid} ne peut pas être clos : l'urne est vide" in said
    assert f"evote worker : le témoin w ne cosigne pas {uuid} (réponse 7)" in said
    english = [*map(str, faults), *(str(each.cause) for each in missed if str(each.cause) != "7")]
    assert not [line for line in said for each in english if each in line]
    site.school.database.close()
