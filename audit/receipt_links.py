# SPDX-License-Identifier: AGPL-3.0-or-later
"""A receipt as the fragment of a link, as its QR code holds it: docs/protocol.md §20.4.

A link leaves out the board's key, and the root, which follows from the rest: read alone it says
nothing. With the key it is a receipt of §20.2, and ``receipts.py`` judges it.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from audit.chain import Event
from audit.notes import SignatureLine, VerifierKey, decode_checkpoint
from audit.receipts import Receipt
from audit.server import HOST
from audit.trackers import BYTES as TRACKER_BYTES
from audit.trackers import tracker_text
from audit.tree import HASH_BYTES, leaf_hash
from audit.tree_proofs import included_root
from audit.words import Malformed, Text, Unreadable

SCHEMES = ("https://", "http://")  # the second for a site on one's own machine; it proves nothing
_PAGE = re.compile(
    rf"https?://({HOST.pattern})/e/([1-9A-HJ-NP-Za-km-z]{{14,22}})/receipt#(.*)",
    re.ASCII | re.DOTALL,
)
_DIGITS = re.compile("[1-9][0-9]*", re.ASCII)
_VERSION = 1
_NUMBER_BYTES, _SIGNATURE_BYTES = 4, 64
_WIDTHS = (_NUMBER_BYTES, _NUMBER_BYTES, TRACKER_BYTES, HASH_BYTES, HASH_BYTES, _SIGNATURE_BYTES)
_HEAD_BYTES = 1 + sum(_WIDTHS)
_MAX_HASHES = 8 * _NUMBER_BYTES  # a board whose size has 4 bytes is no higher
MAX_DIGITS = len(str((_VERSION + 1) << 8 * (_HEAD_BYTES - 1 + HASH_BYTES * _MAX_HASHES)))
_NO_RECEIPT = Text(
    "ce lien n'est pas celui d'un reçu (§20.4)", "this link is not that of a receipt (§20.4)"
)
_TAKE_WHOLE = Text(
    "donnez entier, entre apostrophes, le lien que le QR du reçu contient une fois le bulletin"
    " paru : https://SITE/e/NUMÉRO/receipt#CHIFFRES",
    "give whole, between apostrophes, the link that the receipt's QR code holds once the ballot"
    " is published: https://HOST/e/NUMBER/receipt#DIGITS",
)


@dataclass(frozen=True, slots=True)
class ReceiptLink:
    """What a link says, well formed; nothing in it is believed yet.

    Args:
        origin: of the board that the address names, ``H/U/board``.
        size: of the checkpoint's tree.
        index: of the event, from 0.
        tracker: as the link says; nothing signs it (§9.5).
        parent: of the event, in hexadecimal.
        payload: of the event, the hash of the ballot's bytes, in hexadecimal.
        signature: of the checkpoint, by the log.
        proof: the inclusion proof, from the leaf up.
    """

    origin: str
    size: int
    index: int
    tracker: str
    parent: str
    payload: str
    signature: bytes
    proof: tuple[bytes, ...]

    def receipt(self, key: VerifierKey) -> Receipt:
        """The receipt of §20.2 that this link is on the board of this key, still to be verified.

        Raises:
            Malformed: its hashes lead to no root.
        """
        event = Event(self.parent, self.index, "Ballot", self.payload).written()
        root = included_root(leaf_hash(event), self.index, self.size, self.proof)
        if root is None:
            raise Malformed(
                "l'événement n'a pas sa place dans une urne de cette taille (§20.4)",
                "the event has no place in a board of this size (§20.4)",
            )
        text = f"{key.name}\n{self.size}\n{base64.b64encode(root).decode('ascii')}\n\n"
        line = SignatureLine(key.name, key.id, self.signature).encode()
        checkpoint = decode_checkpoint(text.encode("utf-8") + line)
        return Receipt(self.index, self.proof, checkpoint, self.tracker, self.payload, event, key)


def decode_receipt_link(text: str) -> ReceiptLink:
    """What this link says (§20.4).

    Nothing of a link that is refused is repeated: a letter's, given by mistake, has a secret.

    Raises:
        Unreadable: the address is not that of a receipt.
        Malformed: its fragment is not the digits of one.
    """
    found = _PAGE.fullmatch(text)
    if found is None:
        raise Unreadable(*_NO_RECEIPT, _TAKE_WHOLE)
    host, uuid, digits = found.groups()
    size, index, tracker, parent, payload, signature, *proof = _parts(digits)
    return ReceiptLink(
        f"{host}/{uuid}/board",
        int.from_bytes(size, "big"),
        int.from_bytes(index, "big"),
        tracker_text(tracker),
        parent.hex(),
        payload.hex(),
        signature,
        tuple(proof),
    )


def _parts(digits: str) -> list[bytes]:
    """What stands after the version in the number, whose length tells how many hashes end it."""
    if len(digits) > MAX_DIGITS:
        raise _bad("un numéro trop long", "a number too long")
    if not _DIGITS.fullmatch(digits):
        raise _bad("pas un numéro en chiffres de 0 à 9", "not a number in digits 0 to 9")
    number = int(digits)
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    hashes, rest = divmod(len(data) - _HEAD_BYTES, HASH_BYTES)
    if hashes < 0 or rest or data[0] != _VERSION:
        raise _bad(
            "un numéro coupé, complété, ou d'une autre version",
            "a number cut, added to, or of another version",
        )
    parts, at = [], 1
    for width in (*_WIDTHS, *[HASH_BYTES] * hashes):
        parts.append(data[at : at + width])
        at += width
    return parts


def _bad(fr: str, en: str) -> Malformed:
    return Malformed(f"un lien mal formé, {fr} (§20.4)", f"a malformed link, {en} (§20.4)")
