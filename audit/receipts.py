# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file that proves that a ballot was published: docs/protocol.md §20.2.

``verify_receipt`` says what a receipt proves alone: whoever holds the key that it names published
the ballot. What it proves about an election is in ``receipt_rulings.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from audit.chain import Event, read_event
from audit.cosignatures import stamped_at
from audit.notes import (
    Checkpoint,
    VerifierKey,
    decode_base64,
    decode_checkpoint,
    decode_key,
)
from audit.strict_json import INTEGER_BOUND
from audit.trackers import read_tracker
from audit.tree import HASH_BYTES, leaf_hash
from audit.tree_proofs import included_root
from audit.words import Malformed, Unsupported, shown

MAX_RECEIPT = 2**16
FIRST_LINE = "c2sp.org/tlog-proof@v1"
VERSION = "1"
_NUMBER = re.compile("0|[1-9][0-9]{0,15}", re.ASCII)
_WORDS = ("tracker", "ballot", "event", "key")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt, well formed; nothing in it is believed yet.

    Args:
        index: of the event, from 0.
        proof: the inclusion proof, from the leaf up.
        checkpoint: of the board, that covers the event.
        tracker: as the file says; nothing signs it (§9.5).
        ballot: the hash of the ballot's bytes, in hexadecimal.
        event: its exact bytes.
        key: of the board, as the file says.
    """

    index: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint
    tracker: str
    ballot: str
    event: bytes
    key: VerifierKey

    @property
    def leaf(self) -> bytes:
        """The event in the board's tree (§18.1)."""
        return leaf_hash(self.event)

    @property
    def stamped_at(self) -> int | None:
        """When the board says that it published the checkpoint; None without a stamp that holds."""
        return stamped_at(self.checkpoint, self.key)


def decode_receipt(data: bytes) -> Receipt:
    """The receipt that these bytes are (§20.2).

    Raises:
        Unsupported: a proof with other extra data, or a receipt of a later version.
        Malformed: anything else.
    """
    if len(data) > MAX_RECEIPT:
        raise _bad("plus de 64 Kio", "over 64 KiB")
    head, empty, checkpoint = data.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise _bad("une ligne illisible", "an unreadable line") from None
    if first != FIRST_LINE or not empty or len(lines) < 2:
        raise _bad("pas la forme attendue", "not of the form expected")
    extra, index = _after(lines[0], "extra"), _after(lines[1], "index")
    if not _NUMBER.fullmatch(index) or int(index) >= INTEGER_BOUND:
        raise _bad("un numéro mal formé", "a malformed number")
    proof = tuple(decode_base64(line) for line in lines[2:])
    if any(len(p) != HASH_BYTES for p in proof):
        raise _bad("des empreintes mal formées", "malformed hashes")
    tracker, ballot, event, key = _extra(decode_base64(extra))
    return Receipt(
        int(index),
        proof,
        decode_checkpoint(checkpoint),
        read_tracker(tracker),
        _ballot(ballot),
        event.encode("utf-8"),
        decode_key(key),
    )


def named_key(data: bytes) -> VerifierKey | None:
    """The key that a receipt names, whatever became of the rest of it; None if that is not read.

    The key's ID covers its name (§18.2): what is damaged there names none.
    """
    try:
        first, extra, *_ = data.decode("utf-8", "replace").split("\n", 2)
        if first != FIRST_LINE:
            return None
        return decode_key(_extra(decode_base64(_after(extra, "extra")))[-1])
    except (ValueError, Malformed, Unsupported):
        return None


def _extra(data: bytes) -> list[str]:
    """What the four lines after the version say."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _bad("ce n'est pas de l'UTF-8", "not UTF-8") from None
    first, *lines = text.split("\n")
    version = _after(first, "evote-receipt")
    if version != VERSION:
        number = shown(version, 20)
        raise Unsupported(
            f"reçu de version « {number} », non prise en charge",
            f"receipt of version “{number}”, not supported",
        )
    if len(lines) != len(_WORDS) + 1 or lines.pop():
        raise _bad("pas les lignes attendues", "not the lines expected")
    return [_after(line, word) for line, word in zip(lines, _WORDS, strict=True)]


def _after(line: str, word: str) -> str:
    """What stands after the word of a line."""
    found, space, said = line.partition(" ")
    if found != word or not space:
        raise _bad(f"la ligne « {word} » manque", f"the line “{word}” is missing")
    return said


def _ballot(text: str) -> str:
    """The hash of a ballot, from its base64 without padding (§2.3)."""
    digest = decode_base64(text + "=")
    if len(digest) != HASH_BYTES:
        raise _bad("une empreinte de bulletin mal formée", "a malformed hash of the ballot")
    return digest.hex()


def verify_receipt(receipt: Receipt) -> None:
    """Check that whoever holds the receipt's key published its ballot (§20.2).

    Raises:
        Malformed: the event is not that of the ballot, not in the checkpoint's tree, or the
            checkpoint is not signed by that key.
    """
    event = _ballot_event(receipt.event)
    if event.height != receipt.index or event.payload != receipt.ballot:
        raise _false(
            "l'événement n'est pas celui de ce bulletin", "the event is not that of this ballot"
        )
    checkpoint = receipt.checkpoint
    root = included_root(receipt.leaf, receipt.index, checkpoint.size, receipt.proof)
    if root != checkpoint.root:
        raise _false(
            "l'événement n'est pas dans l'urne qui a été signée",
            "the event is not in the board that was signed",
        )
    if checkpoint.origin != receipt.key.name or not checkpoint.signed_by(receipt.key):
        raise _false(
            "le point de contrôle n'est pas signé par cette clé",
            "the checkpoint is not signed by this key",
        )


def _ballot_event(data: bytes) -> Event:
    """The event of a ballot in its one writing, as §10.1 has it."""
    event = read_event(data)
    if event is None or event.written() != data:
        raise _false("l'événement est mal écrit", "the event is malformed")
    if event.kind != "Ballot" or event.parent is None:
        raise _false("l'événement n'est pas d'un bulletin", "the event is not of a ballot")
    return event


def _bad(fr: str, en: str) -> Malformed:
    return Malformed(f"un reçu mal formé, {fr} (§20.2)", f"a malformed receipt, {en} (§20.2)")


def _false(fr: str, en: str) -> Malformed:
    return Malformed(f"{fr} (§20.2)", f"{en} (§20.2)")
