# SPDX-License-Identifier: AGPL-3.0-or-later
"""§20.2: a receipt in which anything is false is worth nothing, and accuses nobody."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.published import open_published
from audit.receipt_rulings import rule_receipt
from audit.receipts import decode_receipt, verify_receipt
from audit.rulings import Ruling
from audit.words import Malformed, Unsupported
from tests.tamper.forge.logs import LogKey, board_key, checkpoint_text, inclusion, root
from tests.tamper.forge.papers import extra, receipt, stamped, written
from tests.unit.audit.receipts import (
    KEY,
    LATER,
    THIEF,
    Tell,
    ballot,
    of,
    replaced,
    whole,
    with_lines,
)
from tests.unit.audit.test_served_record import folder


def at_index(index: int) -> bytes:
    files = whole()
    lines = extra(files.events()[2], ballot(files, 1), KEY.vkey)
    return written(lines, index, inclusion(files.events(), 2), stamped(files.events(), KEY))


def by(key: LogKey) -> bytes:
    """Signed by somebody else, who says the key is the election's."""
    files = whole()
    lines = extra(files.events()[2], ballot(files, 1), KEY.vkey)
    return written(lines, 2, inclusion(files.events(), 2), stamped(files.events(), key))


def other_event(event: bytes, index: int = 0) -> bytes:
    """A receipt of what is no ballot's event, in a board that has it."""
    files = whole()
    events = list(files.events())
    index = index or events.index(event)
    events[index] = event
    lines = extra(event, ballot(files, 1), KEY.vkey)
    payload = json.loads(event).get("payload") if event.startswith(b"{") else None
    if payload is not None:
        lines[2] = f"ballot {b64encode(bytes.fromhex(payload)).decode().rstrip('=')}"
    return written(
        lines,
        index,
        inclusion(events, index),
        stamped(events, KEY),
    )


def edited(change: Callable[[bytes], bytes], index: int = 2) -> bytes:
    return change(of(whole(), index))


def unmarked(event: bytes) -> bytes:
    return event.replace(b'"type"', b' "type"')


EVENT = whole().events()[2]
FORM: dict[str, Callable[[], bytes]] = {
    "no extra line": lambda: edited(lambda d: d[:23] + d.split(b"\n", 2)[2]),
    "no index": lambda: edited(lambda d: d.replace(b"index 2\n", b"")),
    "an index with a leading zero": lambda: edited(lambda d: d.replace(b"index 2", b"index 02")),
    "an index with a sign": lambda: edited(lambda d: d.replace(b"index 2", b"index +2")),
    "a name without its space": lambda: replaced(3, "event"),
    "an event that makes it longer than 64 KiB": lambda: replaced(3, "event " + "x" * 49_000),
    "a hash of 31 bytes": lambda: edited(
        lambda d: d.replace(b"\n\n", b"\n" + b"A" * 42 + b"==\n\n", 1)
    ),
    "no empty line": lambda: edited(lambda d: d.replace(b"\n\n", b"\n", 1)),
    "two empty lines": lambda: edited(lambda d: d.replace(b"\n\n", b"\n\n\n", 1)),
    "no checkpoint": lambda: edited(lambda d: d.split(b"\n\n", 1)[0] + b"\n\n"),
    "no signature": lambda: edited(lambda d: d.rsplit(b"\n\n", 1)[0] + b"\n\n"),
    "lines ended as on Windows": lambda: edited(
        lambda d: d.replace(b"\n", b"\r\n").replace(b"v1\r", b"v1", 1)
    ),
    "text after the checkpoint": lambda: edited(lambda d: d + b"more\n"),
    "more than 64 KiB": lambda: edited(lambda d: d + b"x" * 2**16),
    "extra data in loose base64": lambda: edited(lambda d: d.replace(b"extra ", b"extra =", 1)),
    "extra data that is no UTF-8": lambda: edited(
        lambda d: d.replace(d.split(b"\n")[1], b"extra //79")
    ),
    "no tracker": lambda: with_lines(lambda lines: [lines[0], *lines[2:]]),
    "a line more": lambda: with_lines(lambda lines: [*lines, "more 1"]),
    "lines in another order": lambda: with_lines(lambda lines: [lines[0], *lines[:0:-1]]),
    "no newline after the last line": lambda: with_lines(lambda lines: ["\n".join(lines)[:-1]]),
    "a tracker in small letters": lambda: replaced(1, "tracker abcd-abcd-abcd-abcd"),
    "a tracker of three groups": lambda: replaced(1, "tracker ABCD-ABCD-ABCD"),
    "a ballot's hash in hexadecimal": lambda: replaced(2, f"ballot {'0' * 64}"),
    "a ballot's hash with padding": lambda: with_lines(lambda x: [*x[:2], x[2] + "=", *x[3:]]),
    "a ballot's hash of 31 bytes": lambda: replaced(2, "ballot " + "A" * 42 + "="),
    "no key": lambda: replaced(4, "key "),
    "a key of the type of witnesses": lambda: replaced(4, f"key {KEY.stamper.vkey}"),
}
FALSE: dict[str, Callable[[], bytes]] = {
    "an index of another place": lambda: at_index(3),
    "an index beyond the board": lambda: at_index(99),
    "a hash less": lambda: edited(lambda d: b"\n".join([*d.split(b"\n")[:3], *d.split(b"\n")[4:]])),
    "a hash more": lambda: edited(lambda d: d.replace(b"\n\n", b"\n" + b"A" * 43 + b"=\n\n", 1)),
    "64 hashes": lambda: edited(
        lambda d: d.replace(b"\n\n", (b"\n" + b"A" * 43 + b"=") * 60 + b"\n\n", 1)
    ),
    "another ballot's hash": lambda: replaced(2, "ballot " + "A" * 43),
    "no event": lambda: replaced(3, "event "),
    "an event that is no JSON": lambda: replaced(3, "event {"),
    "an event with a space": lambda: other_event(unmarked(EVENT), 2),
    "the event of the set-up": lambda: other_event(whole().events()[0], 0),
    "the end of the ballots": lambda: other_event(whole().events()[5]),
    "a partial decryption": lambda: other_event(whole().events()[7]),
    "an event of another height": lambda: other_event(whole().events()[3], 2),
    "an event without parent": lambda: other_event(b"{" + EVENT.partition(b",")[2], 2),
    "another event than the board's": lambda: replaced(3, f"event {whole().events()[3].decode()}"),
    "signed by another key than the one named": lambda: by(THIEF),
    "signed by another log": lambda: by(board_key("AnotherEleCtion")),
    "another root": lambda: edited(
        lambda d: d.split(b"\n\n", 1)[0] + b"\n\n" + noted(checkpoint_text(KEY.name, 10, bytes(32)))
    ),
    "another size": lambda: edited(
        lambda d: (
            d.split(b"\n\n", 1)[0]
            + b"\n\n"
            + noted(checkpoint_text(KEY.name, 7, root(whole().events())))
        )
    ),
    "a checkpoint of another origin": lambda: edited(
        lambda d: (
            d.split(b"\n\n", 1)[0]
            + b"\n\n"
            + noted(checkpoint_text("ailleurs.fr/x/board", 10, root(whole().events())))
        )
    ),
}


