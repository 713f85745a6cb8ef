# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-tally`` on an election held on a server: a record in, signed messages out: §17.4, §19."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from protocol.ceremony import Member
from protocol.credentials import public_credential
from protocol.events import EventKind
from protocol.journal import decode_journal
from protocol.journal_bodies import (
    Amendment,
    BoothReplaced,
    Cancelled,
    Case,
    Contested,
    HoursChanged,
    Incident,
    Reissued,
    Resumed,
    Suspended,
)
from protocol.merkle import LogPosition
from protocol.server_binding import BoothFile
from protocol.trustee_signatures import verify_trustee_signature
from tally.amendments import AmendmentMessage, AmendmentSignatureMessage
from tally.memory import SeenBoard, Step
from tally.messages import DecryptionMessage
from tally.paper import PaperKey, encode_paper
from tests.simulator import BOOTH, CLOSES_AT, OPENS_AT, SimulatedElection
from tests.unit.tally.records import OURS, Office, memory_of, write_folder
from tests.unit.tally.records import WORDS as MEMBER_WORDS

CLOSED, OPEN = EventKind.ENCRYPTED_TALLY, EventKind.BALLOT
WORDS = ("--passphrase-file", "words")
LATER = HoursChanged(1, OPENS_AT, CLOSES_AT + 7200, 300, "Panne du réseau le matin")
NEW_BOOTH = (BoothFile("/booth/booth.js", "ab" * 32), BoothFile("/booth/new.js", "cd" * 32))
BUSY = replace(
    OURS,
    happenings=(
        (1, LATER),
        (2, Reissued(public_credential(OURS.private_credentials[7]), 1)),
        (3, Suspended("Le réseau est en panne")),
        (3, Resumed("Le réseau est revenu")),
        (4, Incident("Une affiche a été arrachée")),
        (4, Contested(Case.BOTH_USED)),
    ),
)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def decrypt(office: Office, record: str, number: int = 1) -> int:
    key = f"secret-{number}.key"
    return office.run("decrypt", key, record, "--yes", *WORDS)


def refused(office: Office, capsys: pytest.CaptureFixture[str], *command: str) -> str:
    """Run a command that is refused and writes nothing; return what it says."""
    before = {path.name: path.read_bytes() for path in office.folder.iterdir() if path.is_file()}
    assert office.run(*command) == 1
    after = {path.name: path.read_bytes() for path in office.folder.iterdir() if path.is_file()}
    assert after == before
    return capsys.readouterr().err


# ---------------------------------------------------------------- decrypt


def test_decrypting_shows_what_happened_and_signs_the_closing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office(tmp_path, BUSY)
    office.key(2)
    assert decrypt(office, office.record(CLOSED), 2) == 0
    said = capsys.readouterr().out
    for told in (
        "à la clôture : 5 bulletins, 5 émargements",
        "changements signés par le bureau : 1",
        "horaires changés",
        "Panne du réseau le matin",
        "suspensions : 1",
        "vote suspendu (Le réseau est en panne)",
        "vote repris (Le réseau est revenu)",
        "incidents : 2",
        "Une affiche a été arrachée",
        "un parent dit qu'on a voté à sa place",
        "lettres remplacées : 1",
        "vous signez aussi cette clôture et ce journal",
    ):
        assert told in said
    assert said.rstrip().endswith(f"evote election decryptions {BUSY.uuid} decryption-2.json")
    assert "combine" not in said
    message = DecryptionMessage.decode((tmp_path / "decryption-2.json").read_bytes())
    assert message.closing is not None
    assert message.closing.body == BUSY.closing_signed
    head = BUSY.head(CLOSED)
    position = BUSY.journal_position(CLOSED)
    assert office.memory(2).seen == SeenBoard(head.height, head.hash, position)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: None, "le dossier « parts » n'existe pas"),
        (lambda folder: (folder / "parts").write_text(""), "le dossier « parts » n'existe pas"),
        (lambda folder: spoil_part(folder / "parts"), "decryption-1.json » existe déjà"),
    ],
)
def test_where_nothing_can_be_written_nothing_is_verified(
    office: Office,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Path], object],
    said: str,
) -> None:
    def verify(_record: object) -> None:
        pytest.fail("it verified the whole vote before it looked where to write")

    monkeypatch.setattr("tally.commands.decrypt.verify_whole_record", verify)
    key, record = office.key(1), office.record(CLOSED)
    spoil(office.folder)
    assert office.run("decrypt", key, record, "--yes", "--out", "parts", *WORDS) in (1, 2)
    assert said in capsys.readouterr().err


def spoil_part(folder: Path) -> None:
    folder.mkdir()
    (folder / "decryption-1.json").write_text("")


