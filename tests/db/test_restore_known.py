# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is older than a backup says nothing of what came after it, and no election is passed over.

Neither an old receipt, nor an old head file, nor what a restore wrote that failed, unlocks a
backup; and what the backup lacks, or has as a draft, is asked about like the rest: docs/adr/0016.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evote.database.connection import Database, DatabaseUnavailable, open_database
from evote.database.elections import State
from evote.errors import Refusal
from evote.heads import Heads
from evote.keys import KeyFolder
from evote.log_keys import has_log_keys
from evote.restoring.watch_files import WATCH_DIARY
from protocol.promises import Promise, sign_promise
from tests.db.backups import dump
from tests.db.rows import all_rows
from tests.db.school import School, draft, host, host_drafted, make_election
from tests.db.second_machine import Machine, is_untouched, keep_record, save, vote
from tests.simulator import CLOSES_AT, SimulatedElection

MINUTE = 60
OTHER = "AnotherEtection"


@pytest.fixture
def later() -> SimulatedElection:
    """An election that begins while the first one goes on."""
    return make_election(3, uuid=OTHER)


def lose(school: School, machine: Machine) -> None:
    """Only the head file of the lost server is left."""
    shutil.copy(school.folder.heads, machine.folder.heads)


def test_what_is_older_than_the_backup_is_no_evidence(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    old = keep_record(voted, tmp_path / "old")
    machine.clock.time += MINUTE
    vote(voted, range(4, 7))
    saved, same = save(voted, tmp_path / "backup"), keep_record(voted, tmp_path / "same")
    for kept in (old, same, old / "board.checkpoint"):
        with pytest.raises(Refusal, match=rf"« .*{kept.name}.* » n'est pas plus") as refused:
            machine.restore(saved, seen=(kept,))
        assert "--unseen et son numéro" in refused.value.advice
        assert f"--unseen {voted.uuid}" not in refused.value.advice  # never to be copied
        assert is_untouched(machine)
    machine.clock.time += MINUTE
    fresh = keep_record(voted, tmp_path / "fresh")
    (restored,) = machine.restore(saved, seen=(old, fresh / "board.checkpoint"))
    assert (restored.events, restored.behind) == (8, ())


def test_a_head_file_older_than_the_backup_is_no_evidence(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    lose(voted, machine)
    machine.clock.time += MINUTE
    voted.publisher.publish(voted.uuid)  # the same logs with a later stamp
    saved = save(voted, tmp_path / "backup")
    with pytest.raises(Refusal, match=r"« heads\.sqlite » est plus ancien"):
        machine.restore(saved)
    lose(voted, machine)
    (restored,) = machine.restore(saved)
    assert restored.events == 5


def test_one_old_line_of_the_head_file_spoils_the_others(
    voted: School, machine: Machine, later: SimulatedElection, tmp_path: Path
) -> None:
    """The other election has published nothing since, so its line alone would look right."""
    host(voted.database, voted.folder.path, later, voted.clock, opened=False)
    lose(voted, machine)
    machine.clock.time += MINUTE
    vote(voted, range(4, 7))
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += MINUTE
    fresh = keep_record(voted, tmp_path / "fresh")
    with pytest.raises(Refusal, match=rf"jusqu'où .* : {OTHER} .*plus ancien"):
        machine.restore(saved, seen=(fresh,))
    machine.restore(saved, seen=(fresh,), unseen=(OTHER,))


def test_a_head_file_that_was_begun_anew_speaks_for_nobody(
    voted: School, machine: Machine, later: SimulatedElection, tmp_path: Path
) -> None:
    """It has the mark of the backup, and not the lines of what was published before it was lost."""
    voted.folder.heads.unlink()
    host(voted.database, voted.folder.path, later, voted.clock, opened=False)
    saved = save(voted, tmp_path / "backup")
    lose(voted, machine)
    with pytest.raises(Refusal, match=f"jusqu'où .*{OTHER}"):
        machine.restore(saved, unseen=(voted.uuid,))
    machine.restore(saved, unseen=(voted.uuid, OTHER))


def test_a_draft_may_have_been_published_since(
    voted: School, machine: Machine, later: SimulatedElection, tmp_path: Path
) -> None:
    draft(voted.database, voted.folder, later)
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += MINUTE
    fresh = keep_record(voted, tmp_path / "fresh")
    with pytest.raises(Refusal, match=f"brouillon.* : {OTHER}") as refused:
        machine.restore(saved, seen=(fresh,))
    assert f"--unseen {OTHER}" in refused.value.advice
    assert is_untouched(machine)
    with pytest.raises(Refusal, match="jusqu'où"):  # one does not speak for the other
        machine.restore(saved, unseen=(OTHER,))
    machine.restore(saved, seen=(fresh,), unseen=(OTHER,))
    there = host_drafted(machine.database, machine.folder, later, machine.clock)
    there.publisher.publish(OTHER)


def test_the_head_file_of_the_lost_server_says_that_a_draft_was_not_published(
    voted: School, machine: Machine, later: SimulatedElection, tmp_path: Path
) -> None:
    draft(voted.database, voted.folder, later)
    saved = save(voted, tmp_path / "backup")
    lose(voted, machine)
    machine.restore(saved)
    host_drafted(machine.database, machine.folder, later, machine.clock)


@pytest.mark.parametrize("since", ["drafted", "nothing"])
@pytest.mark.parametrize("told_by", ["heads", "record"])
def test_an_election_that_began_since_is_not_passed_over(
    voted: School,
    machine: Machine,
    later: SimulatedElection,
    tmp_path: Path,
    since: str,
    told_by: str,
) -> None:
    if since == "drafted":
        draft(voted.database, voted.folder, later)
    saved = save(voted, tmp_path / "backup")
    if since == "nothing":
        draft(voted.database, voted.folder, later)
    machine.clock.time += MINUTE
    seen = [keep_record(voted, tmp_path / "fresh")]
    there = host_drafted(voted.database, voted.folder, later, voted.clock)
    if told_by == "heads":
        there.publisher.publish(OTHER)
        lose(voted, machine)
    else:
        seen.append(keep_record(there, tmp_path / "kept"))
    words = "qu'en brouillon" if since == "drafted" else "n'a pas"
    with pytest.raises(Refusal, match=f"{words}.* : {OTHER}") as refused:
        machine.restore(saved, seen=tuple(seen), unseen=(OTHER,) if since == "drafted" else ())
    assert f"--without {OTHER}" in refused.value.advice
    (restored,) = machine.restore(saved, seen=tuple(seen), without=(OTHER,))
    assert restored.uuid == voted.uuid
    assert len(all_rows(machine.database)["election"]) == 1
    assert not has_log_keys(machine.folder, OTHER)  # so nobody signs a second history of it
    if told_by == "heads":
        key = there.publisher.keys(OTHER).board.name
        assert Heads(machine.folder.heads).read(key) == Heads(voted.folder.heads).read(key)


def test_only_what_is_not_whole_is_left_out(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    for uuid, words in ((voted.uuid, "est dans cette sauvegarde"), (OTHER, "rien ne nomme")):
        with pytest.raises(Refusal, match=words):
            machine.restore(saved, unseen=(voted.uuid,), without=(uuid,))
    assert is_untouched(machine)


def test_a_vote_whose_published_ballots_nobody_has_is_left_out_and_the_rest_comes_back(
    voted: School, machine: Machine, later: SimulatedElection, tmp_path: Path
) -> None:
    """The head file saw more than the longest record: to go on would be to go back."""
    other = host(voted.database, voted.folder.path, later, voted.clock)
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += MINUTE
    vote(voted, range(4, 7))
    kept, quiet = keep_record(voted, tmp_path / "kept"), keep_record(other, tmp_path / "quiet")
    machine.clock.time += MINUTE
    vote(voted, range(7, 10))
    voted.publisher.publish(voted.uuid)
    lose(voted, machine)
    seen = (quiet, kept)
    with pytest.raises(Refusal, match=r"11 ont été publiés \(vu dans « heads\.sqlite") as refused:
        machine.restore(saved, seen=(quiet,), complete={voted.uuid: kept})
    assert f"--without {voted.uuid}" in refused.value.advice
    with pytest.raises(Refusal, match="--complete reprend"):
        machine.restore(saved, seen=seen, complete={voted.uuid: kept}, without=(voted.uuid,))
    with pytest.raises(Refusal, match=f"scellée : {OTHER}"):
        machine.restore(saved, seen=seen, without=(voted.uuid, OTHER))
    heads = Heads(machine.folder.heads).read_all().lines
    (restored,) = machine.restore(saved, seen=seen, without=(voted.uuid,))
    assert (restored.uuid, restored.behind) == (OTHER, ())
    (out,) = machine.left_out
    assert (out.uuid, [each.size for each in out.behind]) == (voted.uuid, [11])
    rows = dump(machine.database)
    assert [row["uuid"] for row in rows.pop("election")] == [OTHER]
    left = {row["election_id"] for of in rows.values() for row in of if "election_id" in row}
    assert len(left) == 1
    assert not has_log_keys(machine.folder, voted.uuid)
    board = voted.publisher.keys(voted.uuid).board.name
    assert Heads(machine.folder.heads).read_all().lines[board] == heads[board]


@pytest.mark.parametrize("form", ["folder", "folder of folders", "zip", "watcher"])
def test_a_vote_that_what_was_seen_has_whole_is_not_left_out(
    voted: School, machine: Machine, tmp_path: Path, form: str
) -> None:
    """Somebody gave the very record that completes the vote with ``--seen``."""
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += MINUTE
    vote(voted, range(4, 7))
    short = keep_record(voted, tmp_path / "short")
    machine.clock.time += MINUTE
    vote(voted, range(7, 9))
    (tmp_path / "all").mkdir()
    kept = keep_record(voted, tmp_path / "all" / "record")
    lose(voted, machine)
    given = {"folder": kept, "watcher": kept}.get(form, tmp_path / "all")
    if form == "zip":
        packed = Path(shutil.make_archive(str(tmp_path / "all" / "dossier"), "zip", kept))
        packed.rename(packed.with_name("dossier.zip(1)"))  # as a telephone may call it
        shutil.rmtree(kept)
    if form == "watcher":
        (tmp_path / "all" / WATCH_DIARY).write_text('{"watch":1}\n')
    with pytest.raises(Refusal, match="a tout ce qui a été publié") as refused:
        machine.restore(saved, seen=(short, given), without=(voted.uuid,))
    whole = re.search(r"--complete (\S+)", refused.value.advice)
    assert whole is not None
    (restored,) = machine.restore(saved, complete={voted.uuid: Path(whole[1])})
    assert restored.ballots == 5


def test_of_what_is_seen_a_record_that_is_damaged_or_another_stops_nobody(
    voted: School, machine: Machine, later: SimulatedElection, tmp_path: Path
) -> None:
    other = host(voted.database, voted.folder.path, later, voted.clock)
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += MINUTE
    vote(voted, range(4, 7))
    kept, quiet = keep_record(voted, tmp_path / "kept"), keep_record(other, tmp_path / "quiet")
    lose(voted, machine)
    archive = kept / f"{voted.uuid}.bel"
    archive.write_bytes(archive.read_bytes()[:-2048])
    machine.restore(saved, seen=(kept, quiet), without=(voted.uuid,))
    (out,) = machine.left_out
    assert out.uuid == voted.uuid


def test_a_promise_alone_leaves_no_vote_out(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += MINUTE
    kept, file = keep_record(voted, tmp_path / "kept"), tmp_path / "promise.txt"
    key = voted.publisher.keys(voted.uuid).board
    promise = Promise(key.name, "ab" * 32, "cd" * 32, 5, machine.clock() + 600)
    file.write_bytes(sign_promise(promise, key))
    with pytest.raises(Refusal, match="est dans cette sauvegarde, scellée"):
        machine.restore(saved, seen=(kept, file), without=(voted.uuid,))


def test_a_promise_of_what_the_backup_lacks_is_told_at_once(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    key, file = voted.publisher.keys(voted.uuid).board, tmp_path / "promise.txt"
    promise = Promise(key.name, "ab" * 32, "cd" * 32, 5, machine.clock() + 600)
    file.write_bytes(sign_promise(promise, key))
    with pytest.raises(Refusal, match="un bulletin a été promis à la place 6") as refused:
        machine.restore(saved, seen=(file,))
    assert "rien ne dit jusqu'où" in refused.value.message


def test_a_promise_counts_as_the_booth_names_it_and_where_a_watcher_was_given_it(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += MINUTE
    kept = keep_record(voted, tmp_path / "kept")
    key = voted.publisher.keys(voted.uuid).board
    promise = Promise(key.name, "ab" * 32, "cd" * 32, 5, machine.clock() + 600)
    for folder in ("parents", "watch/promises"):
        (tmp_path / folder).mkdir(parents=True)
        mailed = sign_promise(promise, key).replace(b"\n", b"\r\n")
        (tmp_path / folder / "preau-AAAA.promise").write_bytes(mailed)
    with pytest.raises(Refusal, match="un bulletin a été promis à la place 6"):
        machine.restore(saved, seen=(kept, tmp_path / "parents"))
    (tmp_path / "watch" / WATCH_DIARY).write_text('{"watch":1}\n')
    keep_record(voted, tmp_path / "watch" / "record")
    (tmp_path / "watch" / "promises" / "a picture.jpg").write_bytes(b"\xff\xd8")  # said there
    with pytest.raises(Refusal, match="un bulletin a été promis à la place 6"):
        machine.restore(saved, seen=(tmp_path / "watch",))
    (tmp_path / "watch" / "promises" / "preau-AAAA.promise").unlink()
    signed = sign_promise(promise, key)
    forged = {
        "a damaged signature": signed[:-12] + bytes([signed[-12] ^ 1]) + signed[-11:],
        "of another place": signed.replace(b"00005\n", b"00006\n", 1),
        "of an election that never was": signed.replace(voted.uuid.encode(), OTHER.encode()),
        "signed twice": signed + signed.splitlines(keepends=True)[-1],
    }
    for name, data in forged.items():  # anybody may give a watcher anything
        (tmp_path / "watch" / "promises" / name).write_bytes(data)
    (restored,) = machine.restore(saved, seen=(tmp_path / "watch",))
    assert restored.behind == ()
    assert {Path(each).name for each in machine.strangers} == {*forged}


def test_a_head_file_that_is_damaged_is_put_aside_and_others_speak(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    saved = save(voted, tmp_path / "backup")
    machine.clock.time += MINUTE
    vote(voted, range(4, 7))
    kept = keep_record(voted, tmp_path / "kept")
    machine.folder.heads.write_bytes(bytes(range(256)) * 64)
    with pytest.raises(Refusal, match="ne peut pas être lu") as refused:
        machine.restore(saved, complete={voted.uuid: kept})
    assert "mettez-le hors de ce dossier, sans le détruire" in refused.value.advice
    machine.folder.heads.rename(tmp_path / "aside")
    (restored,) = machine.restore(saved, complete={voted.uuid: kept})
    assert restored.ballots == 3


def test_a_draft_that_is_left_out_is_told(
    voted: School, machine: Machine, later: SimulatedElection, tmp_path: Path
) -> None:
    draft(voted.database, voted.folder, later)
    saved = save(voted, tmp_path / "backup")
    lose(voted, machine)
    machine.restore(saved, without=(OTHER,), check=True)
    assert [(each.uuid, each.behind) for each in machine.left_out] == [(OTHER, ())]


@contextmanager
def failing_commit(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The disk is full when everything but the commit is done."""
    write = database.write

    @contextmanager
    def failing() -> Iterator[object]:
        with write() as connection:
            yield connection
            raise DatabaseUnavailable("full")

    with monkeypatch.context() as patch:
        patch.setattr(type(database), "write", lambda _self: failing())
        yield


def test_what_a_failed_restore_wrote_is_nobodys_evidence(
    voted: School, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = save(voted, tmp_path / "backup")
    lose(voted, machine)  # a copy: the server has published since
    machine.clock.time += MINUTE
    fresh = keep_record(voted, tmp_path / "fresh")
    with failing_commit(machine.database, monkeypatch), pytest.raises(DatabaseUnavailable):
        machine.restore(saved, seen=(fresh,))
    with pytest.raises(Refusal, match="jusqu'où"):
        machine.restore(saved)
    machine.restore(saved, seen=(fresh,))


def test_what_a_failed_restore_saw_is_still_compared(
    voted: School, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = save(voted, tmp_path / "backup")
    vote(voted, range(4, 7))
    kept = keep_record(voted, tmp_path / "kept")
    with failing_commit(machine.database, monkeypatch), pytest.raises(DatabaseUnavailable):
        machine.restore(saved, complete={voted.uuid: kept})
    with pytest.raises(Refusal, match=r"8 ont été publiés \(vu dans « heads\.sqlite »\)"):
        machine.restore(saved, unseen=(voted.uuid,))
    machine.restore(saved, complete={voted.uuid: kept})


def test_a_restored_machine_that_is_lost_in_turn_has_its_own_heads(
    voted: School, machine: Machine, tmp_path: Path
) -> None:
    """Even of a closed election, of which no later step tells."""
    machine.clock.time = CLOSES_AT + 301
    voted.close()
    machine.restore(save(voted, tmp_path / "backup"), unseen=(voted.uuid,))
    there = machine.school(voted)
    again = save(there, tmp_path / "again")
    (tmp_path / "third").mkdir()
    bare = open_database(f"sqlite:///{tmp_path / 'third.db'}")
    third = Machine(bare, KeyFolder(tmp_path / "third"), machine.clock)
    lose(there, third)
    (restored,) = third.restore(again)
    assert restored.state is State.CLOSED
    bare.close()