def noted(text: bytes) -> bytes:
    return text + b"\n" + KEY.line(text)


# Which whoever reads the file takes back: ``audit/as_given.py``.
MENDED = {"lines ended as on Windows"}


@pytest.mark.parametrize("phrase", [each for each in FORM | FALSE if each not in MENDED])
def test_a_receipt_that_lies_is_worth_nothing(phrase: str, tmp_path: Path, tell: Tell) -> None:
    record = folder(tmp_path / "record", whole())
    (tmp_path / "r").write_bytes((FORM | FALSE)[phrase]())
    for given in ([], [record]):
        status, out = tell("receipt", tmp_path / "r", *given)
        assert status == 1, out
        assert out.startswith("Ce reçu ne vaut rien, et n'accuse personne"), out
        assert "CONVAINC" not in out


@pytest.mark.parametrize("phrase", FORM)
def test_another_writing_is_refused_before_anything_is_believed(phrase: str) -> None:
    with pytest.raises(Malformed):
        decode_receipt(FORM[phrase]())


@pytest.mark.parametrize("phrase", FALSE)
def test_a_well_formed_lie_is_found(phrase: str) -> None:
    read = decode_receipt(FALSE[phrase]())
    with pytest.raises(Malformed):
        verify_receipt(read)


def test_a_key_of_a_thief_is_told_by_the_record_alone(tmp_path: Path, tell: Tell) -> None:
    """Everything in it agrees: only the sealed key tells it from a true one."""
    files = whole()
    (tmp_path / "r").write_bytes(receipt(files.events(), 2, ballot(files, 1), THIEF))
    assert tell("receipt", tmp_path / "r")[0] == 0
    status, out = tell("receipt", tmp_path / "r", folder(tmp_path / "record", files))
    assert (status, "pas signé par la clé de cette élection" in out) == (1, True)
    assert out.startswith("Ce reçu ne vaut rien")


def test_a_name_in_a_receipt_acts_on_no_terminal(tmp_path: Path, tell: Tell) -> None:
    files, key = whole(), LogKey("a\u202eb", b"t" * 32)
    (tmp_path / "r").write_bytes(receipt(files.events(), 2, ballot(files, 1), key))
    status, out = tell("receipt", tmp_path / "r")
    assert (status, "\u202e" in out, "a\\u202eb+" in out) == (0, False, True)


def test_a_tracker_of_another_ballot_is_told_by_the_record(tmp_path: Path, tell: Tell) -> None:
    (tmp_path / "r").write_bytes(replaced(1, "tracker 0000-0000-0000-0000"))
    assert tell("receipt", tmp_path / "r")[0] == 0
    status, out = tell("receipt", tmp_path / "r", folder(tmp_path / "record", whole()))
    assert (status, "son suivi n'est pas celui du bulletin" in out) == (1, True)


def test_no_bit_of_a_receipt_is_idle(tmp_path: Path) -> None:
    files = whole()
    data = of(files, 2)
    stamp = data.rindex("\u2014".encode())  # from here on the stamp, on which nothing rests
    with open_published(folder(tmp_path / "record", files)) as published:
        for place in range(stamp):
            for bit in range(8):
                changed = bytearray(data)
                changed[place] ^= 1 << bit
                try:
                    found = rule_receipt(decode_receipt(bytes(changed)), published, LATER)
                except (Malformed, Unsupported):
                    continue
                assert found.ruling in (Ruling.WORTHLESS, Ruling.ELSEWHERE), (place, bit)
