# SPDX-License-Identifier: AGPL-3.0-or-later
"""§20.3: a receipt whose board changed convicts; what cannot be told is not told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from audit.published import open_published
from audit.receipt_rulings import rule_receipt
from audit.receipts import decode_receipt
from audit.rulings import Ruled, Ruling
from audit.words import Unreadable
from tests.tamper.damage import SCHOOL, VILLAGE
from tests.tamper.forge.logs import STAMPED_AT, board_key, checkpoint_text, journal_key, root
from tests.tamper.forge.papers import promise, receipt, stamped
from tests.tamper.forge.remake import Forge
from tests.tamper.record import BOARD, SERVED, Files, served
from tests.tamper.surgery import Archive
from tests.tamper.test_served_election import leave_out
from tests.unit.audit.receipts import KEY, LATER, THIEF, Tell, ballot, of, replaced, whole
from tests.unit.audit.test_served_record import folder


def ruled(tmp_path: Path, data: bytes, files: Files) -> Ruled:
    tmp_path.mkdir(exist_ok=True)
    with open_published(folder(tmp_path / "record", files)) as published:
        return rule_receipt(decode_receipt(data), published, LATER)


# ------------------------------------------------------------------ what convicts


def without_ballot() -> Files:
    files = served()
    leave_out(files)
    return files


def with_another(number: int = 1) -> Files:
    """Another ballot in the place of one, and everything made good."""
    files = served()
    files.archive.datum("Ballot", number=number).edit(lambda b: b | {"credential": "0" * 64})
    files.archive.repair()
    return files


def ended_before() -> Files:
    """The server closed the board two ballots early."""
    files = served()
    for number in (3, 2):
        files.archive.remove(files.archive.entry("Ballot", number))
    end = files.archive.position(files.archive.events("EndBallots")[0])
    files.archive = Archive(files.archive.head, files.archive.members[: end + 1])
    files.archive.repair()
    return files


def rewritten_later() -> Files:
    """The ballot of the receipt is there; one after it is another."""
    return with_another(3)


CONVICTING: dict[str, tuple[int, Callable[[], Files]]] = {
    "its ballot was removed": (3, without_ballot),
    "a ballot before it was removed": (4, without_ballot),
    "its ballot was changed": (2, with_another),
    "the ballots end before it": (4, ended_before),
    "a ballot before it was changed": (3, with_another),
    "a ballot after it was changed": (2, rewritten_later),
}


@pytest.mark.parametrize("phrase", CONVICTING)
def test_a_receipt_whose_board_changed_convicts(phrase: str, tmp_path: Path, tell: Tell) -> None:
    index, make = CONVICTING[phrase]
    (tmp_path / "r").write_bytes(of(whole(), index))
    record = folder(tmp_path / "record", make())
    status, out = tell("receipt", tmp_path / "r", record)
    assert status == 1
    assert out.startswith("CE REÇU CONVAINC LE SERVEUR DE FAUTE, si l'empreinte ci-dessous")
    assert "la même clé a signé ce reçu et ce dossier" in out
    assert "comparez son empreinte à celle que montrent la lettre" in out
    assert "Gardez l'un et l'autre tels quels" in out
    assert "ne vaut rien" not in out
    status, out = tell("receipt", tmp_path / "r", record / "election.bel")
    assert status == 1
    assert "si cette archive est bien celle que le serveur a publiée" in out
    assert "téléchargez le dossier complet" in out


def test_a_receipt_of_a_board_beyond_the_result_convicts(tmp_path: Path) -> None:
    """Nothing follows a result, so whoever signed a larger board signed two."""
    files = whole()
    events = [*files.events(), b"{}"]
    assert ruled(tmp_path, of(files, 2, events), files).ruling is Ruling.CONVICTS


def test_an_open_board_that_changed_convicts_too(tmp_path: Path) -> None:
    """Whether what changed is before the ballot or after it, and however long the record is."""
    files = whole()
    for index, number, length in ((2, 3, 5), (3, 0, 5), (3, 0, 4)):
        board = with_another(number)
        events = [member for member in board.archive.members if member.is_event]
        end = board.archive.position(events[length - 1])
        board.archive = Archive(board.archive.head, board.archive.members[: end + 1])
        found = ruled(
            tmp_path / f"{index}{number}{length}", of(files, index, files.events()[:5]), board
        )
        assert found.ruling is Ruling.CONVICTS


@pytest.mark.parametrize(
    ("late", "size", "convicts"),
    [(1, 4, True), (0, 4, False), (-1, 4, False), (1, 5, False), (1, 3, True), (0, 3, False)],
)
def test_a_board_that_was_shortened_convicts(
    late: int, size: int, *, convicts: bool, tmp_path: Path
) -> None:
    """Signed later than the receipt's and smaller, whether the ballot is still there or not."""
    files = whole()
    data = of(files, 3, files.events()[:5])
    board = served(until="Ballot")
    end = board.archive.position([m for m in board.archive.members if m.is_event][size - 1])
    board.archive = Archive(board.archive.head, board.archive.members[: end + 1])
    board.instead[BOARD] = stamped(board.events(), KEY, STAMPED_AT + late)
    assert (ruled(tmp_path, data, board).ruling is Ruling.CONVICTS) == convicts


