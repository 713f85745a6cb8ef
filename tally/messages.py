# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of ours that travel between trustees and organiser: docs/protocol.md §7.12-§11.3.

Each is canonical JSON that begins with its own name and version, says whose it is and to what it
belongs, and carries one signature or one partial decryption. The other files of a ceremony are
those of §7.4, §7.6 and §7.8 as they stand.
"""

from dataclasses import dataclass
from typing import Final

from protocol.ceremony import MAX_MEMBERS
from protocol.datum import hash_text
from protocol.encoding import (
    Fields,
    JsonValue,
    decode_base64_digest,
    decode_canonical_json,
    encode_json,
    own_uuid,
)
from protocol.errors import MalformedError
from protocol.journal_bodies import ClosingSigned, EntryKind, decode_body
from protocol.proofs.proof import Proof

VERSION: Final = 1
SERVER_VERSION: Final = 2

PART: Final = "une part du comptage (étape 6)"
_NAMES: Final = {
    "evote_certificate": "un certificat (étape 1)",
    "secrets": "un fichier de l'étape 2 (polynomial)",
    "private_key": "un fichier de l'étape 3 (key)",
    "evote_ceremony": "une signature de la cérémonie (étape 4)",
    "evote_setup_signature": "une signature d'ouverture (étape 5)",
    "evote_decryption": PART,
    "evote_amendment": "un changement à signer",
    "evote_amendment_signature": "la signature d'un changement",
    "decryption_factors": "une part du comptage au format de Belenios",
    "verification_keys": "le fichier des clés réunies",
    "questions": "une élection",
}


@dataclass(frozen=True, slots=True)
class CeremonySignature:
    """``ceremony-i.json``: trustee i's signature of the transcript, §7.12."""

    uuid: str
    trustee: int
    trustees_sha256: str
    signature: Proof

    @classmethod
    def decode(cls, data: bytes) -> "CeremonySignature":
        """Read the file; the signature is not verified yet."""
        fields = _open(data, "evote_ceremony", "7.12")
        message = cls(
            own_uuid(fields),
            fields.integer("trustee", 1, MAX_MEMBERS),
            hash_text(fields, "trustees_sha256"),
            Proof.decode(fields.raw("signature")),
        )
        fields.finish()
        return message

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return encode_json(
            {
                "evote_ceremony": VERSION,
                "uuid": self.uuid,
                "trustee": self.trustee,
                "trustees_sha256": self.trustees_sha256,
                "signature": self.signature.encode(),
            }
        )


@dataclass(frozen=True, slots=True)
class SetupSignatureMessage:
    """``setup-signature-i.json``: trustee i's signature of the set-up, §7.13."""

    uuid: str
    fingerprint: str
    setup_event: str
    trustee: int
    signature: Proof

    @classmethod
    def decode(cls, data: bytes) -> "SetupSignatureMessage":
        """Read the file; the signature is not verified yet."""
        fields = _open(data, "evote_setup_signature", "7.13")
        message = cls(
            own_uuid(fields),
            fingerprint_text(fields),
            hash_text(fields, "setup_event"),
            fields.integer("trustee", 1, MAX_MEMBERS),
            Proof.decode(fields.raw("signature")),
        )
        fields.finish()
        return message

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return encode_json(
            {
                "evote_setup_signature": VERSION,
                "uuid": self.uuid,
                "fingerprint": self.fingerprint,
                "setup_event": self.setup_event,
                "trustee": self.trustee,
                "signature": self.signature.encode(),
            }
        )


@dataclass(frozen=True, slots=True)
class SignedClosing:
    """What the decryption of an election on a server carries besides: §19.4.

    ``signature`` is the owner's, of the body of the entry ``closing-signed``.
    """

    body: ClosingSigned
    signature: Proof

    @classmethod
    def decode(cls, value: JsonValue) -> "SignedClosing":
        """Read ``{"body":…,"signature":…}``: §17.4."""
        fields = Fields(value, where="closing", section="17.4")
        body = decode_body(EntryKind.CLOSING_SIGNED, fields.raw("body"))
        signature = Proof.decode(fields.raw("signature"))
        fields.finish()
        if not isinstance(body, ClosingSigned):
            raise fields.error("is not the body of closing-signed")
        return cls(body, signature)

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §17.4."""
        return {"body": self.body.encode(), "signature": self.signature.encode()}


@dataclass(frozen=True, slots=True)
class DecryptionMessage:
    """``decryption-i.json``: trustee i's partial decryption of one count, §11.3.

    ``decryption`` holds the exact bytes that go on the board; ``closing`` is there in an election
    of version 2.
    """

    uuid: str
    fingerprint: str
    tally_event: str
    owner: int
    decryption: bytes
    closing: SignedClosing | None = None

    @classmethod
    def decode(cls, data: bytes) -> "DecryptionMessage":
        """Read the file; the partial decryption is not read yet."""
        fields = _open(data, "evote_decryption", "11.3", VERSION, SERVER_VERSION)
        has_closing = fields.integer("evote_decryption", VERSION, SERVER_VERSION) == SERVER_VERSION
        message = cls(
            own_uuid(fields),
            fingerprint_text(fields),
            hash_text(fields, "tally_event"),
            fields.integer("owner", 1, MAX_MEMBERS),
            encode_json(fields.raw("decryption")),
            SignedClosing.decode(fields.raw("closing")) if has_closing else None,
        )
        fields.finish()
        return message

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        members: dict[str, JsonValue] = {
            "evote_decryption": VERSION if self.closing is None else SERVER_VERSION,
            "uuid": self.uuid,
            "fingerprint": self.fingerprint,
            "tally_event": self.tally_event,
            "owner": self.owner,
            "decryption": decode_canonical_json(self.decryption),
        }
        if self.closing is not None:
            members["closing"] = self.closing.encode()
        return encode_json(members)


def name_kind(data: bytes) -> str:
    """Return in French what kind of file this seems to be, or nothing if it is none of ours."""
    try:
        value: JsonValue = decode_canonical_json(data.removesuffix(b"\n"))
    except MalformedError:
        return ""
    if not isinstance(value, dict):
        return ""
    return next((french for member, french in _NAMES.items() if member in value), "")


def fingerprint_text(fields: Fields) -> str:
    """Return a member that is a fingerprint, 43 characters of base 64: §2.3."""
    text = fields.text("fingerprint", 43)
    decode_base64_digest(text)
    return text


def _open(data: bytes, kind: str, section: str, *versions: int) -> Fields:
    value = decode_canonical_json(data.removesuffix(b"\n"))
    fields = Fields(value, where="message", section=section)
    if fields.integer(kind, 0, 2**31) not in (versions or (VERSION,)):
        raise fields.error("has a version that we do not know")
    return fields
