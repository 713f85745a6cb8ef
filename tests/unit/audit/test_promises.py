# SPDX-License-Identifier: AGPL-3.0-or-later
"""§20.1, §20.3: a promise is kept, waits, or convicts; what is none is worth nothing."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from audit.moments import moment
from audit.notes import decode_key
from audit.promises import decode_promise
from audit.receipt_words import UNDATED_ARCHIVE
from audit.words import Malformed
from tests.tamper.forge.journal import CLOSES_AT
from tests.tamper.forge.logs import STAMPED_AT, board_key, journal_key
from tests.tamper.forge.papers import promise, signed_note, stamped
from tests.tamper.record import BOARD, SERVED, Files, served
from tests.tamper.surgery import Archive
from tests.unit.audit.receipts import KEY, THIEF, Tell, ballot, whole
from tests.unit.audit.test_convicting_receipts import ended_before, with_another, without_ballot
from tests.unit.audit.test_served_record import folder

Make = Callable[[], Files]


def of(index: int = 3, until: int = STAMPED_AT) -> bytes:
    """The promise of the ballot at this place of the whole election."""
    files = whole()
    return promise(files.events()[index], index, ballot(files, index - 1), KEY, until)


NOW, YEAR = STAMPED_AT + 7200, 366 * 86_400
LINES = of().decode().split("\n")[:6]


def cut(events: int) -> Files:
    """The board as it was with so many events."""
    files = served(until="Ballot")
    end = files.archive.position([m for m in files.archive.members if m.is_event][events - 1])
    files.archive = Archive(files.archive.head, files.archive.members[: end + 1])
    return files


def published_at(time: int, make: Make) -> Files:
    """The record with a stamp of this time."""
    files = make()
    files.instead[BOARD] = stamped(files.events(), KEY, time)
    return files


def test_a_promise_is_read() -> None:
    read = decode_promise(of())
    assert (read.index, read.until, read.origin) == (3, STAMPED_AT, KEY.name)
    assert read.ballot == sha256(ballot(whole(), 2)).hexdigest()
    assert read.signed_by(decode_key(KEY.vkey))
    assert not read.signed_by(decode_key(THIEF.vkey))
    assert not read.signed_by(decode_key(journal_key(SERVED.uuid).vkey))
    elsewhere = decode_promise(another(1, journal_key(SERVED.uuid).name))
    assert not elsewhere.signed_by(decode_key(KEY.vkey))


def another(at: int, line: str) -> bytes:
    return signed_note([*LINES[:at], line, *LINES[at + 1 :]], KEY)


MALFORMED: dict[str, bytes] = {
    "a line less": signed_note(LINES[:5], KEY),
    "a line more": signed_note([*LINES, "more"], KEY),
    "lines in another order": signed_note([*LINES[:2], LINES[3], LINES[2], *LINES[4:]], KEY),
    "another version": another(0, "evote/v2/promise"),
    "no origin": another(1, ""),
    "a hash in capitals": another(2, f"ballot {'A' * 64}"),
    "a hash of 63 digits": another(2, f"ballot {'a' * 63}"),
    "a leaf in base64": another(3, "event " + "A" * 43 + "="),
    "two spaces": another(3, LINES[3].replace(" ", "  ")),
    "an index of nine digits": another(4, "index 000000003"),
    "an index of eleven digits": another(4, "index 00000000003"),
    "an index in other digits": another(4, "index 000000000\u0663"),
    "a time with a sign": another(5, "until +791603600"),
    "another word": another(5, "before 1791603600"),
    "no signature": of().rpartition(b"\n\n")[0] + b"\n\n",
    "two signatures": of() + THIEF.line(b"x"),
    "two signatures of the key": of() + KEY.line(of().partition(b"\n\n")[0] + b"\n"),
    "no newline at the end": of()[:-1],
    "an empty line at the end": of() + b"\n",
}


# What mail and editors do, which whoever reads the file takes back: ``audit/as_given.py``.
MENDED = ("no newline at the end", "an empty line at the end")


@pytest.mark.parametrize("phrase", MALFORMED)
def test_what_is_not_a_promise_is_worth_nothing(phrase: str, tmp_path: Path, tell: Tell) -> None:
    with pytest.raises(Malformed):
        decode_promise(MALFORMED[phrase])
    (tmp_path / "p").write_bytes(MALFORMED[phrase])
    status, out = tell("receipt", tmp_path / "p", folder(tmp_path / "record", whole()))
    if phrase in MENDED:
        assert (status, out.startswith("Cette promesse a été tenue")) == (0, True)
        return
    found = 2 if phrase == "another version" else 1
    assert (status, "CONVAINC" in out) == (found, False)
    assert out.startswith("Cette promesse ne vaut rien, et n'accuse personne : ") == (found == 1)


def test_every_bit_of_a_promise_matters() -> None:
    data, key = of(), decode_key(KEY.vkey)
    for place in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            try:
                read = decode_promise(bytes(changed))
            except Malformed:
                continue
            assert not read.signed_by(key), (place, bit)


RULED: dict[str, tuple[bytes, Make, int, str]] = {
    "kept": (of(), whole, 0, "Cette promesse a été tenue"),
    "kept, whatever the time": (of(until=1), whole, 0, "Cette promesse a été tenue"),
    "kept, while the vote is open": (of(4), lambda: cut(5), 0, "Cette promesse a été tenue"),
    "waits": (of(4), lambda: cut(4), 0, "On ne peut pas encore le dire"),
    "waits until its last second": (
        of(4),
        lambda: published_at(STAMPED_AT, lambda: cut(4)),
        0,
        "On ne peut pas encore le dire",
    ),
    "not published in time": (
        of(4),
        lambda: published_at(STAMPED_AT + 1, lambda: cut(4)),
        1,
        "CETTE PROMESSE CONVAINC LE SERVEUR",
    ),
    "published late, but published": (
        of(4),
        lambda: published_at(STAMPED_AT + 1, lambda: cut(5)),
        0,
        "Cette promesse a été tenue",
    ),
    "another event in its place": (of(2), with_another, 1, "CETTE PROMESSE CONVAINC LE SERVEUR"),
    "its ballot removed": (of(3), without_ballot, 1, "CETTE PROMESSE CONVAINC LE SERVEUR"),
    "the ballots ended before it": (of(4), ended_before, 1, "CETTE PROMESSE CONVAINC LE SERVEUR"),
    "of an event that is no ballot's": (
        promise(whole().events()[5], 5, ballot(whole(), 3), KEY),
        whole,
        1,
        "CETTE PROMESSE CONVAINC LE SERVEUR",
    ),
    "of an event with another ballot": (
        promise(whole().events()[3], 3, ballot(whole(), 1), KEY),
        whole,
        1,
        "CETTE PROMESSE CONVAINC LE SERVEUR",
    ),
    "of an event after another ballot": (
        of(3),
        with_another,
        1,
        "CETTE PROMESSE CONVAINC LE SERVEUR",
    ),
    "of the place of the set-up": (
        promise(whole().events()[0], 0, ballot(whole(), 0), KEY),
        whole,
        1,
        "CETTE PROMESSE CONVAINC LE SERVEUR",
    ),
    "beyond a board that has ended": (
        promise(b"{}", 99, ballot(whole(), 1), KEY),
        whole,
        1,
        "CETTE PROMESSE CONVAINC LE SERVEUR",
    ),
    "of a thief's key": (
        promise(whole().events()[3], 3, ballot(whole(), 2), THIEF),
        whole,
        1,
        "Cette promesse ne vaut rien, et n'accuse personne",
    ),
    "of the journal's key, about the board": (
        signed_note(LINES, journal_key(SERVED.uuid)),
        whole,
        1,
        "Cette promesse ne vaut rien, et n'accuse personne",
    ),
    "of another election": (
        promise(whole().events()[3], 3, ballot(whole(), 2), board_key("AnotherEleCtion")),
        whole,
        1,
        "Cette promesse n'est pas de l'élection de ce dossier",
    ),
}


YEAR_2286 = 10**10 - 1
FAR: dict[str, tuple[int, int, str]] = {
    "as far as a promise goes": (NOW + 960, 0, "On ne peut pas encore le dire"),
    "a second more": (NOW + 961, 2, "Réglez d'abord l'horloge de cet ordinateur, ou donnez"),
    "a year after the closing": (CLOSES_AT + YEAR, 2, "Réglez d'abord l'horloge de cet"),
    "beyond any closing": (CLOSES_AT + YEAR + 1, 1, "CETTE PROMESSE CONVAINC LE SERVEUR DE FAUTE"),
    "for the year 2286": (YEAR_2286, 1, "CETTE PROMESSE CONVAINC LE SERVEUR DE FAUTE, à elle"),
}


@pytest.mark.parametrize("phrase", FAR)
def test_a_promise_for_a_time_too_far_away_is_named_at_once(
    phrase: str, tmp_path: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.receipt_report.time.time", lambda: NOW + 0.5)
    until, status, first = FAR[phrase]
    (tmp_path / "p").write_bytes(of(4, until))
    early = folder(tmp_path / "record", cut(4))
    for record in (early / "election.bel", early):
        found, out = tell("receipt", tmp_path / "p", record)
        undated = record is not early and not status
        said = UNDATED_ARCHIVE.fr if undated else first
        assert (found, out[: len(said)]) == (status, said), out
        assert ("portez-en une copie" in out) == (status != 0)
        assert tell("receipt", tmp_path / "p", record, "--lang", "en")[0] == status


def test_by_the_last_stamp_a_slow_clock_makes_no_promise_wrong(
    tmp_path: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.receipt_report.time.time", lambda: STAMPED_AT - 86_400)
    record = folder(tmp_path / "record", published_at(STAMPED_AT, lambda: cut(4)))
    for until, status in ((STAMPED_AT + 1560, 0), (STAMPED_AT + 1561, 2)):
        (tmp_path / "p").write_bytes(of(4, until))
        found, out = tell("receipt", tmp_path / "p", record)
        assert found == status
        if status:  # by what is first to be set right, and how far the record goes by itself
            said = " ".join(out.split())
            assert said.startswith("Réglez d'abord l'horloge de cet ordinateur")
            assert "Si elle est juste, CETTE PROMESSE EST CONTRAIRE À LA RÈGLE" in said
            assert f"(le dossier s'arrête {moment(STAMPED_AT).fr})" in said
            assert "CONVAINC" not in said


@pytest.mark.parametrize("clock", [0, STAMPED_AT - 86_400, STAMPED_AT + 10 * YEAR])
def test_no_clock_of_a_reader_makes_a_promise_late(
    clock: int, tmp_path: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record's own stamp is the measure: one that is older than the hour promised waits."""
    monkeypatch.setattr("audit.receipt_report.time.time", lambda: clock)
    record = folder(tmp_path / "record", published_at(STAMPED_AT, lambda: cut(4)))
    for until, status, first in (
        (STAMPED_AT, 0, "On ne peut pas encore le dire"),
        (STAMPED_AT - 1, 1, "CETTE PROMESSE CONVAINC LE SERVEUR DE FAUTE"),
    ):
        (tmp_path / "p").write_bytes(of(4, until))
        found, out = tell("receipt", tmp_path / "p", record)
        assert (found, out[: len(first)]) == (status, first)