def test_a_checkpoint_that_gives_its_root_another_size_convicts(tmp_path: Path) -> None:
    """The path to a leaf is the same in trees of some sizes, and the server signed this one."""
    files = whole()
    text = checkpoint_text(KEY.name, 9, root(files.events()))
    head = of(files, 2).split(b"\n\n", 1)[0] + b"\n\n"
    data = head + text + b"\n" + KEY.line(text)
    assert ruled(tmp_path, data, files).ruling is Ruling.CONVICTS


# ------------------------------------------------------------------ what cannot be told


def test_a_record_that_is_older_tells_little(tmp_path: Path, tell: Tell) -> None:
    files, early = whole(), served(until="Ballot")
    (tmp_path / "late").write_bytes(of(files, 4))
    status, out = tell("receipt", tmp_path / "late", folder(tmp_path / "early", early))
    assert (status, "le dossier donné est plus ancien que le reçu" in out) == (0, True)
    earliest = served(until="Ballot")
    end = earliest.archive.position(earliest.archive.events("Ballot")[1])
    earliest.archive = Archive(earliest.archive.head, earliest.archive.members[: end + 1])
    status, out = tell("receipt", tmp_path / "late", folder(tmp_path / "earliest", earliest))
    assert status == 0
    assert out.startswith("On ne peut pas encore le dire : ce dossier est trop ancien")
    assert "3 événements et ne va pas jusqu'à la place 4" in out
    end = earliest.archive.position(earliest.archive.events("Setup")[0])
    earliest.archive = Archive(earliest.archive.head, earliest.archive.members[: end + 1])
    _, out = tell("receipt", tmp_path / "late", folder(tmp_path / "sealed", earliest))
    assert "1 événement et ne va pas jusqu'à la place 4" in out


def test_the_record_of_another_election_tells_nothing(tmp_path: Path, tell: Tell) -> None:
    (tmp_path / "r").write_bytes(
        receipt(whole().events(), 2, ballot(whole(), 1), board_key("AnotherEleCtion"))
    )
    status, out = tell("receipt", tmp_path / "r", folder(tmp_path / "record", whole()))
    assert status == 1
    assert out.startswith("Ce reçu n'est pas de l'élection de ce dossier")
    assert "imitation" not in out


def test_a_receipt_of_this_number_and_another_site_sends_nobody_there(
    tmp_path: Path, tell: Tell
) -> None:
    """A false site has a key of its own, and the number of the election that it imitates."""
    false = board_key(SERVED.uuid, "imitation.example")
    record = folder(tmp_path / "record", whole())
    (tmp_path / "r").write_bytes(receipt(whole().events(), 2, ballot(whole(), 1), false))
    (tmp_path / "p").write_bytes(promise(whole().events()[2], 2, ballot(whole(), 1), false))
    for name, what in (("r", "ce reçu"), ("p", "cette promesse")):
        status, out = tell("receipt", tmp_path / name, record)
        assert status == 1
        assert out.startswith(f"{what.capitalize()} n'est pas de l'élection de ce dossier")
        assert "même numéro sur un autre site, peut-être une imitation" in out
        assert f"gardez {what} et prévenez le bureau" in " ".join(out.split())
    (tmp_path / "j").write_bytes(
        promise(whole().events()[2], 2, ballot(whole(), 1), journal_key(SERVED.uuid))
    )
    assert "imitation" not in tell("receipt", tmp_path / "j", record)[1]


