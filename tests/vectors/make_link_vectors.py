# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes links.json beside it: the receipts of receipts.json as links. See README.md.

python -m tests.vectors.make_link_vectors
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace

from protocol.receipts import Receipt
from tests.vectors.make_log_vectors import case
from tests.vectors.make_promise_vectors import KEY
from tests.vectors.make_receipt_vectors import GOOD, HERE, Case, receipt_of

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Parts:
    """What the number of a link is made of (§20.4), of which a vector changes one."""

    size: int
    index: int
    tracker: bytes
    parent: bytes
    payload: bytes
    signature: bytes
    hashes: tuple[bytes, ...]
    version: bytes = b"\x01"

    @classmethod
    def of(cls, receipt: Receipt) -> Parts:
        """Return the parts of a receipt, whose checkpoint's first line is the log's own."""
        bits = 0
        for character in receipt.tracker.replace("-", ""):
            bits = bits << 5 | ALPHABET.index(character)
        own = receipt.checkpoint.decode().splitlines()[4].rpartition(" ")[2]
        event = receipt.event
        return cls(
            receipt.verify().size,
            receipt.index,
            bits.to_bytes(10, "big"),
            bytes.fromhex(str(event.parent)),
            bytes.fromhex(str(event.payload)),
            b64decode(own)[4:],
            receipt.proof,
        )

    def data(self) -> bytes:
        """Return the bytes of the number."""
        numbers = [number.to_bytes(4, "big") for number in (self.size, self.index)]
        texts = (self.tracker, self.parent, self.payload, self.signature, *self.hashes)
        return b"".join((self.version, *numbers, *texts))

    def digits(self) -> str:
        """Return the number."""
        return str(int.from_bytes(self.data(), "big"))


PARTS = Parts.of(GOOD)
FIRST = PARTS.hashes[0]


def _valid() -> Iterator[Case]:
    receipts = {
        "a ballot": GOOD,
        "the first ballot, in the tree of two": receipt_of(1, 2),
        "the last ballot": receipt_of(11, 12),
        "after the end": receipt_of(11, 13),
    }
    for name, receipt in receipts.items():
        yield case(
            name, "valid", digits=Parts.of(receipt).digits(), receipt=receipt.encode().decode()
        )


def _malformed() -> Iterator[tuple[str, str]]:
    good, data = PARTS.digits(), PARTS.data()
    yield "nothing", ""
    yield "zero", "0"
    yield "no hash and half of the signature", _number(data[: 147 - 32])
    yield "the last digit missing", good[:-1]
    yield "the first digit missing", good[1:]
    yield "half of the digits", good[: len(good) // 2]
    yield "the last byte missing", _number(data[:-1])
    yield "a digit more at the end", good + "0"
    yield "a byte more at the end", _number(data + b"\0")
    yield "a leading zero", "0" + good
    yield "a sign", "+" + good
    yield "a minus", "-" + good
    yield "a space before", " " + good
    yield "a space after", good + " "
    yield "a newline after", good + "\n"
    yield "an underscore between digits", f"{good[:3]}_{good[3:]}"
    yield "a point between digits", f"{good[:3]}.{good[3:]}"
    yield "words after", good + "&x=1"
    yield "a second number sign", f"{good}#{good}"
    yield "digits of another alphabet", good.translate({48 + i: 0xFF10 + i for i in range(10)})
    yield "one digit of another alphabet", good[:-1] + chr(0x0660 + int(good[-1]))
    yield "hexadecimal", data.hex()
    yield "hexadecimal with its prefix", "0x" + data.hex()
    yield "base 64", b64encode(data).decode()
    yield "base 64 for addresses", urlsafe_b64encode(data).decode()
    yield "base 64 for addresses, without padding", urlsafe_b64encode(data).decode().rstrip("=")
    yield "version 0", _number(b"\0" + data[1:])
    yield "version 2", replace(PARTS, version=b"\2").digits()
    yield "version 255", replace(PARTS, version=b"\xff").digits()
    yield "two bytes of version", replace(PARTS, version=b"\1\1").digits()
    yield "no version", _number(data[1:])
    yield "half a hash", replace(PARTS, hashes=(*PARTS.hashes, FIRST[:16])).digits()
    yield "huge", "9" * 6000
    yield "a receipt as a file", GOOD.encode().decode()


def _number(data: bytes) -> str:
    return str(int.from_bytes(data, "big"))


def _untrue() -> Iterator[tuple[str, Parts]]:
    other, strange = Parts.of(receipt_of(6, 12)), bytes(PARTS.signature[:32]) + bytes(32)
    flipped = bytes([FIRST[0] ^ 1]) + FIRST[1:]
    yield "another index", replace(PARTS, index=6)
    yield "an index as large as the tree", replace(PARTS, index=12)
    yield "the largest index", replace(PARTS, index=2**32 - 1)
    yield "another size", replace(PARTS, size=13)
    yield "no size", replace(PARTS, size=0)
    yield "another parent", replace(PARTS, parent=bytes(32))
    yield "another ballot", replace(PARTS, payload=other.payload)
    yield "another event", replace(PARTS, parent=other.parent, payload=other.payload)
    yield (
        "the signature of another checkpoint",
        replace(PARTS, signature=Parts.of(receipt_of(5, 13)).signature),
    )
    yield "half of the signature", replace(PARTS, signature=strange)
    yield "no signature", replace(PARTS, signature=bytes(64))
    yield "a hash flipped", replace(PARTS, hashes=(flipped, *PARTS.hashes[1:]))
    yield "a hash missing", replace(PARTS, hashes=PARTS.hashes[1:])
    yield "a hash too many", replace(PARTS, hashes=(*PARTS.hashes, FIRST))
    yield "no hash", replace(PARTS, hashes=())
    yield "the hashes in another order", replace(PARTS, hashes=PARTS.hashes[::-1])
    yield "32 hashes", replace(PARTS, hashes=(FIRST,) * 32)
    yield "33 hashes", replace(PARTS, hashes=(FIRST,) * 33)


def vectors() -> dict[str, str]:
    """Return the text of every file of vectors, by its name."""
    content = {
        "board_key": KEY.verifier_key.encode(),
        "links": [
            *_valid(),
            *(case(name, "malformed", digits=digits) for name, digits in _malformed()),
            *(case(name, "untrue", digits=parts.digits()) for name, parts in _untrue()),
        ],
    }
    return {"links.json": json.dumps(content, indent=1, ensure_ascii=False) + "\n"}


if __name__ == "__main__":
    for file_name, text in vectors().items():
        (HERE / file_name).write_text(text, encoding="utf-8")
