# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys that sign notes, and the text of their public half: docs/protocol.md §18.2, §18.6.

``name+ID+KEY``. Each type has classes of its own, made of the two here, so that no key of one type
verifies what only the other may sign.
"""

import hashlib
import re
from dataclasses import dataclass, field
from typing import ClassVar, Final, Self

from protocol import ed25519
from protocol.errors import MalformedError
from protocol.group import Element
from protocol.note_format import ID_BYTES, decode_base64, encode_base64, is_name
from protocol.rng import Rng, system_rng
from protocol.secret import Secret

KEY_BYTES: Final = 32
_KEY_ID: Final = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A name and an Ed25519 public key, of the type that a subclass gives: §18.2."""

    TYPE: ClassVar[bytes]

    name: str
    public_key: Element

    @classmethod
    def decode(cls, text: object) -> Self:
        """Read ``name+ID+KEY`` of this type: §18.2.

        Raises:
            MalformedError: another form or type, an ID that is not that of name and key, or a
                public key that is not an element of the group.
        """
        parts = text.split("+", 2) if isinstance(text, str) else []
        if len(parts) != 3 or not is_name(parts[0]) or _KEY_ID.fullmatch(parts[1]) is None:
            raise _malformed("is not name, ID and key joined by +")
        data = decode_base64(parts[2], section="18.2")
        if data[:1] != cls.TYPE or len(data) != 1 + KEY_BYTES:
            raise _malformed("is not of the type that is demanded here")
        key = cls(parts[0], Element.decode(data[:0:-1].hex()))
        if key.key_id.hex() != parts[1]:
            raise _malformed("has an ID that is not its own")
        return key

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256(name ‖ 0A ‖ type ‖ public key): §18.2."""
        preimage = self.name.encode("utf-8") + b"\n" + self._typed_key()
        return hashlib.sha256(preimage).digest()[:ID_BYTES]

    def encode(self) -> str:
        """Return ``name+ID+KEY``: §18.2."""
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(self._typed_key())}"

    def _typed_key(self) -> bytes:
        return self.TYPE + self.public_key.to_rfc8032()


@dataclass(frozen=True, slots=True, eq=False)
class NamedSeed:
    """A name and the seed of RFC 8032 that signs under it, for the subclass to say what."""

    name: str
    seed: Secret[bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if not is_name(self.name) or len(self.seed.reveal()) != ed25519.SEED_BYTES:
            raise _malformed("has no name, or a seed that is not 32 bytes")

    @classmethod
    def generate(cls, name: str, rng: Rng = system_rng) -> Self:
        """Return a new key of this name."""
        return cls(name, Secret(rng(ed25519.SEED_BYTES)))

    @property
    def public_key(self) -> Element:
        """The public key of the seed."""
        return ed25519.public_key(self.seed)

    def sign(self, message: bytes) -> bytes:
        """Return the signature of RFC 8032, 64 bytes: §18.3."""
        return ed25519.sign(message, self.seed)


def _malformed(reason: str) -> MalformedError:
    return MalformedError(f"a verifier key {reason}", section="18.2")
