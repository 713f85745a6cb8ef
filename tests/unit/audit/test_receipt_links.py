# SPDX-License-Identifier: AGPL-3.0-or-later
"""§20.4: a receipt as a link gets the verdict and the words of its file."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.notes import decode_key
from audit.receipt_links import MAX_DIGITS, decode_receipt_link
from audit.receipts import decode_receipt, verify_receipt
from audit.words import Malformed, Unreadable
from tests.agreement.test_log_vectors import LINKS
from tests.tamper.forge.logs import board_key
from tests.tamper.forge.papers import promise, receipt
from tests.tamper.record import served
from tests.tamper.surgery import Archive
from tests.unit.audit.receipts import COUNT, KEY, THIEF, Tell, ballot, link, of, whole
from tests.unit.audit.test_convicting_receipts import CONVICTING
from tests.unit.audit.test_served_record import folder

LINK = link(whole(), 2)
PAGE, DIGITS = LINK.split("#")
VECTOR_PAGE = "https://{}/e/{}/receipt#".format(*LINKS["board_key"].split("/")[:2])


def unstamped(words: str) -> str:
    """Without the time of the stamp, which a link leaves out."""
    return re.sub(r" signée le [^.]*? UTC", "", words)


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return folder(tmp_path / "record", whole())


# ------------------------------------------------------------------ one verdict with the file


@pytest.mark.parametrize("index", range(1, COUNT + 1))
def test_a_link_holds_beside_the_record_in_the_words_of_the_file(
    tmp_path: Path, record: Path, tell: Tell, index: int
) -> None:
    files = whole()
    events = files.events()
    for size in range(index + 1, len(events) + 1):
        (tmp_path / "r").write_bytes(of(files, index, events[:size]))
        status, words = tell("receipt", tmp_path / "r", record)
        assert status == 0
        assert tell("receipt", link(files, index, events[:size]), record) == (0, unstamped(words))


@pytest.mark.parametrize("phrase", CONVICTING)
def test_a_link_whose_board_changed_convicts_as_the_file_does(
    phrase: str, tmp_path: Path, tell: Tell
) -> None:
    index, make = CONVICTING[phrase]
    (tmp_path / "r").write_bytes(of(whole(), index))
    changed = folder(tmp_path / "changed", make())
    status, words = tell("receipt", tmp_path / "r", changed)
    assert (status, words.startswith("CE REÇU CONVAINC LE SERVEUR DE FAUTE")) == (1, True)
    assert tell("receipt", link(whole(), index), changed) == (1, unstamped(words))


def test_a_record_that_is_older_waits_for_link_and_file(tmp_path: Path, tell: Tell) -> None:
    early = served(until="Ballot")
    end = early.archive.position(early.archive.events("Ballot")[1])
    early.archive = Archive(early.archive.head, early.archive.members[: end + 1])
    (tmp_path / "r").write_bytes(of(whole(), 4))
    given = folder(tmp_path / "given", early)
    status, words = tell("receipt", tmp_path / "r", given)
    assert (status, words.startswith("On ne peut pas encore le dire")) == (0, True)
    assert tell("receipt", link(whole(), 4), given) == (status, unstamped(words))


def test_the_record_of_another_election_tells_nothing_of_link_or_file(
    tmp_path: Path, record: Path, tell: Tell
) -> None:
    other = board_key("AnotherEection")
    (tmp_path / "r").write_bytes(receipt(whole().events(), 2, ballot(whole(), 1), other))
    status, words = tell("receipt", tmp_path / "r", record)
    assert (status, words.startswith("Ce reçu n'est pas de l'élection de ce dossier")) == (1, True)
    assert tell("receipt", link(whole(), 2, key=other), record) == (status, words)


def test_a_link_of_another_site_is_of_another_election(record: Path, tell: Tell) -> None:
    host = KEY.name.partition("/")[0]
    status, words = tell("receipt", LINK.replace(host, f"not.{host}"), record)
    assert (status, "Ce reçu n'est pas de l'élection de ce dossier" in words) == (1, True)


def test_every_link_of_the_vectors_is_the_receipt_of_its_file() -> None:
    valid = [case for case in LINKS["links"] if case["expect"] == "valid"]
    assert len(valid) >= 4
    for case in valid:
        read = decode_receipt_link(VECTOR_PAGE + case["digits"])
        found = read.receipt(decode_key(LINKS["board_key"]))
        verify_receipt(found)
        assert found == decode_receipt(case["receipt"].encode())


# ------------------------------------------------------------------ how it is given


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n", "\r", "\n\r\n", " \n", " "])
def test_a_text_file_holds_the_link(end: str, tmp_path: Path, record: Path, tell: Tell) -> None:
    (tmp_path / "link.txt").write_bytes(LINK.encode() + end.encode())
    expected = tell("receipt", LINK, record)
    assert expected[0] == 0
    assert tell("receipt", tmp_path / "link.txt", record) == expected


@pytest.mark.parametrize("around", ["{} ", " {}", "{}\n", "{}\N{NO-BREAK SPACE}"])
def test_a_link_is_taken_with_the_space_that_was_copied_with_it(
    around: str, record: Path, tell: Tell
) -> None:
    assert tell("receipt", around.format(LINK), record) == tell("receipt", LINK, record)


@pytest.mark.parametrize("end", ["\n# mine\n", " 1\n", "\0"])
def test_a_text_file_holds_the_link_and_nothing_else(
    end: str, tmp_path: Path, record: Path, tell: Tell
) -> None:
    (tmp_path / "link.txt").write_bytes(LINK.encode() + end.encode())
    status, words = tell("receipt", tmp_path / "link.txt", record)
    assert status == 1
    assert "pas un numéro en chiffres de 0 à 9 (protocole §20.4)" in words


GIVEN: dict[str, Callable[[], bytes]] = {
    "a link": lambda: LINK.encode() + b"\n",
    "a receipt": lambda: of(whole(), 2),
    "a promise": lambda: promise(whole().events()[2], 2, ballot(whole(), 1), KEY),
}


@pytest.mark.parametrize("what", GIVEN)
def test_standard_input_is_read_like_a_file(
    what: str, tmp_path: Path, record: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = GIVEN[what]()
    (tmp_path / "given").write_bytes(data)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    expected = tell("receipt", tmp_path / "given", record)
    assert expected[0] == 0
    assert tell("receipt", "-", record) == expected


def test_a_site_on_ones_own_machine_has_no_https(record: Path, tell: Tell) -> None:
    plain = LINK.replace("https://", "http://")
    assert tell("receipt", plain, record) == tell("receipt", LINK, record)


def test_without_the_record_there_is_no_verdict(tell: Tell) -> None:
    """A link leaves out the board's key."""
    status, words = tell("receipt", LINK)
    assert status == 2
    assert "la clé de l'urne n'y est pas (protocole §20.4)" in words
    assert "evote-audit receipt LIEN DOSSIER" in words
    status, words = tell("receipt", LINK, "--lang", "en")
    assert (status, words[:43]) == (2, "No verdict: a receipt's link cannot be veri")


