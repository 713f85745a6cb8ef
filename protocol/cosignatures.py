# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who saw a checkpoint, and when: stamps and co-signatures, docs/protocol.md §18.6.

``c2sp.org/tlog-cosignature`` for Ed25519. A log stamps its own checkpoints with the time of the
step; witnesses add lines of theirs. Whether a time is late enough, and how many witnesses are
enough, is for the caller.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from protocol import ed25519
from protocol.encoding import MAX_INTEGER
from protocol.errors import ProofError, ProtocolError
from protocol.note_format import MAX_NOTE_BYTES, MAX_SIGNATURES, Note, SignatureLine
from protocol.note_keys import NamedKey, NamedSeed
from protocol.notes import Checkpoint, LogKey, VerifierKey, sign_checkpoint, verify_checkpoint

COSIGNATURE: Final = "cosignature/v1"
TIME_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class CosignerVerifierKey(NamedKey):
    """The name and public key of who co-signs checkpoints, of the type 04: §18.6."""

    TYPE: ClassVar[bytes] = b"\x04"

    @classmethod
    def of_stamps(cls, log: VerifierKey) -> "CosignerVerifierKey":
        """Return the key with which the stamps of a log verify: its own name and public key."""
        return cls(log.name, log.public_key)


@dataclass(frozen=True, slots=True, eq=False)
class CosignerKey(NamedSeed):
    """The key with which a witness co-signs, and signs nothing else: §18.6."""

    @property
    def verifier_key(self) -> CosignerVerifierKey:
        """What others verify with."""
        return CosignerVerifierKey(self.name, self.public_key)


@dataclass(frozen=True, slots=True)
class SeenCheckpoint:
    """A signed checkpoint, and when its log and the witnesses asked about say they saw it: §18.6.

    Attributes:
        stamped_at: seconds since 1970 UTC, None without a stamp.
        witnessed_at: the same by name of a witness, for those that have a line.
    """

    checkpoint: Checkpoint
    stamped_at: int | None
    witnessed_at: Mapping[str, int]


def cosign(checkpoint: Checkpoint, at: int, key: CosignerKey) -> SignatureLine:
    """Return the line of a witness: at this time it knew of no larger tree of the log: §18.6.

    Args:
        at: seconds since 1970 UTC, in [0, 2^53).
    """
    return _line(checkpoint, at, key)


def stamp(checkpoint: Checkpoint, at: int, key: LogKey) -> SignatureLine:
    """Return the line by which a log says when it made its own checkpoint: §18.6."""
    if checkpoint.origin != key.name:
        raise ProtocolError("the checkpoint is not of the key's log", section="18.6")
    return _line(checkpoint, at, key)


def sign_stamped(checkpoint: Checkpoint, at: int, key: LogKey) -> bytes:
    """Return the note of a checkpoint with the log's signature and its stamp: §18.7."""
    return append_line(sign_checkpoint(checkpoint, key), stamp(checkpoint, at, key))


def append_line(note: bytes, line: SignatureLine) -> bytes:
    """Return the note with one more line, after those that it has: §18.6.

    Raises:
        ProtocolError: no note, a line of the same key is there, or the note would be too large.
    """
    read = Note.decode(note)
    if read.of(line.name, line.key_id):
        raise ProtocolError("the note has a line of this key", section="18.6")
    longer = note + line.encode().encode()
    if len(read.signatures) == MAX_SIGNATURES or len(longer) > MAX_NOTE_BYTES:
        raise ProtocolError("the note has no room for another line", section="18.3")
    return longer


def cosigned_at(
    checkpoint: Checkpoint, lines: Iterable[SignatureLine], key: CosignerVerifierKey
) -> int | None:
    """Return when this key co-signed the checkpoint, None if no line is its own: §18.4, §18.6.

    Raises:
        ProofError: a line of its name and ID does not hold, or there is a second one.
    """
    own = [each for each in lines if (each.name, each.key_id) == (key.name, key.key_id)]
    if not own:
        return None
    if len(own) > 1:
        raise ProofError("two lines of the same key", section="18.4")
    # What is too short or too long for a time and a signature fails as a signature.
    at = int.from_bytes(own[0].rest[:TIME_BYTES], "big")
    if at > MAX_INTEGER:
        raise ProofError("a co-signature has a time of 2^53 or later", section="18.6")
    ed25519.verify(_message(checkpoint, at), own[0].rest[TIME_BYTES:], key.public_key)
    return at


def verify_seen(
    data: bytes, log: VerifierKey, witnesses: Sequence[CosignerVerifierKey] = ()
) -> SeenCheckpoint:
    """Read a signed checkpoint with its stamp and the lines of these witnesses: §18.3, §18.6.

    Raises:
        MalformedError: another form.
        ProofError: not signed by the log exactly once, or a line of the log's stamp or of one of
            the witnesses that does not hold, or a second one. Lines of others are passed over.
    """
    checkpoint, lines = verify_checkpoint(data, log), Note.decode(data).signatures
    times = {each.name: cosigned_at(checkpoint, lines, each) for each in witnesses}
    return SeenCheckpoint(
        checkpoint,
        cosigned_at(checkpoint, lines, CosignerVerifierKey.of_stamps(log)),
        {name: at for name, at in times.items() if at is not None},
    )


def _line(checkpoint: Checkpoint, at: int, key: CosignerKey | LogKey) -> SignatureLine:
    if not 0 <= at <= MAX_INTEGER:
        raise ProtocolError("the time is not below 2^53", section="18.6")
    key_id = CosignerVerifierKey(key.name, key.public_key).key_id
    rest = at.to_bytes(TIME_BYTES, "big") + key.sign(_message(checkpoint, at))
    return SignatureLine(key.name, key_id, rest)


def _message(checkpoint: Checkpoint, at: int) -> bytes:
    # cosignature/v1 ‖ 0A ‖ "time T" ‖ 0A ‖ the three lines
    return f"{COSIGNATURE}\ntime {at}\n{checkpoint.encode()}".encode()
