# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each step of an election's life on a server, and each step that its state does not allow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from evote.backup.pace import ballots_of, remember_backup
from evote.database.connection import Database
from evote.database.elections import State, UnknownElection, find_election
from evote.election.desk_messages import ContestedMessage, ReissueMessage
from evote.errors import Refusal
from evote.keys import KeyFolder
from evote.lifecycle.amending import NewHours, prepare_hours, take_amendment
from evote.lifecycle.cancelling import cancel_election
from evote.lifecycle.counting import take_decryptions, tally_votes
from evote.lifecycle.desk import contest_vote, reissue_code
from evote.lifecycle.drafting import delete_draft
from evote.lifecycle.states import NotNow
from evote.lifecycle.voting import note_incident
from protocol.ceremony import Member
from protocol.codes import sign_in_number
from protocol.credentials import public_credential
from protocol.journal_bodies import Case
from tally.amendments import AmendmentMessage
from tally.count import TieBreak
from tests.db.amending import signed
from tests.db.conftest import ELECTION
from tests.db.school import ManualClock, School, audit, draft, host, make_election
from tests.simulator import CLOSES_AT


def test_an_election_from_draft_to_archive_is_one_verified_record(
    school: School, clock: ManualClock, tmp_path: Path
) -> None:
    audit(school, tmp_path / "record")
    for elector in (4, 2, 7):
        school.cast(elector)
    audit(school, tmp_path / "record")
    clock.time = CLOSES_AT + 301
    assert school.close().ballots == 3
    audit(school, tmp_path / "record")
    result = school.count()
    assert result.votes == ((0, 3, 0),)
    audit(school, tmp_path / "record")
    assert school.held().state is State.TALLIED
    kinds = [entry.kind.value for entry in school.journal()]
    assert kinds == ["sealed", "opened", "closed", "closing-signed", "tallied"]


def test_ballots_and_sign_ins_that_are_not_as_many_are_not_closed(
    school: School, clock: ManualClock
) -> None:
    school.cast(1)
    with school.database.write() as connection:
        connection.execute(text("UPDATE sign_in SET used = false"))
    clock.time = CLOSES_AT + 301
    before = school.record()
    with pytest.raises(Refusal, match="1 bulletin dans l'urne et 0 émargement"):
        school.close()
    assert school.record() == before


def test_a_rehearsal_alone_is_closed_early(
    database: Database, school: School, clock: ManualClock, tmp_path: Path
) -> None:
    with pytest.raises(NotNow, match="le vote ferme"):
        school.close()
    rehearsal = make_election(3, uuid="RehearsaLPreau", rehearsal=True)
    other = host(database, tmp_path / "keys", rehearsal, clock)
    other.cast(0)
    assert other.close().ballots == 1
    other.count()
    audit(other, tmp_path / "record")


def test_two_persons_cancel_who_are_not_the_same(school: School, clock: ManualClock) -> None:
    one = Member("Aïcha Ben Ali", "directrice")
    before = school.record()
    for persons in ((), (one,), (one, Member("AÏCHA BEN ALI", "adjointe")), (one, Member("", ""))):
        with pytest.raises(Refusal):
            cancel_election(school.database, school.uuid, "Une erreur", persons, clock)
    two = (one, Member("Bruno Carré", "enseignant"))
    with pytest.raises(Refusal, match="la raison"):
        cancel_election(school.database, school.uuid, "une  erreur", two, clock)
    assert school.record() == before


