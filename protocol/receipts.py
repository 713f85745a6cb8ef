# SPDX-License-Identifier: AGPL-3.0-or-later
"""Receipts: files by which anybody sees that a ballot was published, docs/protocol.md §20.2.

``c2sp.org/tlog-proof``: the event's index, the proof that the tree has it, a published checkpoint,
and as extra data the tracker, the event and the board's key. A receipt alone says that whoever
holds this key published the ballot; whose key it is, the record tells (§20.3).
"""

import re
from dataclasses import dataclass
from typing import Final

from protocol.encoding import MAX_INTEGER, decode_base64_digest
from protocol.errors import MalformedError, ProofError, ProtocolError
from protocol.events import Event, EventKind
from protocol.merkle import leaf_hash
from protocol.merkle_proofs import verify_inclusion
from protocol.note_format import MAX_NOTE_BYTES, decode_base64, decode_text, encode_base64
from protocol.notes import Checkpoint, VerifierKey, verify_checkpoint

TLOG_PROOF: Final = "c2sp.org/tlog-proof@v1"
EVOTE_RECEIPT: Final = "evote-receipt 1"
SUFFIX: Final = ".tlog-proof"
MAX_RECEIPT_BYTES: Final = MAX_NOTE_BYTES
_HEAD: Final = re.compile(
    rf"{re.escape(TLOG_PROOF)}\nextra ([^\n]+)\nindex (0|[1-9][0-9]{{0,15}})((?:\n[^\n]+)*)"
)
_EXTRA: Final = re.compile(
    rf"{EVOTE_RECEIPT}\ntracker ([^\n]+)\nballot ([^\n]+)\nevent ([^\n]+)\nkey ([^\n]+)\n"
)
_TRACKER: Final = re.compile(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt shows, before ``verify`` says whether it is true: §20.2.

    Attributes:
        tracker: as the voter noted it (§9.5); nothing here proves that it is that of the ballot.
        ballot: base 64 SHA-256 of the whole ballot, 43 characters, as Belenios shows it.
        event: of a ballot, the one that the board has.
        key: the verifier key of the board.
        index: of the event in the tree.
        proof: that the tree of the checkpoint has the event there, §18.5.
        checkpoint: a published one of the board, its exact bytes.
    """

    tracker: str
    ballot: str
    event: Event
    key: VerifierKey
    index: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    @classmethod
    def of(
        cls,
        tracker: str,
        event: Event,
        key: VerifierKey,
        proof: tuple[bytes, ...],
        checkpoint: bytes,
    ) -> "Receipt":
        """Return the receipt of a published ballot: its tracker, and its event on the board."""
        if event.payload is None:
            raise ProtocolError("only a ballot has a receipt", section="20.2")
        ballot = encode_base64(bytes.fromhex(event.payload)).rstrip("=")
        return cls(tracker, ballot, event, key, event.height, proof, checkpoint)

    @classmethod
    def decode(cls, data: bytes) -> "Receipt":
        """Read the file: §20.2.

        Raises:
            MalformedError: another form, or an event that is no ballot's.
        """
        head, separator, checkpoint = _decode_text(data).partition("\n\n")
        match = _HEAD.fullmatch(head)
        if not separator or match is None or int(match[2]) > MAX_INTEGER:
            raise _malformed("is not extra data, an index, hashes and a checkpoint")
        extra = _EXTRA.fullmatch(_decode_text(decode_base64(match[1], section="20.2")))
        if extra is None or _TRACKER.fullmatch(extra[1]) is None:
            raise _malformed("has not the extra lines of ours")
        decode_base64_digest(extra[2])
        event = Event.decode(extra[3].encode())
        if event.kind is not EventKind.BALLOT or event.parent is None:
            raise _malformed("is of an event that is no ballot's")
        proof = tuple(decode_base64(each, section="20.2") for each in match[3].split("\n")[1:])
        key = VerifierKey.decode(extra[4])
        return cls(extra[1], extra[2], event, key, int(match[2]), proof, checkpoint.encode())

    def encode(self) -> bytes:
        """Return the file: §20.2."""
        extra = (
            f"{EVOTE_RECEIPT}\ntracker {self.tracker}\nballot {self.ballot}\n"
            f"event {self.event.encode().decode()}\nkey {self.key.encode()}\n"
        )
        lines = [TLOG_PROOF, f"extra {encode_base64(extra.encode())}", f"index {self.index}"]
        lines += [encode_base64(each) for each in self.proof]
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + self.checkpoint

    def verify(self) -> Checkpoint:
        """Check what it shows by itself, and return the checkpoint that covers the ballot: §20.2.

        Raises:
            MalformedError: the checkpoint is no signed note of one, or the hashes are none.
            ProofError: the event is of another place or ballot, the key did not sign the
                checkpoint, or its tree has not this event there.
        """
        if self.event.height != self.index:
            raise ProofError("the receipt's event is of another index", section="20.2")
        if self.event.payload != decode_base64_digest(self.ballot).hex():
            raise ProofError("the receipt's event is of another ballot", section="20.2")
        checkpoint = verify_checkpoint(self.checkpoint, self.key)
        leaf = leaf_hash(self.event.encode())
        verify_inclusion(self.proof, leaf, self.index, checkpoint.position)
        return checkpoint


def _decode_text(data: bytes) -> str:
    return decode_text(data, where="receipt", section="20.2")


def _malformed(reason: str) -> MalformedError:
    return MalformedError(f"the receipt {reason}", section="20.2")
