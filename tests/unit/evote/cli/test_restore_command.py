# SPDX-License-Identifier: AGPL-3.0-or-later
"""What ``evote restore`` says, asks for, refuses, and ends with."""

from __future__ import annotations

import io
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from evote.backup.recovery import encode_recovery_key
from evote.board.listing import list_ballots
from evote.board.receipts import receipt_of
from evote.cli import main
from evote.cli.server.confirming import STOPPED
from evote.credentials.sealed import seal_memory
from evote.database.connection import open_database
from evote.database.elections import find_election
from evote.heads import Heads
from evote.keys import KeyFolder
from evote.lifecycle.desk import reissue_code
from protocol.merkle import LogPosition
from protocol.secret import Secret
from tests.db.school import NOON, School
from tests.db.second_machine import Desk, keep_record, save
from tests.site import Site, make_site

WORDS = "six mots bien choisis pour ce test"


@dataclass
class Disaster:
    """A backup, its key, what outsiders kept after it, and an empty place to restore to."""

    site: Site
    folder: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/new/data/preau.db"

    @property
    def keys(self) -> Path:
        return self.folder / "new" / "keys"

    @property
    def kept(self) -> Path:
        return self.folder / "kept"

    def restore(self, *more: str) -> int:
        (data,), (keys,) = (list(self.folder.glob(f"backup/*.{end}")) for end in ("data", "keys"))
        key = ("--recovery-key", str(self.folder / "recovery.key"))
        words = ("--passphrase-file", str(self.folder / "words"))
        return main(["restore", str(data), str(keys), *key, *words, *more])

    def is_untouched(self) -> bool:
        return not list((self.folder / "new" / "data").iterdir()) and not list(self.keys.iterdir())

    def school(self) -> School:
        old = self.site.school
        keys = KeyFolder(self.keys)
        return School(open_database(self.url), keys, old.election, old.clock, old.pins)


@pytest.fixture
def disaster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disaster:
    """A backup of four ballots; afterwards three more were published, and kept by somebody."""
    site = make_site(tmp_path / "site")
    for elector in range(4):
        site.vote(elector)
    words, key = tmp_path / "words", str(tmp_path / "recovery.key")
    words.write_text(WORDS)
    assert main(["backup", "key", "--out", key, "--passphrase-file", str(words)]) == 0
    environment(monkeypatch, tmp_path / "site")
    keep_record(site.school, tmp_path / "early")
    assert main(["backup", str(tmp_path / "backup"), "--to", f"{key}.pub", "--yes"]) == 0
    shutil.copy(site.school.folder.heads, tmp_path)
    for elector in range(4, 7):
        site.vote(elector)
    keep_record(site.school, tmp_path / "kept")
    site.school.database.close()
    for name in ("data", "keys"):
        (tmp_path / "new" / name).mkdir(parents=True, mode=0o700)
    environment(monkeypatch, tmp_path / "new")
    for module in ("restoring", "opened"):
        monkeypatch.setattr(f"evote.cli.server.{module}.system_clock", lambda: NOON)
    return Disaster(site, tmp_path)


def environment(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("PREAU_DATABASE_URL", f"sqlite:///{folder}/data/preau.db")
    monkeypatch.setenv("PREAU_PUBLIC_URL", "https://vote.example")
    monkeypatch.setenv("PREAU_KEY_FOLDER", str(folder / "keys"))


def test_an_older_backup_is_refused_with_the_numbers_and_the_way_out(
    disaster: Disaster, capsys: pytest.CaptureFixture[str]
) -> None:
    assert disaster.restore("--seen", str(disaster.kept)) == 1
    said = capsys.readouterr().err
    assert "l'urne a 5 événements, et 8 ont été publiés" in said
    assert "--complete DOSSIER" in said
    assert disaster.is_untouched()


def test_a_check_says_what_would_be_and_leaves_not_even_a_file(
    disaster: Disaster, capsys: pytest.CaptureFixture[str]
) -> None:
    assert disaster.restore("--complete", str(disaster.kept), "--check") == 0
    said = capsys.readouterr().out
    assert "repris du dossier public : 3 bulletins" in said
    assert "rien n'a été écrit" in said
    assert disaster.is_untouched()


@pytest.mark.parametrize("more", [(), ("--check",)])
def test_under_another_account_nothing_is_restored(
    disaster: Disaster,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, ...],
) -> None:
    """What root writes, the server could not read."""
    monkeypatch.setattr("os.geteuid", lambda: 4242)
    assert disaster.restore("--complete", str(disaster.kept), *more) == 1
    assert "tourne sous « 4242 »" in capsys.readouterr().err
    assert disaster.is_untouched()


