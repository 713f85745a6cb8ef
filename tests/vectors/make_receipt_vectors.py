# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes receipts.json beside it from protocol/, the same bytes at every run: see README.md.

python -m tests.vectors.make_receipt_vectors
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from protocol.ballot import tracker
from protocol.cosignatures import CosignerKey, append_line, cosign, sign_stamped
from protocol.encoding import sha256_base64, sha256_hex
from protocol.events import Event, EventKind, Head, next_event
from protocol.merkle import LogPosition, leaf_hash
from protocol.merkle_proofs import prove_inclusion, subtrees_of
from protocol.notes import Checkpoint, LogKey, sign_checkpoint
from protocol.receipts import Receipt
from protocol.secret import Secret
from tests.vectors.make_log_vectors import case
from tests.vectors.make_promise_vectors import KEY, NOW, ORIGIN, STRANGER

HERE = Path(__file__).parent

Case = dict[str, object]

BALLOTS = [f'{{"ballot":{i}}}'.encode() for i in range(11)]
TRACKER = tracker(sha256_base64(b"a ballot without its signature"))
WITNESS = CosignerKey("witness.example.org/w1", Secret(bytes(range(32, 64))))


def _events() -> list[Event]:
    events = [next_event(None, EventKind.SETUP, sha256_hex(b"a set-up"))]
    for ballot in BALLOTS:
        events.append(next_event(Head.of(events[-1]), EventKind.BALLOT, sha256_hex(ballot)))
    return [*events, next_event(Head.of(events[-1]), EventKind.END_BALLOTS, None)]


EVENTS = _events()
ENTRIES = [each.encode() for each in EVENTS]


def _checkpoint(size: int, entries: list[bytes] = ENTRIES, origin: str = ORIGIN) -> Checkpoint:
    return Checkpoint.of(origin, LogPosition.of(entries[:size]))


def receipt_of(index: int, size: int, entries: list[bytes] = ENTRIES) -> Receipt:
    """Return that of the event of this index in the tree of so many; its checkpoint unstamped."""
    proof = prove_inclusion(index, size, subtrees_of([leaf_hash(each) for each in entries]))
    note = sign_checkpoint(_checkpoint(size, entries), KEY)
    return Receipt.of(TRACKER, Event.decode(entries[index]), KEY.verifier_key, proof, note)


GOOD = receipt_of(5, 12)


@dataclass(frozen=True)
class Parts:
    """The text of a receipt in parts, of which a vector changes one."""

    head: str
    extra: str
    index: str
    hashes: tuple[str, ...]
    checkpoint: str

    @classmethod
    def of(cls, receipt: Receipt) -> Parts:
        """Return the parts of a receipt."""
        head, _, checkpoint = receipt.encode().decode().partition("\n\n")
        first, extra, index, *hashes = head.split("\n")
        text = b64decode(extra.removeprefix("extra ")).decode()
        return cls(first, text, index, tuple(hashes), checkpoint)

    def text(self) -> str:
        """Return the file."""
        lines = [self.head, _extra(self.extra), self.index, *self.hashes]
        return "\n".join(lines) + "\n\n" + self.checkpoint


def _extra(text: str) -> str:
    return f"extra {b64encode(text.encode()).decode()}"


PARTS = Parts.of(GOOD)


def _valid() -> Iterator[Case]:
    stamped = sign_stamped(_checkpoint(12), NOW, KEY)
    witnessed = append_line(stamped, cosign(_checkpoint(12), NOW + 1, WITNESS))
    receipts = {
        "a ballot": GOOD,
        "the first ballot, in the tree of two": receipt_of(1, 2),
        "the last ballot": receipt_of(11, 12),
        "after the end": receipt_of(11, 13),
        "stamped and co-signed": replace(GOOD, checkpoint=witnessed),
        "with a line of another key": replace(
            GOOD, checkpoint=GOOD.checkpoint + STRANGER.sign_note("x\n").split(b"\n\n")[1]
        ),
    }
    for name, receipt in receipts.items():
        yield case(
            name,
            "valid",
            text=receipt.encode().decode(),
            tracker=receipt.tracker,
            ballot=receipt.ballot,
            event=receipt.event.encode().decode(),
            key=receipt.key.encode(),
            index=receipt.index,
            size=receipt.verify().size,
        )


