# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checkpoints: the signed size and root of a log, as notes of C2SP: docs/protocol.md §18.2, §18.3.

``c2sp.org/tlog-checkpoint``, so that tools of others read ours. Strict: no extension line, and
exactly one signature of the log; stamps and lines of witnesses are for ``cosignatures``.
"""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from protocol import ed25519
from protocol.encoding import MAX_INTEGER
from protocol.errors import MalformedError, ProofError, ProtocolError
from protocol.merkle import HASH_BYTES, LogPosition
from protocol.note_format import (
    MAX_NOTE_BYTES,
    Note,
    SignatureLine,
    decode_base64,
    encode_base64,
    is_name,
)
from protocol.note_keys import NamedKey, NamedSeed

MAX_CHECKPOINT_BYTES: Final = MAX_NOTE_BYTES
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True)
class VerifierKey(NamedKey):
    """The name and public key of a log, of the type Ed25519: §18.2."""

    TYPE: ClassVar[bytes] = b"\x01"


@dataclass(frozen=True, slots=True, eq=False)
class LogKey(NamedSeed):
    """The key with which a server signs one log: its name, and the seed of RFC 8032: §18.2."""

    @property
    def verifier_key(self) -> VerifierKey:
        """What others verify with."""
        return VerifierKey(self.name, self.public_key)

    def sign_note(self, text: str) -> bytes:
        """Return the note of this text, signed by this key and by no other yet: §18.3."""
        rest = self.sign(text.encode())
        return Note(text, (SignatureLine(self.name, self.verifier_key.key_id, rest),)).encode()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The size and root (32 bytes) of the log named ``origin`` at one moment: §18.3."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def of(cls, origin: str, position: LogPosition) -> "Checkpoint":
        """Return the checkpoint of a log that has come so far."""
        return cls(origin, position.size, bytes.fromhex(position.root))

    @classmethod
    def decode(cls, text: str) -> "Checkpoint":
        """Read the three lines, with the last newline: §18.3.

        Raises:
            MalformedError: another form.
        """
        lines = text.removesuffix("\n").split("\n")
        if len(lines) != 3:
            raise _malformed("has not three lines")
        origin, size, root = lines
        if not is_name(origin):
            raise _malformed("has an origin that is no name of a key")
        if _SIZE.fullmatch(size) is None or int(size) > MAX_INTEGER:
            raise _malformed("has a size that is no number")
        digest = decode_base64(root, section="18.3")
        if len(digest) != HASH_BYTES:
            raise _malformed("has a root that is not 32 bytes")
        return cls(origin, int(size), digest)

    @property
    def position(self) -> LogPosition:
        """Size and root, as the JSON of ours has them."""
        return LogPosition(self.size, self.root.hex())

    def encode(self) -> str:
        """Return the three lines that are signed: §18.3."""
        return f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\n"


def sign_checkpoint(checkpoint: Checkpoint, key: LogKey) -> bytes:
    """Return the signed note: the checkpoint, an empty line, one line of signature: §18.3."""
    if checkpoint.origin != key.name:
        raise ProtocolError("the checkpoint is not of the key's log", section="18.3")
    return key.sign_note(checkpoint.encode())


def verify_checkpoint(data: bytes, verifier_key: VerifierKey) -> Checkpoint:
    """Read a signed checkpoint, and check that the holder of the key signed it: §18.3.

    Raises:
        MalformedError: another form.
        ProofError: of another log, not signed by this key exactly once, or an untrue signature.
    """
    note = Note.decode(data)
    checkpoint = Checkpoint.decode(note.text)
    if checkpoint.origin != verifier_key.name:
        raise ProofError("the checkpoint is of another log", section="18.3")
    verify_own_signature(note, verifier_key)
    return checkpoint


def verify_own_signature(note: Note, verifier_key: VerifierKey) -> None:
    """Check that exactly one line is the key's, by name and ID, and that it verifies: §18.3.

    Raises:
        ProofError: none, several, or one that does not hold.
    """
    own = note.of(verifier_key.name, verifier_key.key_id)
    if len(own) != 1:
        raise ProofError("the note has not one signature of its log", section="18.3")
    ed25519.verify(note.text.encode(), own[0].rest, verifier_key.public_key)


def _malformed(reason: str) -> MalformedError:
    return MalformedError(f"the checkpoint {reason}", section="18.3")