def test_a_promise_that_was_kept_is_kept_whatever_its_time(tmp_path: Path, tell: Tell) -> None:
    (tmp_path / "p").write_bytes(of(3, YEAR_2286))
    status, out = tell("receipt", tmp_path / "p", folder(tmp_path / "record", whole()))
    assert (status, out[:26]) == (0, "Cette promesse a été tenue")


@pytest.mark.parametrize("line", ["the board's", "the signature's"])
def test_a_promise_that_names_two_boards_is_damaged_and_of_no_imitation(
    line: str, tmp_path: Path, tell: Tell
) -> None:
    first, second = of().split(b"\n\n")
    name, other = KEY.name.encode(), KEY.name.replace("exemple", "exempme").encode()
    if line == "the board's":
        first = first.replace(name, other)
    else:
        second = second.replace(name, other)
    (tmp_path / "p").write_bytes(first + b"\n\n" + second)
    status, out = tell("receipt", tmp_path / "p", folder(tmp_path / "record", whole()))
    assert status == 1
    assert out.startswith("Cette promesse ne vaut rien, et n'accuse personne")
    assert "elle nomme une urne et porte la signature d'une autre : elle est abîmée" in out
    assert "Reprenez la promesse telle que la page du vote l'a donnée" in out
    assert "imitation" not in out