def _malformed_files() -> Iterator[tuple[str, str]]:
    good = PARTS.text()
    extra = _extra(PARTS.extra)
    yield "version 2 of the file", replace(PARTS, head="c2sp.org/tlog-proof@v2").text()
    yield "no extra data", good.replace(extra + "\n", "")
    yield "extra data twice", good.replace(extra, f"{extra}\n{extra}")
    yield "extra data in base 64 without padding", good.replace(extra, extra.rstrip("="))
    yield "index before extra", good.replace(f"{extra}\n{PARTS.index}", f"{PARTS.index}\n{extra}")
    for what, index in {
        "a leading zero": "05",
        "a sign": "+5",
        "2^53": str(2**53),
        "17 digits": "1" * 17,
        "no number": "x",
        "nothing": "",
        "a digit of another alphabet": "５",
    }.items():
        yield f"as index, {what}", replace(PARTS, index=f"index {index}").text()
    first, *others = PARTS.hashes
    short = b64encode(b64decode(first)[:-1]).decode()
    for what, hashes in {
        "a hash without padding": [first.rstrip("="), *others],
        "a hash of 31 bytes": [short, *others],
        "a hash of 33 bytes": [b64encode(b64decode(first) + b"\0").decode(), *others],
        "a hash in hexadecimal": [b64decode(first).hex(), *others],
        "a space after a hash": [f"{first} ", *others],
        "64 hashes": [first] * 64,
        "an empty line between hashes": [first, "", *others],
    }.items():
        yield what, replace(PARTS, hashes=tuple(hashes)).text()
    yield "no checkpoint", replace(PARTS, checkpoint="").text()
    yield "no empty line", good.replace("\n\n", "\n", 1)
    yield "two empty lines", good.replace("\n\n", "\n\n\n", 1)
    yield "a checkpoint without signature", good.rpartition("—")[0]
    yield "an extension line", good.replace(f"{ORIGIN}\n12\n", f"{ORIGIN}\n12\nmore\n")
    yield "no newline at the end", good[:-1]
    yield "a line more", good + "more\n"
    yield "carriage returns", good.replace("\n", "\r\n")
    yield "a checkpoint alone", PARTS.checkpoint
    yield "nothing", ""


def _malformed_extras() -> Iterator[tuple[str, str]]:
    good = PARTS.extra
    event = GOOD.event.encode().decode()
    head, *fields = good.splitlines(keepends=True)
    setup = replace(GOOD, event=EVENTS[0]).event.encode().decode()
    changes = {
        "version 2 of the extra lines": good.replace("receipt 1", "receipt 2"),
        "a line missing": head + "".join(fields[1:]),
        "an extra line more": good + "more\n",
        "lines in another order": head + "".join(reversed(fields)),
        "no newline at the end of the extra lines": good[:-1],
        "a tracker in lower case": good.replace(TRACKER, TRACKER.lower()),
        "a tracker without hyphens": good.replace(TRACKER, TRACKER.replace("-", "")),
        "a tracker of three groups": good.replace(TRACKER, TRACKER[:-5]),
        "a tracker with a letter U": good.replace(TRACKER, f"U{TRACKER[1:]}"),
        "a ballot's hash with padding": good.replace(GOOD.ballot, GOOD.ballot + "="),
        "a ballot's hash in hexadecimal": good.replace(GOOD.ballot, str(GOOD.event.payload)),
        "an event with a space": good.replace('"height":', '"height": '),
        "an event of another order": good.replace(event, _reordered(event)),
        "an event with a member more": good.replace(f"{event}", event[:-1] + ',"x":1}'),
        "a set-up": good.replace(event, setup),
        "an end of ballots": good.replace(event, ENTRIES[12].decode()),
        "an event without parent": good.replace(f'"parent":"{GOOD.event.parent}",', ""),
        "a ballot as the first event": good.replace(event, _first(GOOD.event)),
        "a key of a witness": good.replace(_vkey(), WITNESS.verifier_key.encode()),
        "a key with another ID": good.replace(GOOD.key.key_id.hex(), "00000000"),
        "no key": good.replace(_vkey(), ""),
        "a control character": good.replace(_vkey(), f"{_vkey()}\x01"),
    }
    for name, extra in changes.items():
        yield name, replace(PARTS, extra=extra).text()


