# SPDX-License-Identifier: AGPL-3.0-or-later
"""Receipts and promises of docs/protocol.md §20, by their definitions, as a server makes them."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256

from tests.tamper.forge.logs import STAMPED_AT, LogKey, checkpoint_text, inclusion, root
from tests.tamper.forge.texts import hash_base64

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def padded(data: bytes) -> str:
    return b64encode(data).decode()


def tracker(ballot: bytes) -> str:
    """§9.5: 80 bits of the hash that the ballot's signature names."""
    digest = b64decode(json.loads(ballot)["signature"]["hash"] + "=")
    bits = int.from_bytes(digest[:10], "big")
    letters = [CROCKFORD[bits >> 5 * (15 - n) & 31] for n in range(16)]
    return "-".join("".join(letters[n : n + 4]) for n in range(0, 16, 4))


def stamped(
    events: Sequence[bytes], key: LogKey, time: int = STAMPED_AT, *, origin: str = ""
) -> bytes:
    """A published checkpoint: signed and stamped (§18.6)."""
    text = checkpoint_text(origin or key.name, len(events), root(events))
    return text + b"\n" + key.line(text) + key.stamper.line(text, time)


def extra(event: bytes, ballot: bytes, vkey: str) -> list[str]:
    """The lines that nothing signs (§20.2)."""
    return [
        "evote-receipt 1",
        f"tracker {tracker(ballot)}",
        f"ballot {hash_base64(ballot)}",
        f"event {event.decode()}",
        f"key {vkey}",
    ]


def written(lines: Sequence[str], index: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
    """The file of a receipt, of whatever it is made."""
    blob = padded("".join(f"{line}\n" for line in lines).encode())
    head = ["c2sp.org/tlog-proof@v1", f"extra {blob}", f"index {index}", *map(padded, proof)]
    return "".join(f"{line}\n" for line in head).encode() + b"\n" + checkpoint


def receipt(events: Sequence[bytes], index: int, ballot: bytes, key: LogKey) -> bytes:
    """The receipt of the ballot at this place, by the board of all these events."""
    lines = extra(events[index], ballot, key.vkey)
    return written(lines, index, inclusion(events, index), stamped(events, key))


def digits(events: Sequence[bytes], index: int, ballot: bytes, key: LogKey) -> str:
    """The same receipt as a number (§20.4)."""
    event, text = json.loads(events[index]), checkpoint_text(key.name, len(events), root(events))
    signature = b64decode(key.line(text).decode().rpartition(" ")[2])[4:]
    bits = 0
    for letter in tracker(ballot).replace("-", ""):
        bits = bits << 5 | CROCKFORD.index(letter)
    parts = [
        b"\x01",
        len(events).to_bytes(4, "big"),
        index.to_bytes(4, "big"),
        bits.to_bytes(10, "big"),
        bytes.fromhex(event["parent"]),
        bytes.fromhex(event["payload"]),
        signature,
        *inclusion(events, index),
    ]
    return str(int.from_bytes(b"".join(parts), "big"))


def promise(event: bytes, index: int, ballot: bytes, key: LogKey, until: int = STAMPED_AT) -> bytes:
    """The promise to have this event at this place by a time (§20.1)."""
    lines = (
        "evote/v1/promise",
        key.name,
        f"ballot {sha256(ballot).hexdigest()}",
        f"event {sha256(bytes(1) + event).hexdigest()}",
        f"index {index:010}",
        f"until {until:010}",
    )
    return signed_note(lines, key)


def signed_note(lines: Sequence[str], key: LogKey) -> bytes:
    """Lines, an empty one, and the signature of them all (§18.3)."""
    text = "".join(f"{line}\n" for line in lines).encode()
    return text + b"\n" + key.line(text)
