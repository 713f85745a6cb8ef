# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes promises.json beside it from protocol/, the same bytes at every run: see README.md.

python -m tests.vectors.make_promise_vectors
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from protocol.cosignatures import CosignerKey, sign_stamped, stamp
from protocol.encoding import sha256_hex
from protocol.events import Event, EventKind
from protocol.merkle import LogPosition
from protocol.note_format import SignatureLine
from protocol.notes import Checkpoint, LogKey
from protocol.promises import Promise, promised_until, sign_promise
from protocol.secret import Secret
from tests.vectors.make_log_vectors import case

HERE = Path(__file__).parent

Case = dict[str, object]

ORIGIN = "ecole.example.org/F3LXxMBpCrX1W9/board"
KEY = LogKey(ORIGIN, Secret(bytes(range(32))))
STRANGER = LogKey(ORIGIN, Secret(bytes(range(32, 64))))
BALLOT = b'{"a":"ballot"}'
EVENT = Event(sha256_hex(b"the event before"), 12, EventKind.BALLOT, sha256_hex(BALLOT))
NOW = 1_760_083_201
PROMISE = Promise.of(ORIGIN, EVENT, promised_until(NOW, 60))


def _signed(text: str, key: LogKey = KEY) -> str:
    return key.sign_note(text).decode()


def _valid() -> Iterator[Case]:
    largest = 10**10 - 1
    for name, promise in {
        "a ballot": PROMISE,
        "index 0": Promise(ORIGIN, PROMISE.ballot, PROMISE.event, 0, PROMISE.until),
        "the largest numbers": Promise(ORIGIN, PROMISE.ballot, PROMISE.event, largest, largest),
    }.items():
        yield case(
            name,
            "valid",
            text=sign_promise(promise, KEY).decode(),
            ballot=promise.ballot,
            event=promise.event,
            index=promise.index,
            until=promise.until,
        )


def _malformed() -> Iterator[Case]:
    good = PROMISE.encode()
    note = _signed(good)
    own = note.split("\n\n")[1]
    changes = {
        "another header": good.replace("promise", "promises"),
        "version 2": good.replace("v1", "v2"),
        "no origin": good.replace(ORIGIN, ""),
        "an origin with a space": good.replace(ORIGIN, "a board"),
        "two origins": good.replace(ORIGIN, f"{ORIGIN}\n{ORIGIN}"),
        "a ballot's hash in capitals": good.replace(PROMISE.ballot, PROMISE.ballot.upper()),
        "a ballot's hash in base 64": good.replace(PROMISE.ballot, "A" * 43),
        "an event's hash one digit short": good.replace(PROMISE.event, PROMISE.event[1:]),
        "an event's hash one digit long": good.replace(PROMISE.event, PROMISE.event + "0"),
        "without event": good.replace(f"event {PROMISE.event}\n", ""),
        "event before ballot": _exchanged(good, 2, 3),
        "until before index": _exchanged(good, 4, 5),
        "an index of nine digits": good.replace("index 0", "index "),
        "an index of eleven digits": good.replace("index 0", "index 00"),
        "an index with a sign": good.replace("index 0", "index +"),
        "an index in other digits": good.replace("index 0", "index ０"),
        "an index after two spaces": good.replace("index 0", "index  "),
        "a time with a fraction": good.replace(f"{PROMISE.until}", f"{PROMISE.until}"[:8] + ".5"),
        "a time of nine digits": good.replace("until 1", "until "),
        "a line more": good + "more\n",
        "an empty line more": good + "\n",
        "a space at the end of a line": good.replace("\nevent", " \nevent"),
    }
    for name, text in changes.items():
        yield case(name, "malformed", text=_signed(text))
    other = STRANGER.sign_note(good).decode().split("\n\n")[1]
    for name, text in {
        "signed twice": note + own,
        "signed by another too": note + other,
        "stamped": note + stamp(Checkpoint(ORIGIN, 1, bytes(32)), NOW, KEY).encode(),
        "without signature": f"{good}\n",
        "without an empty line": note.replace("\n\n", "\n"),
        "no newline at the end": note[:-1],
        "carriage returns": note.replace("\n", "\r\n"),
        "a checkpoint": _checkpoint().decode(),
        "nothing": "",
    }.items():
        yield case(name, "malformed", text=text)


def _exchanged(text: str, first: int, second: int) -> str:
    lines = text.splitlines(keepends=True)
    lines[first], lines[second] = lines[second], lines[first]
    return "".join(lines)


