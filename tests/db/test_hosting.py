# SPDX-License-Identifier: AGPL-3.0-or-later
"""A sealed election comes in whole or not at all, and opens with its signatures: §7.13, §8, §13."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from evote.board.export import archive_chunks
from evote.board.reading import find_ballots, read_setup
from evote.database.connection import Database
from evote.database.elections import State, find_election, lock_election
from evote.errors import Refusal
from evote.keys import KeyFolder
from evote.lifecycle.hosting import NotHosted, SealedFiles, host_election
from evote.lifecycle.states import NotNow
from evote.lifecycle.voting import open_vote
from evote.log_keys import load_log_keys
from evote.pins import make_pins
from evote.roll.electors import NoSuchElector, read_elector, read_roll, read_salt
from protocol.encoding import sha256_hex
from protocol.errors import ProtocolError
from protocol.events import EventKind
from tests.db.conftest import ELECTION
from tests.db.hosted_again import host_again
from tests.db.school import (
    SALT,
    ManualClock,
    School,
    draft,
    host,
    make_election,
    roll_of,
    sealed_files,
)
from tests.simulator import SimulatedElection

FILES = sealed_files(ELECTION)
ROLL = sha256_hex(roll_of(12).canonical()).encode()
OTHER = make_election(12, uuid="AnotherPreauAA")
PLAIN = SimulatedElection(votes=(), electors=12, preau=False)
OTHER_BOOTH = replace(ELECTION, booth=())


def test_the_roll_comes_in_encrypted_and_is_read_with_its_key(
    school: School, tmp_path: Path
) -> None:
    keys, held = school.folder.load(school.uuid), school.held()
    with school.database.read() as connection:
        roll = read_roll(connection, held, keys)
        assert read_elector(connection, held, keys, 3) == roll[2]
        assert read_salt(connection, held, keys).reveal() == SALT.reveal()
        rows = connection.execute(text("SELECT * FROM elector")).all()
        with pytest.raises(NoSuchElector):
            read_elector(connection, held, keys, 13)
    assert [contact.surname for contact in roll] == [f"NOM{n:04d}" for n in range(12)]
    assert roll[4].email == "p4@exemple.fr"
    assert "NOM" not in repr(rows)
    assert "exemple" not in repr(rows)


def test_what_was_sealed_is_read_from_the_board(school: School) -> None:
    with school.database.read() as connection:
        setup = read_setup(connection, school.held())
        assert find_ballots(connection, school.held(), "0000-0000-0000-0000", 99) == ()
    assert setup.election == ELECTION.election
    assert len(setup.credentials) == 15
    assert len(setup.reserves) == 3


def test_a_ballot_is_found_by_its_tracker(school: School) -> None:
    answers = [school.cast(elector) for elector in (3, 7)]
    assert answers[1].tracker
    with school.database.read() as connection:
        (found,) = find_ballots(connection, school.held(), answers[1].tracker, 99)
    assert (found.height, found.data) == (2, school.ballot(7))


def test_an_export_may_stop_at_a_height(school: School) -> None:
    school.cast(0)
    chunks = archive_chunks(school.database, school.uuid, until=0)
    assert b"".join(chunks) == ELECTION.archive(EventKind.SETUP)


VERSION_1 = replace(ELECTION, server=False)


@pytest.fixture
def folder(database: Database, tmp_path: Path) -> KeyFolder:
    """The key folder of a server that has a draft of the election."""
    folder = KeyFolder(tmp_path)
    draft(database, folder, ELECTION)
    return folder


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (replace(FILES, sign_in_numbers=sealed_files(OTHER).sign_in_numbers), "autre élection"),
        (replace(FILES, sealed_roll=sealed_files(OTHER).sealed_roll), "autre élection"),
        (replace(FILES, electors=FILES.electors[1:]), "pas celui qui a été scellé"),
        (replace(FILES, archive=PLAIN.archive(EventKind.SETUP)), "pas été faite avec Préau"),
        (replace(FILES, archive=VERSION_1.archive(EventKind.SETUP)), "scellée sans serveur"),
        (replace(FILES, archive=OTHER_BOOTH.archive(EventKind.SETUP)), "server.json de ce serveur"),
        (
            replace(FILES, sign_in_numbers=FILES.sign_in_numbers.replace(ROLL, b"0" * 64)),
            "autre liste électorale",
        ),
        (
            replace(
                FILES,
                sign_in_numbers=FILES.sign_in_numbers.replace(b'"elector":12', b'"elector":13'),
            ),
            "numéro d'émargement pour chaque",
        ),
        (
            replace(FILES, archive=replace(ELECTION, votes=(0,)).archive(EventKind.BALLOT)),
            "ailleurs",
        ),
    ],
)
def test_files_that_do_not_belong_together_are_refused(
    database: Database, folder: KeyFolder, tmp_path: Path, files: SealedFiles, said: str
) -> None:
    with pytest.raises(NotHosted, match=said):
        host_election(database, folder, files, ManualClock())
    assert not list(tmp_path.glob("*.key"))


@pytest.mark.parametrize(
    "files",
    [
        replace(FILES, sealed_roll=FILES.sealed_roll.replace(b"NOM0003", b"NOM0333")),
        replace(FILES, sealed_roll=b"{}"),
        replace(FILES, archive=FILES.archive[:-512]),
        replace(FILES, sign_in_numbers=FILES.sign_in_numbers.replace(b"elector", b"Elector", 1)),
    ],
)
def test_damaged_files_are_refused(
    database: Database, folder: KeyFolder, files: SealedFiles
) -> None:
    with pytest.raises(ProtocolError):
        host_election(database, folder, files, ManualClock())


def test_what_an_interrupted_hosting_has_left_does_not_prevent_the_next(
    database: Database, folder: KeyFolder
) -> None:
    left = folder.create(ELECTION.uuid).mac([1])
    host_election(database, folder, FILES, ManualClock())
    keys = folder.load(ELECTION.uuid)
    assert keys.mac([1]) != left
    with database.read() as connection:
        assert len(read_roll(connection, find_election(connection, ELECTION.uuid), keys)) == 12


def test_a_number_is_drafted_once_and_keys_are_never_used_again(
    database: Database, folder: KeyFolder
) -> None:
    first = load_log_keys(folder, ELECTION.uuid).board.verifier_key
    with pytest.raises(Refusal, match="déjà le numéro"):
        draft(database, folder, ELECTION)
    with database.write() as connection:
        connection.execute(text("DELETE FROM election"))
    with pytest.raises(Refusal, match="déjà le numéro"):
        draft(database, folder, ELECTION)
    assert load_log_keys(folder, ELECTION.uuid).board.verifier_key == first


def test_a_draft_that_is_not_kept_leaves_no_keys(database: Database, tmp_path: Path) -> None:
    with pytest.raises(ProtocolError):
        draft(database, KeyFolder(tmp_path), replace(ELECTION, booth=(ELECTION.booth[0],) * 2))
    assert not list(tmp_path.glob("*.logs"))


def test_an_election_that_has_no_draft_here_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="aucune élection"):
        host_election(database, KeyFolder(tmp_path), FILES, ManualClock())
    assert not list(tmp_path.glob("*.key"))


def test_the_same_election_comes_in_once_and_its_key_stays(school: School) -> None:
    with pytest.raises(NotNow, match="déjà été pris"):
        host_election(school.database, school.folder, FILES, school.clock)
    school.folder.load(school.uuid)


def test_two_elections_do_not_meet(school: School, tmp_path: Path) -> None:
    second = host(school.database, tmp_path / "keys", OTHER, ManualClock())
    assert school.cast(0).tracker
    assert second.cast(0).tracker
    assert (school.counts(), second.counts()) == ((1, 1), (1, 1))
    assert school.held().school_id == second.held().school_id
    strange = replace(school.request(1), ballot=second.ballot(1))
    assert school.casting.cast(strange).reason


def test_the_vote_opens_once_with_the_signatures_of_its_own_setup(
    database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    school = host_again(database, tmp_path / "keys", ELECTION, clock, opened=False)
    with pytest.raises(ProtocolError):
        open_vote(database, school.uuid, OTHER.setup_signatures.encode(), clock)
    few = replace(ELECTION.setup_signatures, signatures=ELECTION.setup_signatures.signatures[:1])
    with pytest.raises(ProtocolError):
        open_vote(database, school.uuid, few.encode(), clock)
    assert school.held().state is State.SEALED
    good = ELECTION.setup_signatures.encode()
    open_vote(database, school.uuid, good, clock)
    assert (school.held().state, school.held().setup_signatures) == (State.OPEN, good)
    with pytest.raises(NotNow, match="une seule fois"):
        open_vote(database, school.uuid, good, clock)


def test_pins_are_made_once(school: School) -> None:
    with school.database.write() as connection:
        held = lock_election(connection, school.uuid)
        assert make_pins(connection, held, school.folder.load(school.uuid)).made == 0
