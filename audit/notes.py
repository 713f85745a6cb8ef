# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verifier keys, signed notes and checkpoints: docs/protocol.md §18.2, §18.3.

Strict: one text, one reading. A signature line of somebody else (a witness) is passed over, but it
must have the form of one. Stamps and co-signatures are in ``cosignatures.py``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from dataclasses import dataclass

from audit.arithmetic import is_member, signed_by
from audit.record import MAX_CHECKPOINT
from audit.strict_json import INTEGER_BOUND, read_text
from audit.tree import HASH_BYTES
from audit.words import Malformed

MAX_LINES = 32
ED25519, COSIGNATURE = b"\x01", b"\x04"  # the types of keys: §18.2, §18.6
CHECKPOINT_LINES = 3
_ID_BYTES, _KEY_BYTES, _SHORTEST = 4, 32, 5
_ID = re.compile("[0-9a-f]{8}")
_SIZE = re.compile("0|[1-9][0-9]{0,15}", re.ASCII)
_DASH = "\u2014"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name and a public key; ``id`` follows from both and from the type of the key (§18.2)."""

    name: str
    id: bytes
    public: bytes

    @classmethod
    def of(cls, name: str, public: bytes, kind: bytes = ED25519) -> VerifierKey:
        """The key of this name, with the first 4 bytes of its digest as ID (§18.2)."""
        text = name.encode("utf-8") + b"\n" + kind + public
        return cls(name, hashlib.sha256(text).digest()[:_ID_BYTES], public)


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One line: whose it says it is, and what it signs with."""

    name: str
    id: bytes
    signature: bytes

    def encode(self) -> bytes:
        """The line as it stands in a note, with its newline (§18.3)."""
        blob = base64.b64encode(self.id + self.signature).decode("ascii")
        return f"{_DASH} {self.name} {blob}\n".encode()


@dataclass(frozen=True, slots=True)
class Note:
    """A text and who signed it; not yet known to be signed by anybody (§18.3)."""

    text: bytes
    lines: tuple[SignatureLine, ...]

    def of(self, key: VerifierKey) -> list[bytes]:
        """What the lines of this key, by name and ID, sign with."""
        return [line.signature for line in self.lines if (line.name, line.id) == (key.name, key.id)]

    def signed_by(self, key: VerifierKey) -> bool:
        """Whether exactly one line is of this key, and it verifies (§18.3)."""
        own = self.of(key)
        return len(own) == 1 and signed_by(key.public, self.text, own[0])


@dataclass(frozen=True, slots=True)
class Checkpoint(Note):
    """A signed size and root of a log (§18.3)."""

    origin: str
    size: int
    root: bytes


def decode_key(value: object, kind: bytes = ED25519) -> VerifierKey:
    """A verifier key from its one text, ``name+ID+KEY`` (§18.2), of this type."""
    parts = read_text(value, "key").split("+", 2)  # base64 may have a + of its own
    if len(parts) != 3 or not is_name(parts[0]) or not _ID.fullmatch(parts[1]):
        raise _bad_key()
    name, kept = parts[0], decode_base64(parts[2])
    public = kept[1:]
    if kept[:1] != kind or len(public) != _KEY_BYTES or not is_member(public):
        raise _bad_key()
    key = VerifierKey.of(name, public, kind)
    if key.id.hex() != parts[1]:
        raise _bad_key()
    return key


def encode_key(key: VerifierKey, kind: bytes = ED25519) -> str:
    """The one text of a verifier key (§18.2)."""
    kept = base64.b64encode(kind + key.public).decode("ascii")
    return f"{key.name}+{key.id.hex()}+{kept}"


def decode_checkpoint(data: bytes) -> Checkpoint:
    """The checkpoint that these bytes are (§18.3); who signed it is another question."""
    (origin, size, root), note = decode_note(data, CHECKPOINT_LINES)
    if not origin or not _SIZE.fullmatch(size) or int(size) >= INTEGER_BOUND:
        raise _bad("origine ou taille mal formée", "malformed origin or size")
    kept = decode_base64(root)
    if len(kept) != HASH_BYTES:
        raise _bad("racine mal formée", "malformed root")
    return Checkpoint(note.text, note.lines, origin, int(size), kept)


def decode_note(data: bytes, count: int) -> tuple[list[str], Note]:
    """The lines of text, exactly so many, and the note that these bytes are (§18.3)."""
    if len(data) > MAX_CHECKPOINT:
        raise _bad("plus de 64 Kio", "over 64 KiB")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _bad("ce n'est pas de l'UTF-8", "not UTF-8") from None
    if _CONTROL.search(text.replace("\n", "")):
        raise _bad("un caractère de commande", "a control character")
    lines = text.split("\n")
    if len(lines) < count + 3 or lines[count] or lines.pop():
        raise _bad("pas la forme attendue", "not of the form expected")
    signatures = lines[count + 1 :]
    if len(signatures) > MAX_LINES:
        raise _bad("trop de signatures", "too many signatures")
    signed = "".join(f"{line}\n" for line in lines[:count]).encode("utf-8")
    return lines[:count], Note(signed, tuple(_line(line) for line in signatures))


def _line(text: str) -> SignatureLine:
    parts = text.split(" ")
    if len(parts) != 3 or parts[0] != _DASH or not is_name(parts[1]):
        raise _bad("une ligne de signature mal formée", "a malformed signature line")
    kept = decode_base64(parts[2])
    if len(kept) < _SHORTEST:
        raise _bad("une signature trop courte", "a signature too short")
    return SignatureLine(parts[1], kept[:_ID_BYTES], kept[_ID_BYTES:])


def is_name(text: str) -> bool:
    """At least one character, no ``+``, no white space, no control character (§18.2)."""
    kinds = {unicodedata.category(c) for c in text}
    return bool(text) and "+" not in text and not kinds & {"Cc", "Zs", "Zl", "Zp"}


def decode_base64(text: str) -> bytes:
    """Padded base64 in its one writing (§2.3, §18.3)."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        data = b""
    if not data or base64.b64encode(data).decode("ascii") != text:
        raise _bad("du base64 mal formé", "malformed base64")
    return data


def _bad(fr: str, en: str) -> Malformed:
    return Malformed(f"{fr} (§18.3)", f"{en} (§18.3)")


def _bad_key() -> Malformed:
    return Malformed(
        "une clé de vérification mal formée (§18.2)", "a malformed verifier key (§18.2)"
    )