def test_a_smooth_election_says_so(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.key(1)
    assert decrypt(office, office.record(CLOSED)) == 0
    said = capsys.readouterr().out
    assert "suspensions : non" in said
    assert "incidents : non" in said


def test_a_folder_is_as_good_as_a_zip(office: Office) -> None:
    office.key(1)
    write_folder(office.folder / "election", OURS.record(CLOSED))
    assert decrypt(office, "election") == 0


def test_an_archive_alone_is_refused(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.key(1)
    write_folder(office.folder, {"alone.bel": OURS.archive(CLOSED)})
    said = refused(office, capsys, "decrypt", "secret-1.key", "alone.bel", "--yes", *WORDS)
    assert "l'archive seule ne suffit pas" in said
    assert "conseil : téléchargez le dossier complet" in said


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("journal_jsonl", "le journal de l'élection n'est pas valable"),
        ("board_checkpoint", "la signature du serveur n'est pas valable"),
        ("journal_checkpoint", "la signature du serveur n'est pas valable"),
    ],
)
def test_a_file_of_an_earlier_moment_is_refused(
    office: Office, capsys: pytest.CaptureFixture[str], name: str, sentence: str
) -> None:
    office.key(1)
    earlier = OURS.record(OPEN)[name.replace("_", ".")]
    changes: dict[str, Any] = {name: earlier}
    record = office.record(CLOSED, **changes)
    said = refused(office, capsys, "decrypt", "secret-1.key", record, "--yes", *WORDS)
    assert sentence in said
    assert "prévenez les autres membres" in said


def test_a_signature_that_is_missing_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = replace(OURS, happenings=((1, LATER),))
    office = Office(tmp_path, told)
    office.key(1)
    entries = decode_journal(told.record(CLOSED)["journal.jsonl"])
    unsigned = [replace(e, signatures=e.signatures[:1]) for e in entries]
    files = told.record(CLOSED, unsigned)
    write_folder(tmp_path / "election", files)
    said = refused(office, capsys, "decrypt", "secret-1.key", "election", "--yes", *WORDS)
    assert "le journal de l'élection n'est pas valable" in said
    assert "§19.4" in said


