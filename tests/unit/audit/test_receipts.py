# SPDX-License-Identifier: AGPL-3.0-or-later
"""§20.2, §20.3: what a receipt proves alone, and what it comes to beside a record."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path

import pytest

from audit.as_given import as_given
from audit.published import open_published
from audit.receipt_rulings import rule_receipt
from audit.receipts import decode_receipt, verify_receipt
from audit.rulings import Ruling
from audit.trackers import tracker_of
from tests.tamper.forge.papers import extra, tracker
from tests.tamper.record import SERVED
from tests.unit.audit.receipts import COUNT, KEY, LATER, Tell, ballot, of, whole
from tests.unit.audit.test_promises import of as promise
from tests.unit.audit.test_served_record import folder, zipped

# ------------------------------------------------------------------ what holds


@pytest.mark.parametrize("index", range(1, COUNT + 1))
def test_a_receipt_holds_alone_and_beside_the_record(tmp_path: Path, index: int) -> None:
    files = whole()
    events, record = files.events(), folder(tmp_path / "record", files)
    for size in range(index + 1, len(events) + 1):
        data = of(files, index, events[:size])
        verify_receipt(decode_receipt(data))
        with open_published(record) as published:
            assert rule_receipt(decode_receipt(data), published, LATER).ruling is Ruling.HOLDS


def test_its_tracker_is_that_of_the_ballot() -> None:
    files = whole()
    for index in range(1, COUNT + 1):
        read = decode_receipt(of(files, index))
        assert read.tracker == tracker(ballot(files, index - 1))
        assert tracker_of(ballot(files, index - 1)) == read.tracker


def test_a_receipt_alone_says_what_it_does_not_prove(tmp_path: Path, tell: Tell) -> None:
    (tmp_path / "r").write_bytes(of(whole(), 2))
    status, out = tell("receipt", tmp_path / "r")
    assert status == 0
    assert out.startswith("Ce reçu tient : qui a la clé de l'urne ci-dessous a publié ce bulletin.")
    assert f"Clé de l'urne : {KEY.vkey}" in out
    assert "Place dans l'urne : 2, dans une urne de taille 10 signée le 10 octobre 2026" in out
    assert "Comparez la clé à celle que montrent la page de l'élection, la lettre" in out
    assert "Seul, il ne prouve pas que cette clé est celle de votre élection" in out
    assert "ni qui a voté, ni quel choix" in out
    status, out = tell("receipt", tmp_path / "r", "--lang", "en")
    assert (status, out[:20]) == (0, "This receipt holds: ")


def test_a_receipt_beside_folder_zip_or_archive_holds(tmp_path: Path, tell: Tell) -> None:
    files = whole()
    record = folder(tmp_path / "record", files)
    (tmp_path / "r").write_bytes(of(files, 3))
    for given in (record, zipped(tmp_path / "r.zip", record), record / "election.bel"):
        status, out = tell("receipt", tmp_path / "r", given)
        assert status == 0
        first, _, rest = out.partition(" Constat : ")
        signed = "Ce reçu tient : le bulletin est dans l'urne."
        assert (first == signed) == (given.suffix != ".bel")
        assert first.startswith("Ce reçu tient")
        assert rest.startswith("le bulletin")
        assert f"Suivi du bulletin : {tracker(ballot(files, 2))}" in out


def test_nothing_in_a_receipt_is_of_a_voter_or_a_choice() -> None:
    """It is made of what the board shows of every ballot alike: no member more, one length."""
    files = whole()
    receipts = [of(files, index) for index in range(1, COUNT + 1)]
    assert len({len(data) for data in receipts}) == 1
    for index, data in enumerate(receipts, 1):
        lines = data.decode().split("\n")
        extras = b64decode(lines[1].removeprefix("extra ")).decode()
        assert extras == "".join(
            f"{x}\n" for x in extra(files.events()[index], ballot(files, index - 1), KEY.vkey)
        )
        hidden = [label for label, names in SERVED.lists for label in (label, *names)]
        assert not [word for word in hidden if word in data.decode() + extras]


MANGLED = {
    "line ends of Windows": lambda data: data.replace(b"\n", b"\r\n"),
    "a mark of an editor": lambda data: b"\xef\xbb\xbf" + data,
    "no newline at the end": lambda data: data.rstrip(b"\n"),
    "lines after the end": lambda data: data + b"\r\n\r\n",
    "lines before it": lambda data: b"\n" + data,
    "all of it": lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n") + b"  \r\n",
}


@pytest.mark.parametrize("how", MANGLED)
def test_what_mail_and_editors_change_is_no_fault_of_receipt_or_promise(
    how: str, tmp_path: Path, tell: Tell
) -> None:
    files = whole()
    record = folder(tmp_path / "record", files)
    promised = promise(2)
    for data, words in ((of(files, 2), "Ce reçu tient"), (promised, "Cette promesse a été tenue")):
        (tmp_path / "r").write_bytes(MANGLED[how](data))
        status, out = tell("receipt", tmp_path / "r", record)
        assert status == 0
        assert out.startswith(words)
        assert as_given(MANGLED[how](data)) == data


def test_a_promise_that_is_worth_nothing_is_not_to_be_taken_as_a_receipt(
    tmp_path: Path, tell: Tell
) -> None:
    files = whole()
    record = folder(tmp_path / "record", files)
    (tmp_path / "r").write_bytes(promise(2)[:-40])
    status, out = tell("receipt", tmp_path / "r", record)
    assert status == 1
    assert "Reprenez la promesse telle que la page du vote l'a donnée" in out
    assert "Reprenez le reçu" not in out


def test_what_is_no_paper_is_left_as_it_is() -> None:
    large = of(whole(), 2) + b" " * 2**16
    for data in (b"", b"\xef\xbb\xbfPK\x03\x04\r\n", b"https://x/e/1/receipt#12\r\n", large):
        assert as_given(data) == data