def test_a_draft_has_no_page_and_goes_with_its_keys(
    database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    folder = KeyFolder(tmp_path)
    draft(database, folder, ELECTION)
    with database.read() as connection, pytest.raises(UnknownElection):
        find_election(connection, ELECTION.uuid)
    with pytest.raises(Refusal, match="déjà le numéro"):
        draft(database, folder, ELECTION)
    with pytest.raises(NotNow, match="commence au scellement"):
        note_incident(database, ELECTION.uuid, "Trop tôt", clock)
    with database.write() as connection:  # and there was a backup of it
        remember_backup(connection, clock(), ballots_of(connection))
    delete_draft(database, folder, ELECTION.uuid)
    assert not list(tmp_path.glob("*.logs"))
    with pytest.raises(Refusal, match="aucune élection"):
        delete_draft(database, folder, ELECTION.uuid)


def test_a_draft_that_was_published_keeps_the_only_keys_that_sign_for_it(
    school: School, url: str
) -> None:
    """Of a database that was put back: evote/doctor/strangers.py names it."""
    school.publisher.publish(school.uuid)
    path = school.folder.file(school.uuid, "logs")
    with school.database.write() as connection:
        connection.execute(text("UPDATE election SET state = 'draft'"))
    with pytest.raises(Refusal, match="a déjà été publiée d'ici"):
        delete_draft(school.database, school.folder, school.uuid)
    assert path.exists()


def test_another_member_or_another_closing_is_set_aside(school: School, clock: ManualClock) -> None:
    clock.time = CLOSES_AT + 301
    school.close()
    good = school.decryption(1)
    stolen = good.replace(b'"owner":1', b'"owner":2')
    other = good.replace(b'"journal":{"size":3', b'"journal":{"size":2')
    known = take_decryptions(
        school.database, school.uuid, {"a": stolen, "b": other, "c": b"{}", "d": good}
    )
    assert [each.label for each in known.rejected] == ["a", "b", "c"]
    assert known.here == ("Aïcha Ben Ali",)
    assert known.missing == ("Bruno Carré", "Chloé d'Aubigné")
    with pytest.raises(Refusal, match="il en faut 2"):
        tally_votes(school.database, school.uuid, clock)
    assert school.held().state is State.CLOSED


def test_a_tie_asks_for_ages(database: Database, clock: ManualClock, tmp_path: Path) -> None:
    school = host(database, tmp_path / "keys", replace(ELECTION, seats=3), clock)
    for elector in (0, 1):
        school.cast(elector, school.ballot(elector, choice=elector))
    clock.time = CLOSES_AT + 301
    school.close()
    with pytest.raises(Refusal, match="égalité"):
        school.count()
    assert school.held().state is State.CLOSED
    births = {"FCPE": date(1990, 1, 1), "PEEP": date(1980, 1, 1)}
    result = school.count(tie_break=TieBreak(births))
    assert result.evote is not None
    assert [each.seats for each in result.evote.seats.lists] == [1, 2]
    audit(school, tmp_path / "record")


def test_an_amendment_needs_the_signatures_of_one_and_the_same_change(
    school: School, clock: ManualClock
) -> None:
    sign = partial(signed, school)

    def prepare(closes_at: int) -> AmendmentMessage:
        hours = NewHours(closes_at=closes_at)
        return prepare_hours(school.database, school.uuid, hours, "Panne", clock)

    first, second = prepare(CLOSES_AT + 3600), prepare(CLOSES_AT + 7200)
    before = school.record()
    forged = sign(first, 2).replace(b'"trustee":2', b'"trustee":3')
    for files, said in (
        ({"1": sign(first, 1)}, "il en faut 2"),
        ({"1": sign(first, 1), "again": sign(first, 1)}, "il en faut 2"),
        ({"1": sign(first, 1), "2": sign(second, 2)}, "le même changement"),
        ({"1": sign(first, 1), "2": forged}, "Chloé"),
        ({"1": b"{}"}, "pas la signature"),
    ):
        with pytest.raises(Refusal, match=said):
            take_amendment(school.database, school.uuid, files, clock)
    assert school.record() == before
    both = {"1": sign(first, 1), "2": sign(first, 2)}
    take_amendment(school.database, school.uuid, both, clock)
    assert school.held().closes_at == CLOSES_AT + 3600
    late = {"1": sign(second, 1), "2": sign(second, 2)}
    with pytest.raises(
        NotNow, match="ne permet pas cette étape"
    ):  # signed for the place that is taken
        take_amendment(school.database, school.uuid, late, clock)
    hours = NewHours(opens_at=CLOSES_AT - 60)
    with pytest.raises(Refusal, match="une fois le vote ouvert"):
        prepare_hours(school.database, school.uuid, hours, "Panne", clock)
    with pytest.raises(Refusal, match="déjà passée"):
        prepare(clock() - 60)


def test_one_half_used_is_enough_to_refuse_a_new_code_and_is_told_apart(
    school: School, clock: ManualClock
) -> None:
    """The first parent's sign-in, and the second one's credential, were used together."""
    school.cast(0, school.ballot(1))
    fresh = sign_in_number(school.uuid, ELECTION.codes[12])

    def reissue(parent: int, before: int | None = None, after: str = fresh) -> ReissueMessage:
        key = public_credential(ELECTION.private_credentials[parent])
        number = school.number(parent if before is None else before)
        return ReissueMessage(school.uuid, key, number, after)

    database, folder = school.database, school.folder
    before = school.record()
    for message, said in (
        (reissue(0), "déjà émargé"),
        (reissue(1), "un bulletin a été voté"),
        (reissue(2, before=0), "déjà émargé"),
        (reissue(2, after=school.number(3)), "déjà été donné"),
        (replace(reissue(2), sign_in_before="0" * 32), "pas .ou plus. celui d'un électeur"),
        (replace(reissue(2), revoked=ELECTION.trustees.election_key()), "pas de cette élection"),
    ):
        with pytest.raises(Refusal, match=said):
            reissue_code(database, folder, message, clock)
    assert school.record() == before
    assert reissue_code(database, folder, reissue(2), clock) == 1
    with pytest.raises(Refusal, match="déjà été remplacé"):
        reissue_code(database, folder, reissue(2), clock)
    cases = []
    for parent, used in ((0, False), (1, True), (0, True)):
        asked = ContestedMessage(school.uuid, (school.number(parent), "0" * 32), used)
        cases.append(contest_vote(database, asked, clock))
    assert cases == [Case.SIGN_IN_USED, Case.CREDENTIAL_USED, Case.BOTH_USED]
    nobody = ContestedMessage(school.uuid, (school.number(3),), credential_used=False)
    with pytest.raises(Refusal, match="personne n'a voté"):
        contest_vote(database, nobody, clock)
