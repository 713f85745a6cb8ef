# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checkpoints: the signed size and root of a log, as notes of C2SP: docs/protocol.md §18.2, §18.3.

``c2sp.org/signed-note`` and ``c2sp.org/tlog-checkpoint``, so that tools of others read ours.
Strict: no extension line, and exactly one signature of the log; those of witnesses are passed over.
"""

import hashlib
import re
import unicodedata
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Final

from protocol import ed25519
from protocol.encoding import MAX_INTEGER
from protocol.errors import MalformedError, ProofError, ProtocolError
from protocol.group import Element
from protocol.merkle import HASH_BYTES, LogPosition
from protocol.rng import Rng, system_rng
from protocol.secret import Secret

ED25519: Final = b"\x01"
ID_BYTES: Final = 4
KEY_BYTES: Final = 32
MAX_SIGNATURES: Final = 32
MAX_CHECKPOINT_BYTES: Final = 64 * 1024
SIGNATURE_MARK: Final = "\u2014 "
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,15}")
_KEY_ID: Final = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The name and public key of a log, of the type Ed25519: §18.2."""

    name: str
    public_key: Element

    @classmethod
    def decode(cls, text: object) -> "VerifierKey":
        """Read ``name+ID+KEY``: §18.2.

        Raises:
            MalformedError: another form or type, an ID that is not that of name and key, or a
                public key that is not an element of the group.
        """
        parts = text.split("+", 2) if isinstance(text, str) else []
        if len(parts) != 3 or not _is_name(parts[0]) or _KEY_ID.fullmatch(parts[1]) is None:
            raise _malformed_key("is not name, ID and key joined by +")
        data = _decode_base64(parts[2], section="18.2")
        if data[:1] != ED25519 or len(data) != 1 + KEY_BYTES:
            raise _malformed_key("is not of the type Ed25519")
        key = cls(parts[0], Element.decode(data[:0:-1].hex()))
        if key.key_id.hex() != parts[1]:
            raise _malformed_key("has an ID that is not its own")
        return key

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256(name ‖ 0A ‖ 01 ‖ public key): §18.2."""
        preimage = self.name.encode("utf-8") + b"\n" + self._typed_key()
        return hashlib.sha256(preimage).digest()[:ID_BYTES]

    def encode(self) -> str:
        """Return ``name+ID+KEY``: §18.2."""
        key = b64encode(self._typed_key()).decode("ascii")
        return f"{self.name}+{self.key_id.hex()}+{key}"

    def _typed_key(self) -> bytes:
        return ED25519 + self.public_key.to_rfc8032()


@dataclass(frozen=True, slots=True, eq=False)
class LogKey:
    """The key with which a server signs one log: its name, and the seed of RFC 8032: §18.2."""

    name: str
    seed: Secret[bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if not _is_name(self.name) or len(self.seed.reveal()) != ed25519.SEED_BYTES:
            raise _malformed_key("has no name, or a seed that is not 32 bytes")

    @classmethod
    def generate(cls, name: str, rng: Rng = system_rng) -> "LogKey":
        """Return a new key of this name."""
        return cls(name, Secret(rng(ed25519.SEED_BYTES)))

    @property
    def verifier_key(self) -> VerifierKey:
        """What others verify with."""
        return VerifierKey(self.name, ed25519.public_key(self.seed))

    def sign(self, message: bytes) -> bytes:
        """Return the signature of RFC 8032, 64 bytes: §18.3."""
        return ed25519.sign(message, self.seed)


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

    @property
    def position(self) -> LogPosition:
        """Size and root, as the JSON of ours has them."""
        return LogPosition(self.size, self.root.hex())

    def encode(self) -> bytes:
        """Return the three lines that are signed: §18.3."""
        root = b64encode(self.root).decode("ascii")
        return f"{self.origin}\n{self.size}\n{root}\n".encode()


def sign_checkpoint(checkpoint: Checkpoint, key: LogKey) -> bytes:
    """Return the signed note: the checkpoint, an empty line, one line of signature: §18.3."""
    if checkpoint.origin != key.name:
        raise ProtocolError("the checkpoint is not of the key's log", section="18.3")
    text = checkpoint.encode()
    blob = b64encode(key.verifier_key.key_id + key.sign(text)).decode("ascii")
    return text + f"\n{SIGNATURE_MARK}{key.name} {blob}\n".encode()


def verify_checkpoint(data: bytes, verifier_key: VerifierKey) -> Checkpoint:
    """Read a signed checkpoint, and check that the holder of the key signed it: §18.3.

    Raises:
        MalformedError: another form.
        ProofError: of another log, not signed by this key exactly once, or an untrue signature.
    """
    text, signatures = _split(data)
    checkpoint = _decode_text(text)
    if checkpoint.origin != verifier_key.name:
        raise ProofError("the checkpoint is of another log", section="18.3")
    known = (verifier_key.name, verifier_key.key_id)
    own = [rest for name, key_id, rest in signatures if (name, key_id) == known]
    if len(own) != 1:
        raise ProofError("the checkpoint has not one signature of its log", section="18.3")
    ed25519.verify(text, own[0], verifier_key.public_key)
    return checkpoint


def _split(data: bytes) -> tuple[bytes, list[tuple[str, bytes, bytes]]]:
    # The text with its last newline, and of each signature line name, ID and what follows it.
    if len(data) > MAX_CHECKPOINT_BYTES:
        raise _malformed("is longer than 64 KiB")
    try:
        note = data.decode("utf-8")
    except UnicodeDecodeError as cause:
        raise _malformed("is not UTF-8") from cause
    if any(unicodedata.category(each) == "Cc" for each in note.replace("\n", "")):
        raise _malformed("has a control character")
    text, separator, lines = note.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise _malformed("is not a text, an empty line and signatures")
    signatures = lines.removesuffix("\n").split("\n")
    if len(signatures) > MAX_SIGNATURES:
        raise _malformed(f"has more than {MAX_SIGNATURES} signatures")
    return f"{text}\n".encode(), [_decode_signature(line) for line in signatures]


def _decode_signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(SIGNATURE_MARK).partition(" ")
    if not line.startswith(SIGNATURE_MARK) or not _is_name(name):
        raise _malformed("has a line that is no signature")
    blob = _decode_base64(encoded, section="18.3")
    if len(blob) <= ID_BYTES:
        raise _malformed("has an empty signature")
    return name, blob[:ID_BYTES], blob[ID_BYTES:]


def _decode_text(text: bytes) -> Checkpoint:
    lines = text.decode("utf-8").removesuffix("\n").split("\n")
    if len(lines) != 3:
        raise _malformed("has not three lines")
    origin, size, root = lines
    if not _is_name(origin):
        raise _malformed("has an origin that is no name of a key")
    if _SIZE.fullmatch(size) is None or int(size) > MAX_INTEGER:
        raise _malformed("has a size that is no number")
    digest = _decode_base64(root, section="18.3")
    if len(digest) != HASH_BYTES:
        raise _malformed("has a root that is not 32 bytes")
    return Checkpoint(origin, int(size), digest)


def _is_name(name: str) -> bool:
    # §18.2: what both formats can carry.
    categories = map(unicodedata.category, name)
    return (
        bool(name)
        and "+" not in name
        and not any(each[0] == "Z" or each == "Cc" for each in categories)
    )


def _decode_base64(text: str, *, section: str) -> bytes:
    try:
        data = b64decode(text, validate=True)
    except ValueError as cause:
        raise MalformedError("a text is not in base 64", section=section) from cause
    if b64encode(data).decode("ascii") != text:
        raise MalformedError("a text is not in base 64", section=section)
    return data


def _malformed(reason: str) -> MalformedError:
    return MalformedError(f"the checkpoint {reason}", section="18.3")


def _malformed_key(reason: str) -> MalformedError:
    return MalformedError(f"a verifier key {reason}", section="18.2")