def test_a_journal_that_forgot_what_the_key_has_seen_is_refused(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    head = OURS.head(CLOSED)
    for number, journal, sentence in (
        (1, OURS.journal_position(EventKind.RESULT), "ce journal est plus court"),
        (2, LogPosition(2, "0" * 64), "ce journal a changé des lignes"),
    ):
        office.key(number, seen=SeenBoard(head.height, head.hash, journal))
        record = office.record(CLOSED)
        key = f"secret-{number}.key"
        assert sentence in refused(office, capsys, "decrypt", key, record, "--yes", *WORDS)


def test_a_cancelled_election_is_not_decrypted(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.key(1)
    persons = (Member("Anne Petit", "directrice"), Member("Bruno Carré", "enseignant"))
    told = OURS.told(CLOSED)
    told.append((told[-1][0], told[-1][1], Cancelled("Une liste manquait", persons)))
    files = OURS.record(CLOSED, OURS.write(told))
    write_folder(office.folder / "election", files)
    said = refused(office, capsys, "decrypt", "secret-1.key", "election", "--yes", *WORDS)
    assert "annulée" in said


def test_the_warning_knows_the_amended_hours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The closing of this election lies ahead of any clock of today.
    far = HoursChanged(1, OPENS_AT, 4_102_444_800, 0, "Vote très long")
    office = Office(tmp_path, replace(OURS, happenings=((1, far),)))
    office.key(1)
    assert decrypt(office, office.record(CLOSED)) == 0
    assert "ATTENTION : le vote devait durer jusqu'au 1 janvier 2100" in capsys.readouterr().out


# ---------------------------------------------------------------- check-setup


def check_setup(*more: str) -> tuple[str, ...]:
    return ("check-setup", "secret-1.key", "election.zip", "--yes", *more, *WORDS)


@pytest.fixture
def before_opening(office: Office) -> Office:
    office.key(1, step=Step.KEY, fingerprint=None)
    office.record(EventKind.SETUP)
    return office


def test_checking_the_set_up_shows_the_booth_and_remembers_the_journal(
    before_opening: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert before_opening.run(*check_setup()) == 0
    said = capsys.readouterr().out
    for each in OURS.server_binding.booth:
        assert each.path in said
        assert each.sha256 in said
    seen = before_opening.memory(1).seen
    assert seen is not None
    assert seen.journal == OURS.journal_position(EventKind.SETUP)


def test_before_the_journal_begins_the_archive_is_enough(office: Office) -> None:
    office.key(1, step=Step.KEY, fingerprint=None)
    write_folder(office.folder, {"election.zip": OURS.archive(EventKind.SETUP)})
    assert office.run(*check_setup()) == 0
    seen = office.memory(1).seen
    assert seen is not None
    assert seen.journal is None


def test_once_there_are_ballots_it_is_not(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.key(1, step=Step.KEY, fingerprint=None)
    write_folder(office.folder, {"election.zip": OURS.archive(OPEN)})
    assert "l'archive seule ne suffit pas" in refused(office, capsys, *check_setup())


def booth_folder(office: Office, files: dict[str, bytes], *, flat: bool = False) -> str:
    for path, data in files.items():
        place = office.folder / "booth-files" / (Path(path).name if flat else path.lstrip("/"))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return "booth-files"


@pytest.mark.parametrize("flat", [True, False])
def test_downloaded_files_of_the_booth_are_compared(
    before_opening: Office, capsys: pytest.CaptureFixture[str], *, flat: bool
) -> None:
    folder = booth_folder(before_opening, BOOTH, flat=flat)
    assert before_opening.run(*check_setup("--booth", folder)) == 0
    assert "La page de vote est celle de l'élection : 2 fichiers." in capsys.readouterr().out


def test_another_file_of_the_booth_is_refused(
    before_opening: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = booth_folder(before_opening, {**BOOTH, "/booth/booth.js": b"steal()"})
    said = refused(before_opening, capsys, *check_setup("--booth", folder))
    assert "« /booth/booth.js »" in said
    assert "n'est pas celui que l'élection scelle" in said


def test_a_missing_file_of_the_booth_is_refused(
    before_opening: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = booth_folder(before_opening, {"/booth/booth.js": BOOTH["/booth/booth.js"]})
    said = refused(before_opening, capsys, *check_setup("--booth", folder))
    assert "« /booth/booth.css » de la page de vote n'est pas dans" in said


def test_an_election_on_files_has_no_booth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = SimulatedElection()
    office = Office(tmp_path, files)
    office.key(1, step=Step.KEY, fingerprint=None)
    office.record(EventKind.SETUP)
    assert "pas de page de vote" in refused(office, capsys, *check_setup("--booth", "."))
    assert office.run(*check_setup()) == 0


def test_a_lost_key_comes_back_and_decrypts_with_the_record(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    record, memory = office.record(CLOSED), memory_of(2)
    assert memory.decryption_key is not None
    copy = encode_paper(PaperKey(2, memory.seed, memory.decryption_key), OURS.uuid).reveal()
    (office.folder / "paper").write_text("\n".join(copy))
    (office.folder / "words").write_text(MEMBER_WORDS)
    restore = ("restore", "--uuid", OURS.uuid, "--archive", record, "--paper-file", "paper")
    assert office.run(*restore, *WORDS) == 0
    assert office.run("check-setup", "secret-2.key", record, "--yes", *WORDS) == 0
    assert "Aucune signature n'est à donner" in capsys.readouterr().out
    assert decrypt(office, record, 2) == 0


# ---------------------------------------------------------------- sign-amendment


def amendment(office: Office, body: Amendment, **changes: str) -> str:
    message = AmendmentMessage(office.election.uuid, office.election.election.fingerprint, body)
    data = replace(message, **changes).encode()  # type: ignore[arg-type]
    (office.folder / "amendment.json").write_bytes(data)
    return "amendment.json"


def sign_command(record: str = "election.zip") -> tuple[str, ...]:
    return ("sign-amendment", "secret-1.key", "amendment.json", record, "--yes", *WORDS)


@pytest.fixture
def voting(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(time, "time", lambda: float(OPENS_AT + 3600))
    office.key(1)
    office.record(OPEN)
    return office


def test_new_hours_are_shown_in_words_and_signed(
    voting: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    amendment(voting, LATER)
    assert voting.run(*sign_command()) == 0
    said = capsys.readouterr().out
    assert "Panne du réseau le matin" in said
    assert "Ouverture   : 10 octobre 2026 à 4 h 40 (heure de Paris), comme avant" in said
    assert "Clôture     : 11 octobre 2026 à 8 h 26 (heure de Paris)" in said
    assert "deviendra : 11 octobre 2026 à 10 h 26 (heure de Paris)" in said
    data = (voting.folder / "amendment-1-signature-1.json").read_bytes()
    message = AmendmentSignatureMessage.decode(data)
    key = OURS.trustees.threshold_parameters().certificates[0].verification_key
    verify_trustee_signature(key, OURS.statement_of(LATER), message.signed)
    seen = voting.memory(1).seen
    assert seen is not None
    assert seen.journal == OURS.journal_position(OPEN)


def test_new_files_of_the_booth_are_shown_one_by_one(
    voting: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    amendment(voting, BoothReplaced(1, NEW_BOOTH, "Faute d'accent"))
    assert voting.run(*sign_command()) == 0
    said = capsys.readouterr().out
    assert "retiré   : /booth/booth.css" in said
    assert "remplacé : /booth/booth.js" in said
    assert "ajouté   : /booth/new.js" in said
    assert "cd" * 32 in said


def test_an_unchanged_file_of_the_booth_is_said_to_be(
    voting: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    sealed = OURS.server_binding.booth
    amendment(voting, BoothReplaced(1, (*sealed, NEW_BOOTH[1]), "Un fichier de plus"))
    assert voting.run(*sign_command()) == 0
    assert "inchangé : /booth/booth.js" in capsys.readouterr().out


def test_saying_no_writes_nothing(voting: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    amendment(voting, LATER)
    monkeypatch.setattr("tally.console.ask", lambda _question: "non")
    without_yes = [each for each in sign_command() if each != "--yes"]
    assert voting.run(*without_yes) == 1
    assert not list(voting.folder.glob("amendment-1-*"))


NOT_NOW: dict[str, Amendment] = {
    "number 2": replace(LATER, amendment=2),
    "another opening": replace(LATER, opens_at=OPENS_AT + 60),
}


@pytest.mark.parametrize("body", NOT_NOW.values(), ids=NOT_NOW)
def test_an_amendment_that_may_not_follow_is_refused(
    voting: Office, capsys: pytest.CaptureFixture[str], body: Amendment
) -> None:
    amendment(voting, body)
    said = refused(voting, capsys, *sign_command())
    assert "n'est pas possible dans l'état de cette élection" in said
    assert "(règle §19.3)" in said


def test_an_amendment_after_the_closing_time_is_refused(
    voting: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    amendment(voting, LATER)
    monkeypatch.setattr(time, "time", lambda: float(CLOSES_AT))
    assert "(règle §19.3)" in refused(voting, capsys, *sign_command())


def test_an_amendment_after_the_closing_is_refused(
    voting: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    amendment(voting, LATER)
    voting.record(CLOSED)
    assert "(règle §19.3)" in refused(voting, capsys, *sign_command())


@pytest.mark.parametrize("change", [{"uuid": "1" * 14}, {"fingerprint": "A" * 43}])
def test_an_amendment_of_another_election_is_refused(
    voting: Office, capsys: pytest.CaptureFixture[str], change: dict[str, str]
) -> None:
    amendment(voting, LATER, **change)
    assert "celui d'une autre élection" in refused(voting, capsys, *sign_command())


def test_an_amendment_is_not_signed_on_an_archive_alone(
    voting: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    amendment(voting, LATER)
    write_folder(voting.folder, {"alone.bel": OURS.archive(OPEN)})
    assert "l'archive seule ne suffit pas" in refused(voting, capsys, *sign_command("alone.bel"))


def test_an_amendment_is_not_signed_on_a_journal_that_forgot(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    head = OURS.head(OPEN)
    office.key(1, seen=SeenBoard(head.height, head.hash, OURS.journal_position()))
    office.record(OPEN)
    amendment(office, LATER)
    assert "ce journal est plus court" in refused(office, capsys, *sign_command())


def test_a_key_that_is_not_sealed_signs_no_amendment(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.key(1, step=Step.KEY, fingerprint=None)
    office.record(OPEN)
    amendment(office, LATER)
    refused(office, capsys, *sign_command())


def test_an_election_on_files_is_not_amended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office(tmp_path, SimulatedElection())
    office.key(1)
    office.record(OPEN)
    amendment(office, LATER)
    assert "n'a pas de journal" in refused(office, capsys, *sign_command())


def test_another_file_is_no_amendment(voting: Office, capsys: pytest.CaptureFixture[str]) -> None:
    (voting.folder / "amendment.json").write_bytes(b'{"evote_decryption":1}')
    assert voting.run(*sign_command()) == 2
    assert "est une part du comptage" in capsys.readouterr().err
    (voting.folder / "amendment.json").write_bytes(b"{")
    assert voting.run(*sign_command()) == 2
    assert "n'est pas lisible comme" in capsys.readouterr().err


# ---------------------------------------------------------------- combine


def test_combining_shows_the_result_and_leaves_it_to_the_server(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    record = office.record(CLOSED)
    for number in (1, 3):
        office.key(number)
        assert decrypt(office, record, number) == 0
    capsys.readouterr()
    parts = ("decryption-1.json", "decryption-3.json")
    assert office.run("combine", record, *parts) == 0
    said = capsys.readouterr().out
    assert "FCPE : 2" in said
    assert f"evote election decryptions {OURS.uuid} decryption-*.json" in said
    assert not list(office.folder.glob("result*"))
    for option in ("--out", "--append"):
        said = refused(office, capsys, "combine", record, *parts, option, "result")
        assert "écrit par son serveur" in said


def test_combining_needs_the_record(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    write_folder(office.folder, {"alone.bel": OURS.archive(CLOSED)})
    said = refused(office, capsys, "combine", "alone.bel")
    assert "l'archive seule ne suffit pas" in said