# ------------------------------------------------------------------ what is refused


MALFORMED = [case for case in LINKS["links"] if case["expect"] == "malformed"]
# What is copied with a link, which the command takes back; whoever decodes it is strict.
MENDED = ("a space after", "a newline after")


@pytest.mark.parametrize("case", MALFORMED, ids=lambda case: str(case["name"]))
def test_wrong_digits_are_worth_nothing_and_accuse_nobody(
    case: dict[str, str], record: Path, tell: Tell
) -> None:
    with pytest.raises(Malformed):
        decode_receipt_link(f"{PAGE}#{case['digits']}")
    for more in () if case["name"] in MENDED else ((), (record,)):
        status, words = tell("receipt", f"{PAGE}#{case['digits']}", *more)
        assert status == 1
        assert re.fullmatch(
            r"Ce reçu ne vaut rien, et n'accuse personne : un lien mal formé, [^.]*"
            r" \(protocole §20\.4\) Reprenez le reçu sur la page de l'élection,"
            r" avec le suivi de votre bulletin\.",
            words,
        )


def test_a_link_of_another_key_is_worth_nothing(record: Path, tell: Tell) -> None:
    """Of the right site and election: forged, or damaged where no form shows it."""
    status, words = tell("receipt", link(whole(), 2, key=THIEF), record)
    assert status == 1
    assert words.startswith("Ce reçu ne vaut rien, et n'accuse personne.")
    assert "n'est pas signé par cette clé" in words