def test_a_check_tries_the_key_folder_too(
    disaster: Disaster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = os.access
    # As for an account that is not root's: root may write everywhere.
    monkeypatch.setattr("os.access", lambda path, mode: path != disaster.keys and asked(path, mode))
    assert disaster.restore("--complete", str(disaster.kept), "--check") == 1
    assert "ne peut pas écrire dans le dossier des clés" in capsys.readouterr().err


def test_what_stands_beside_the_database_is_not_its_own(disaster: Disaster) -> None:
    beside = disaster.folder / "new" / "data" / "preau.db.old"
    beside.write_bytes(b"kept aside")
    assert disaster.restore("--complete", str(disaster.kept), "--check") == 0
    assert [*beside.parent.iterdir()] == [beside]


def test_a_watchers_folder_completes_it_and_the_desk_ends_it(
    disaster: Disaster, capsys: pytest.CaptureFixture[str]
) -> None:
    store = disaster.folder / "preau-watch"
    store.mkdir()
    (store / "watch.jsonl").write_text('{"watch":1}\n')
    disaster.kept.rename(store / "record")
    assert disaster.restore("--complete", str(store)) == 0
    said = capsys.readouterr().out
    assert "suspendue" in said
    assert "il manque les émargements de 3 bulletins" in said
    assert "evote credentials signed-in" in said
    uuid = disaster.site.school.uuid
    assert main(["election", "resume", uuid, "--reason", "On reprend"]) == 1
    assert "7 bulletins dans l'urne et 4 émargements" in capsys.readouterr().err
    assert desk(disaster, store) == 1  # the folder that --complete was given
    assert f"donnez « {store / 'record'} »" in capsys.readouterr().err
    assert desk(disaster, store / "record") == 0
    assert "7 émargements, 0 code remplacé." in capsys.readouterr().out
    signed_in = disaster.folder / "desk" / "signed-in.json"
    assert main(["restore", "--sign-ins", str(signed_in)]) == 0
    assert "3 émargements marqués" in capsys.readouterr().out
    assert main(["election", "resume", uuid, "--reason", "On reprend"]) == 0
    school = disaster.school()
    assert school.counts() == (7, 7)
    assert [entry.kind.value for entry in school.journal()][-2:] == ["suspended", "resumed"]
    school.database.close()


def desk(disaster: Disaster, record: Path) -> int:
    """The desk's own command, on its own machine."""
    folder, memory = disaster.folder / "desk", Desk(disaster.site.school.election)
    folder.mkdir(exist_ok=True)
    (folder / "desk-sealed").write_bytes(seal_memory(memory.memory, Secret(WORDS)))
    (folder / "sign-ins").write_bytes(memory.numbers.encode())
    files = ("--desk", str(folder / "desk-sealed"), "--sign-ins", str(folder / "sign-ins"))
    words = ("--passphrase-file", str(disaster.folder / "words"))
    out = ("--out", str(folder), "--yes")
    return main(["credentials", "signed-in", str(record), *files, *words, *out])


def test_few_ballots_are_asked_about_at_the_desk(
    disaster: Disaster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk(disaster, disaster.kept) == 0
    (disaster.folder / "desk" / "signed-in.json").unlink()
    monkeypatch.setattr(sys, "stdin", io.StringIO("non\n"))
    folder = disaster.folder / "desk"
    files = ("--desk", str(folder / "desk-sealed"), "--sign-ins", str(folder / "sign-ins"))
    words = ("--passphrase-file", str(disaster.folder / "words"))
    command = ["credentials", "signed-in", str(disaster.kept), *files, *words]
    assert main([*command, "--out", str(folder)]) == 1
    assert "7 bulletins : ce fichier dit presque de qui" in capsys.readouterr().out
    assert not (folder / "signed-in.json").exists()


def answers(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_who_says_that_nobody_has_seen_more_types_how_many_ballots(
    disaster: Disaster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    uuid = disaster.site.school.uuid
    assert disaster.restore() == 1
    said = capsys.readouterr().err
    assert f"{uuid} (4 bulletins dans la sauvegarde)" in said
    assert f"--unseen {uuid}" not in said
    for typed in ("oui", "personne n'a rien vu de plus récent", "personne n'a vu plus de"):
        answers(monkeypatch, typed)
        assert disaster.restore("--unseen", uuid) == 1
        said = capsys.readouterr().out
        assert "reviendrait en arrière" in said
        assert "tapez : personne n'a vu plus de 4 bulletins\n> " in said
        assert disaster.is_untouched()
    answers(monkeypatch, "Personne n’a vu plus de  4 bulletins")
    assert disaster.restore("--unseen", uuid) == 0
    assert "Le serveur est rétabli" in capsys.readouterr().out


def test_a_vote_that_cannot_go_on_is_left_out_by_who_types_that_it_is_held_again(
    disaster: Disaster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The kept head file knows of three more ballots than the record that somebody has."""
    uuid, kept = disaster.site.school.uuid, str(disaster.folder / "early")
    shutil.copy(disaster.site.school.folder.heads, disaster.keys)
    assert disaster.restore("--complete", kept, "--stopped") == 1
    assert f"--without {uuid} rétablit tout le reste" in capsys.readouterr().err
    assert disaster.restore("--seen", kept, "--without", uuid, "--check") == 0
    said = capsys.readouterr().out
    assert "Sans --check, il faudra taper : ce vote est à refaire" in said
    for typed, status in (("oui", 1), ("Ce vote est a refaire", 0)):
        answers(monkeypatch, typed)
        assert disaster.restore("--seen", kept, "--without", uuid) == status
        said = capsys.readouterr().out
        assert f"Élection {uuid} : laissée de côté (--without), ses clés aussi." in said
        assert "l'urne a 5 événements, et 8 ont été publiés (vu dans « heads.sqlite »)" in said
        assert "son vote se refait sous un autre numéro" in said
    assert not list(disaster.keys.glob("*.logs"))


@pytest.mark.parametrize(
    ("typed", "more", "status"),
    [("oui", (), 1), ("Personne n'a rien vu de plus recent", (), 0), ("", ("--yes",), 0)],
)
def test_a_note_of_long_ago_is_not_the_last_one_by_itself(
    disaster: Disaster,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    more: tuple[str, ...],
    status: int,
) -> None:
    """Without the lost server's head file nobody knows what was published after the note."""
    monkeypatch.setattr("evote.cli.server.restoring.system_clock", lambda: NOON + 3600)
    answers(monkeypatch, typed)
    assert disaster.restore("--complete", str(disaster.kept), *more) == status
    said = capsys.readouterr().out
    assert "Si le serveur perdu a tourné après cette heure" in said
    assert ("tapez : personne n'a rien vu de plus récent" in said) is (more == ())


@pytest.mark.parametrize(
    ("typed", "more", "status"),
    [
        ("oui", (), 1),
        ("Le serveur n a plus tourne ensuite", (), 0),
        ("", ("--stopped",), 0),
        ("", ("--check",), 0),
    ],
)
def test_the_head_file_counts_if_the_server_stopped_then(
    disaster: Disaster,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    more: tuple[str, ...],
    status: int,
) -> None:
    """It is a copy of the minute of the backup: only a person can know that, from the hour."""
    shutil.copy(disaster.folder / "heads.sqlite", disaster.keys)
    with Heads(disaster.keys / "heads.sqlite").moving() as heads:
        heads.write_time(NOON - 7200)
    answers(monkeypatch, typed)
    assert disaster.restore(*more) == status
    said = capsys.readouterr().out
    assert (
        f"heads.sqlite seul dit jusqu'où tout était publié : {disaster.site.school.uuid}." in said
    )
    assert "samedi 10 octobre 2026 à 13 h 46 (heure de Paris), il y a 2 heures" in said
    assert "(2026-10-10 11:46:40 UTC)" in said
    assert (STOPPED in said) is (more != ("--stopped",))


def damaged(disaster: Disaster, how: str) -> None:
    (data,), (keys,) = (list(disaster.folder.glob(f"backup/*.{end}")) for end in ("data", "keys"))
    if how == "cut":
        data.write_bytes(data.read_bytes()[:-1])
    elif how == "keys cut":
        keys.write_bytes(keys.read_bytes()[:-1])
    elif how == "altered":
        whole = data.read_bytes()
        middle = len(whole) // 2
        data.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    elif how == "swapped":
        first, second = data.read_bytes(), keys.read_bytes()
        data.write_bytes(second)
        keys.write_bytes(first)
    elif how == "words":
        (disaster.folder / "words").write_text("six autres mots que ceux du papier")
    elif how == "key":
        (disaster.folder / "recovery.key").write_bytes(b"EVOTE-DESK-SECRET-1\n")
    elif how == "other key":
        (disaster.folder / "recovery.key").unlink()
        (disaster.folder / "recovery.key.pub").unlink()
        words = ("--passphrase-file", str(disaster.folder / "words"))
        main(["backup", "key", "--out", str(disaster.folder / "recovery.key"), *words])


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ("cut", 2, "abîmée"),
        ("keys cut", 2, "abîmée"),
        ("altered", 2, "abîmée"),
        ("swapped", 1, "pas le fichier des clés"),
        ("words", 1, "bonne phrase secrète"),
        ("key", 2, "clé de secours"),
        ("other key", 1, "pas été fermé pour cette clé"),
    ],
)
def test_what_is_not_good_writes_nothing(
    disaster: Disaster, capsys: pytest.CaptureFixture[str], how: str, status: int, words: str
) -> None:
    damaged(disaster, how)
    assert disaster.restore("--complete", str(disaster.kept)) == status
    assert words in capsys.readouterr().err
    assert disaster.is_untouched()


@pytest.mark.parametrize(
    "given",
    [
        [],
        ["x.data"],
        ["x.data", "x.keys"],
        ["--check"],
        ["--sign-ins", "x", "--check"],
        ["--sign-ins", "x", "--seen", "y"],
        ["--sign-ins", "x", "--without", "y"],
    ],
)
def test_half_a_command_is_explained(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restore", *given]) == 2
    assert "evote restore" in capsys.readouterr().err


def test_an_old_record_opens_no_way_back(
    disaster: Disaster, capsys: pytest.CaptureFixture[str]
) -> None:
    uuid, early = disaster.site.school.uuid, disaster.folder / "early"
    assert disaster.restore("--seen", str(early)) == 1
    said = capsys.readouterr().err
    assert f"« {early / 'board.checkpoint'} » n'est pas plus récent que la sauvegarde" in said
    assert disaster.is_untouched()
    assert disaster.restore("--seen", str(early), "--unseen", uuid, "--yes") == 0


def test_what_the_backup_has_not_is_named_and_left_out_by_number(
    disaster: Disaster, capsys: pytest.CaptureFixture[str]
) -> None:
    disaster.keys.mkdir(exist_ok=True)
    with Heads(disaster.keys / "heads.sqlite").moving() as heads:
        heads.move("vote.example/AnotherEtection/board", LogPosition(7, "ab" * 32))
    kept = ("--complete", str(disaster.kept))
    assert disaster.restore(*kept) == 1
    said = capsys.readouterr().err
    assert "n'a pas cette élection : AnotherEtection (« heads.sqlite » parle de vote" in said
    assert "--without AnotherEtection" in said
    assert disaster.restore(*kept, "--without", "AnotherEtection") == 0


def test_a_code_that_was_replaced_since_waits_for_the_desk(
    disaster: Disaster, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where no ballot came back, and so nothing is suspended and nobody would think of it."""
    school = disaster.site.school
    new = save(school, disaster.folder / "again")
    message = Desk(school.election).replace(9).message
    reissue_code(school.database, school.folder, message, school.clock)
    school.publisher.publish(school.uuid)
    kept = keep_record(school, disaster.folder / "later")
    school.database.close()
    files = (str(new.files.data), str(new.files.keys))
    (disaster.folder / "recovery.key").write_bytes(encode_recovery_key(new.key, Secret(WORDS)))
    words = ("--passphrase-file", str(disaster.folder / "words"))
    key = ("--recovery-key", str(disaster.folder / "recovery.key"))
    assert main(["restore", *files, *key, *words, "--complete", str(kept)]) == 0
    said = capsys.readouterr().out
    assert "ouverte au vote" in said
    assert "1 code remplacé au bureau des codes depuis la sauvegarde" in said
    assert "evote credentials signed-in" in said


def test_a_pipe_is_told_and_not_waited_for(
    disaster: Disaster, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = disaster.kept / "x.checkpoint"
    os.mkfifo(pipe)
    assert disaster.restore("--seen", str(disaster.kept)) == 2
    assert str(pipe) in capsys.readouterr().err
    pipe.unlink()
    key = disaster.keys / f"{disaster.site.school.uuid}.key"
    os.mkfifo(key)
    assert disaster.restore("--complete", str(disaster.kept)) == 2
    assert key.name in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--recovery-key", "--sign-ins"])
def test_a_pipe_in_the_place_of_a_file_is_told_too(
    disaster: Disaster, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    pipe = disaster.folder / "pipe"
    os.mkfifo(pipe)
    more = ("--complete", str(disaster.kept)) if option == "--sign-ins" else ()
    assert disaster.restore(*more, option, str(pipe)) == 2
    assert f"impossible de lire « {pipe} »" in capsys.readouterr().err
    assert disaster.is_untouched()


def test_what_is_no_number_is_sought_where_it_was_told(
    disaster: Disaster, capsys: pytest.CaptureFixture[str]
) -> None:
    for option in ("--unseen", "--without"):
        assert disaster.restore(option, "XXXX") == 2
        said = capsys.readouterr().err
        assert "recopiez-le du refus" in said
        assert "evote election id" not in said


def test_a_parents_receipt_is_evidence_too(
    disaster: Disaster, capsys: pytest.CaptureFixture[str]
) -> None:
    school = disaster.site.school
    with school.database.read() as connection:
        held = find_election(connection, school.uuid)
        tracker = list_ballots(connection, held, 8)[0].tracker
        key = school.publisher.keys(school.uuid).board.verifier_key
        found = receipt_of(connection, held, key, tracker)
    assert found is not None
    receipt = disaster.folder / "x.tlog-proof"
    receipt.write_bytes(found.encode())
    school.database.close()
    assert disaster.restore("--seen", str(receipt)) == 1
    assert "et 8 ont été publiés" in capsys.readouterr().err


def test_what_is_no_proof_is_told_by_name_and_of_many_how_many(
    disaster: Disaster, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = disaster.kept / "photo.jpg"
    photo.write_bytes(b"none")
    complete = ("--complete", str(disaster.kept), "--seen", str(disaster.kept), "--check")
    assert disaster.restore(*complete) == 0
    said = capsys.readouterr().out
    assert said.count(f"« {photo} » n'est pas une preuve : non regardé.") == 1
    assert "de même" not in said
    for number in range(22):
        (disaster.kept / f"{number:02}.jpg").write_bytes(b"none")
    assert disaster.restore(*complete) == 0
    said = capsys.readouterr().out
    assert said.count("non regardé") == 20
    assert "Et 3 autres fichiers de même." in said