@pytest.mark.parametrize("phrase", RULED)
def test_a_promise_is_judged_by_the_record(phrase: str, tmp_path: Path, tell: Tell) -> None:
    data, make, status, first = RULED[phrase]
    (tmp_path / "p").write_bytes(data)
    found, out = tell("receipt", tmp_path / "p", folder(tmp_path / "record", make()))
    assert (found, out[: len(first)]) == (status, first), out
    english, told = tell("receipt", tmp_path / "p", tmp_path / "record", "--lang", "en")
    assert english == status
    assert told.lower().startswith(("this promise", "it is too early"))
    assert ("fichier" in out, "file" in told) == (False, False)


def test_the_time_is_nothing_without_the_servers_own(tmp_path: Path, tell: Tell) -> None:
    """An archive alone is not dated by anybody, so what is not there may still come."""
    (tmp_path / "p").write_bytes(of(4, until=1))
    record = folder(tmp_path / "record", cut(4))
    assert tell("receipt", tmp_path / "p", record / "election.bel")[0] == 0


def test_a_promise_alone_gives_no_verdict(tmp_path: Path, tell: Tell) -> None:
    (tmp_path / "p").write_bytes(of())
    status, out = tell("receipt", tmp_path / "p")
    assert status == 2
    assert "une promesse ne se vérifie pas sans l'élection" in out
    assert "gardez ce fichier" in out


def test_promises_have_one_length() -> None:
    assert len({len(of(index, until)) for index in range(1, 5) for until in (0, 2**33)}) == 1