@pytest.mark.parametrize("place", range(0, len(DIGITS), 23))
def test_no_digit_may_change(place: int, record: Path, tell: Tell) -> None:
    digit = (int(DIGITS[place]) + 1) % 10
    changed = f"{PAGE}#{DIGITS[:place]}{digit}{DIGITS[place + 1 :]}"
    assert tell("receipt", changed, record)[0] == 1


@pytest.mark.parametrize(
    "address",
    [
        "https://",
        "https://#" + DIGITS,
        PAGE,
        PAGE + "/#" + DIGITS,
        PAGE + "?x=1#" + DIGITS,
        PAGE.replace("/receipt", "") + "#" + DIGITS,
        PAGE.replace("/e/", "/v/") + "#" + DIGITS,
        PAGE.replace("/e/", "/fr/e/") + "#" + DIGITS,
        PAGE.replace("https://", "https://user@") + "#" + DIGITS,
        PAGE.replace("https://", "https://É") + "#" + DIGITS,
        PAGE.replace("/e/", "/e/0") + "#" + DIGITS,
        PAGE + "%23" + DIGITS,
        "https://" + "a" * 300 + "/e/" + KEY.name.split("/")[1] + "/receipt#" + DIGITS,
    ],
)
def test_another_address_gives_no_verdict(address: str, record: Path, tell: Tell) -> None:
    status, words = tell("receipt", address, record)
    assert status == 2
    assert "ce lien n'est pas celui d'un reçu (protocole §20.4)" in words
    assert "https://SITE/e/NUMÉRO/receipt#CHIFFRES" in words


def test_nothing_of_a_letters_link_is_repeated(tmp_path: Path, record: Path, tell: Tell) -> None:
    """It has a parent's secret code, and whoever gives it by mistake may show the answer around."""
    letter = PAGE.replace("/e/", "/v/").replace("/receipt", "") + "#4S3CR-3T5"
    (tmp_path / "link.txt").write_text(letter)
    for given in (letter, tmp_path / "link.txt"):
        for more in ((), (record,)):
            status, words = tell("receipt", given, *more)
            assert (status, "4S3CR" in words) == (2, False)


def test_a_huge_link_is_refused_before_it_is_made_a_number(
    tmp_path: Path, record: Path, tell: Tell
) -> None:
    for length in (MAX_DIGITS + 1, 5_000, 60_000, 2_000_000):
        (tmp_path / "link.txt").write_text(f"{PAGE}#{'1' * length}")
        status, words = tell("receipt", tmp_path / "link.txt", record)
        assert (status, "un numéro trop long" in words) == (1, True)
    with pytest.raises(Malformed, match="cut, added to"):
        decode_receipt_link(f"{PAGE}#{'1' * MAX_DIGITS}")


def test_a_link_is_read_by_its_own_reader_alone() -> None:
    for text in ("", "-", DIGITS, "ftp" + LINK[5:], LINK.upper(), " " + LINK):
        with pytest.raises(Unreadable):
            decode_receipt_link(text)
    assert decode_receipt_link(LINK).origin == board_key(KEY.name.split("/")[1]).name