def _checkpoint() -> bytes:
    return sign_stamped(Checkpoint.of(ORIGIN, LogPosition.of([EVENT.encode()])), NOW, KEY)


def _untrue() -> Iterator[Case]:
    good = PROMISE.encode()
    note = _signed(good)
    line = SignatureLine.decode(note.split("\n\n")[1][:-1])
    journal = LogKey(ORIGIN.replace("board", "journal"), KEY.seed)
    cases = {
        "another ballot": note.replace(PROMISE.ballot, PROMISE.event),
        "another event": note.replace(PROMISE.event, PROMISE.ballot),
        "another index": note.replace("index 0000000012", "index 0000000013"),
        "another time": note.replace(f"until {PROMISE.until}", f"until {PROMISE.until + 60}"),
        "of another board": note.replace(ORIGIN, ORIGIN.replace("ecole", "lycee")),
        "of the journal": _signed(good.replace("/board", "/journal"), journal),
        "of another board, signed for this one": _signed(good.replace("ecole", "lycee")),
        "signed by another key": _signed(good, STRANGER),
        "signed by another key under this ID": _lined(good, line.key_id, STRANGER.sign(_bytes())),
        "signed under another name": note.replace(f"— {ORIGIN}", "— other"),
        "another ID": _lined(good, bytes(4), line.rest),
        "the last bit of the signature": _lined(good, line.key_id, _flipped(line.rest)),
        "a signature one byte long": _lined(good, line.key_id, line.rest + b"\0"),
        "signed without the last newline": _lined(good, line.key_id, KEY.sign(_bytes()[:-1])),
        "signed with the empty line": _lined(good, line.key_id, KEY.sign(_bytes() + b"\n")),
        "signed as a stamp": _stamped(good),
    }
    for name, text in cases.items():
        yield case(name, "untrue", text=text)


def _bytes() -> bytes:
    return PROMISE.encode().encode()


def _flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def _lined(text: str, key_id: bytes, rest: bytes) -> str:
    return f"{text}\n{SignatureLine(ORIGIN, key_id, rest).encode()}"


def _stamped(text: str) -> str:
    key_id = CosignerKey(ORIGIN, KEY.seed).verifier_key.key_id
    at = NOW.to_bytes(8, "big")
    return _lined(text, key_id, at + KEY.sign(f"cosignature/v1\ntime {NOW}\n{text}".encode()))


def _limits() -> Iterator[Case]:
    """What a promise may say at most, of an election that closes at NOW: §20.1."""
    year = 366 * 86_400
    longest, by_stamp = 960, 600 + 960
    for name, until, clock, stamped, expect in (
        ("as far as the clock allows", NOW + longest, NOW, NOW - 601, "valid"),
        ("a second more", NOW + longest + 1, NOW, NOW - 600, "too far"),
        ("by a clock that is slow", NOW + by_stamp, NOW - 7200, NOW, "valid"),
        ("by a clock that is slow, a second more", NOW + by_stamp + 1, NOW - 7200, NOW, "too far"),
        ("by a clock that is slow, without a stamp", NOW + 60, NOW - 7200, None, "too far"),
        ("by a clock alone", NOW + longest, NOW, None, "valid"),
        ("by a stamp that is old", NOW + longest, NOW, NOW - 86_400, "valid"),
        ("in the past", NOW - 86_400, NOW, NOW, "valid"),
        ("a day later", NOW + 86_400, NOW, NOW, "too far"),
        ("a year after the closing", NOW + year, NOW, NOW, "too far"),
        ("more than a year after the closing", NOW + year + 1, NOW, NOW, "beyond"),
        ("the same, whatever the clock", NOW + year + 1, NOW + year, NOW + year, "beyond"),
        ("in the year 2286", 10**10 - 1, NOW, NOW, "beyond"),
    ):
        yield case(name, expect, until=until, closes_at=NOW, clock=clock, stamp=stamped)


def vectors() -> dict[str, str]:
    """Return the text of every file of vectors, by its name."""
    content = {
        "board_key": KEY.verifier_key.encode(),
        "ballot": BALLOT.decode(),
        "event": EVENT.encode().decode(),
        "promises": [*_valid(), *_malformed(), *_untrue()],
        "limits": list(_limits()),
    }
    return {"promises.json": json.dumps(content, indent=1, ensure_ascii=False) + "\n"}


if __name__ == "__main__":
    for file_name, text in vectors().items():
        (HERE / file_name).write_text(text, encoding="utf-8")