def _first(event: Event) -> str:
    return replace(event, parent=None, height=0).encode().decode()


def _vkey() -> str:
    return GOOD.key.encode()


def _reordered(event: str) -> str:
    members = json.loads(event)
    members["parent"] = members.pop("parent")
    return json.dumps(members, separators=(",", ":"))


def _untrue() -> Iterator[tuple[str, str]]:
    first, *others = GOOD.proof
    flipped = (first[:-1] + bytes([first[-1] ^ 1]), *others)
    event6, journal = EVENTS[6], LogKey(ORIGIN.replace("/board", "/journal"), KEY.seed)
    rewritten = [*ENTRIES[:4], next_event(Head.of(EVENTS[3]), EventKind.BALLOT, "0" * 64).encode()]
    signed, strange = GOOD.checkpoint.decode(), sign_checkpoint(_checkpoint(12), STRANGER)
    receipts = {
        "another index": replace(GOOD, index=6),
        "another event at its own index": replace(GOOD, event=event6, index=6),
        "another event, its index left": replace(GOOD, event=event6),
        "another event and ballot": replace(receipt_of(6, 12), proof=GOOD.proof),
        "another ballot": replace(GOOD, ballot=sha256_base64(BALLOTS[0])),
        "an event with another parent": replace(GOOD, event=replace(GOOD.event, parent="0" * 64)),
        "an event that was rewritten": _unlike(4, rewritten),
        "an event of another height in the tree": _receipt_at(5, [*ENTRIES[:5], ENTRIES[6]]),
        "a hash flipped": replace(GOOD, proof=flipped),
        "a hash missing": replace(GOOD, proof=GOOD.proof[1:]),
        "a hash too many": replace(GOOD, proof=(*GOOD.proof, first)),
        "no hash": replace(GOOD, proof=()),
        "a proof for a larger tree": replace(GOOD, proof=receipt_of(5, 13).proof),
        "a checkpoint of before": replace(GOOD, checkpoint=receipt_of(2, 5).checkpoint),
        "another size": replace(GOOD, checkpoint=signed.replace("12\n", "13\n", 1).encode()),
        "signed by another key": replace(GOOD, checkpoint=strange),
        "another key": replace(GOOD, key=STRANGER.verifier_key),
        "the journal's key": replace(GOOD, key=journal.verifier_key),
        "a checkpoint of the journal": replace(
            GOOD, checkpoint=sign_checkpoint(_checkpoint(12, origin=journal.name), journal)
        ),
        "not signed by the log": replace(
            GOOD, checkpoint=_checkpoint(12).encode().encode() + b"\n" + _witness_line()
        ),
    }
    for name, receipt in receipts.items():
        yield name, receipt.encode().decode()


def _unlike(index: int, entries: list[bytes]) -> Receipt:
    # The event of one board with proof and checkpoint of another.
    honest = receipt_of(index, len(entries))
    return replace(receipt_of(index, len(entries), entries), checkpoint=honest.checkpoint)


def _receipt_at(index: int, entries: list[bytes]) -> Receipt:
    return replace(receipt_of(index, len(entries), entries), index=index)


def _witness_line() -> bytes:
    return cosign(_checkpoint(12), NOW, WITNESS).encode().encode()


def vectors() -> dict[str, str]:
    """Return the text of every file of vectors, by its name."""
    malformed = [*_malformed_files(), *_malformed_extras()]
    content = {
        "board_key": KEY.verifier_key.encode(),
        "events": [each.decode() for each in ENTRIES],
        "ballots": [each.decode() for each in BALLOTS],
        "receipts": [
            *_valid(),
            *(case(name, "malformed", text=text) for name, text in malformed),
            *(case(name, "untrue", text=text) for name, text in _untrue()),
        ],
    }
    return {"receipts.json": json.dumps(content, indent=1, ensure_ascii=False) + "\n"}


if __name__ == "__main__":
    for file_name, text in vectors().items():
        (HERE / file_name).write_text(text, encoding="utf-8")