UNUSABLE: dict[str, Callable[[Files], object]] = {
    "an event changed": lambda f: f.archive.events("Ballot")[1].edit(lambda e: e | {"height": 9}),
    "a checkpoint by somebody else": lambda f: f.instead.update(
        {BOARD: THIEF.checkpoint(f.events())}
    ),
    "a checkpoint of less": lambda f: f.instead.update({BOARD: KEY.checkpoint(f.events()[:-1])}),
    "a checkpoint of another origin": lambda f: f.instead.update(
        {BOARD: KEY.checkpoint(f.events(), origin="ailleurs.fr/x/board")}
    ),
    "a checkpoint that is none": lambda f: f.instead.update({BOARD: b"x"}),
    "a false stamp": lambda f: f.instead.update(
        {BOARD: KEY.checkpoint(f.events()) + KEY.stamper.line(b"x")}
    ),
}


@pytest.mark.parametrize("cut", [1, 40, 200, 300, "the hashes"])
def test_nobody_is_sent_back_by_the_damaged_receipt_of_an_imitation(
    cut: int | str, tmp_path: Path, tell: Tell
) -> None:
    """Its name stands before what was cut."""
    record = folder(tmp_path / "record", whole())
    false = board_key(SERVED.uuid, "imitation.example")
    data = receipt(whole().events(), 2, ballot(whole(), 1), false)
    end = data.index(b"index 2\n") if isinstance(cut, str) else len(data) - cut
    (tmp_path / "r").write_bytes(data[:end])
    status, out = tell("receipt", tmp_path / "r", record)
    assert status == 1
    assert out.startswith("Ce reçu n'est pas de l'élection de ce dossier")
    assert "même numéro sur un autre site, peut-être une imitation" in out
    assert "ne retournez pas sur le site qui l'a fait" in out
    assert "Reprenez le reçu" not in out


def test_a_receipt_of_this_election_that_is_cut_is_taken_again(tmp_path: Path, tell: Tell) -> None:
    record = folder(tmp_path / "record", whole())
    data = of(whole(), 2)
    for end in (-2, -40, data.index(b"index"), 100):
        (tmp_path / "r").write_bytes(data[:end])
        status, out = tell("receipt", tmp_path / "r", record)
        assert status == 1
        assert out.startswith("Ce reçu ne vaut rien, et n'accuse personne")
        assert "Reprenez le reçu sur la page de l'élection" in out


@pytest.mark.parametrize("phrase", UNUSABLE)
def test_a_record_at_fault_gives_no_verdict(phrase: str, tmp_path: Path, tell: Tell) -> None:
    files = served()
    UNUSABLE[phrase](files)
    (tmp_path / "r").write_bytes(of(whole(), 2))
    status, out = tell("receipt", tmp_path / "r", folder(tmp_path / "record", files))
    assert (status, out[:50]) == (2, "Aucun verdict : le dossier donné n'est pas en règl")
    assert "evote-audit verify" in out


def test_an_election_without_server_has_no_receipts(tmp_path: Path) -> None:
    for name, world in (("a", SCHOOL), ("b", VILLAGE)):
        (tmp_path / name).write_bytes(Forge(world).archive())
        with pytest.raises(Unreadable), open_published(tmp_path / name):
            pass


def test_what_is_no_receipt_gives_no_verdict(tmp_path: Path, tell: Tell) -> None:
    for data in (b"", b"{}", b"BELENIOS", of(whole(), 2)[1:], bytes(70_000)):
        (tmp_path / "r").write_bytes(data)
        status, out = tell("receipt", tmp_path / "r")
        assert (status, "ni un reçu ni une promesse" in out) == (2, True)
    assert tell("receipt", tmp_path / "none")[0] == 2
    (tmp_path / "r").write_bytes(replaced(0, "evote-receipt 2"))
    status, out = tell("receipt", tmp_path / "r")
    assert (status, "reçu de version « 2 »" in out) == (2, True)
