# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of an amendment: what members are given to sign, and what they give back: §17.4, §19.4.

An amendment changes the hours, or the booth's files, of an election that is sealed.
"""

from dataclasses import dataclass

from protocol.ceremony import MAX_MEMBERS
from protocol.encoding import Fields, JsonValue, decode_canonical_json, encode_json, own_uuid
from protocol.journal_bodies import (
    Amendment,
    BoothReplaced,
    HoursChanged,
    decode_body,
    decode_kind,
)
from protocol.journal_signatures import EntryStatement
from protocol.proofs.proof import Proof
from protocol.trustee_signatures import TrusteeSignature
from tally.messages import fingerprint_text

VERSION = 1


@dataclass(frozen=True, slots=True)
class AmendmentMessage:
    """``amendment.json``: what the organiser asks the members to sign."""

    uuid: str
    fingerprint: str
    body: Amendment

    @classmethod
    def decode(cls, data: bytes) -> "AmendmentMessage":
        """Read the file."""
        fields = _open(data, "evote_amendment")
        message = cls(own_uuid(fields), fingerprint_text(fields), _body(fields))
        fields.finish()
        return message

    @property
    def statement(self) -> EntryStatement:
        """What a member signs: §19.4."""
        return EntryStatement(self.uuid, self.fingerprint, self.body)

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return encode_json({"evote_amendment": VERSION, **_members(self)})


@dataclass(frozen=True, slots=True)
class AmendmentSignatureMessage:
    """``amendment-m-signature-i.json``: trustee i has read an amendment and signs it."""

    amendment: AmendmentMessage
    signed: TrusteeSignature

    @classmethod
    def decode(cls, data: bytes) -> "AmendmentSignatureMessage":
        """Read the file; the signature is not verified yet."""
        fields = _open(data, "evote_amendment_signature")
        amendment = AmendmentMessage(own_uuid(fields), fingerprint_text(fields), _body(fields))
        trustee = fields.integer("trustee", 1, MAX_MEMBERS)
        signed = TrusteeSignature(trustee, Proof.decode(fields.raw("signature")))
        fields.finish()
        return cls(amendment, signed)

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return encode_json(
            {
                "evote_amendment_signature": VERSION,
                **_members(self.amendment),
                "trustee": self.signed.trustee,
                "signature": self.signed.signature.encode(),
            }
        )


def _open(data: bytes, kind: str) -> Fields:
    value = decode_canonical_json(data.removesuffix(b"\n"))
    fields = Fields(value, where="amendment", section="17.4")
    fields.integer(kind, VERSION, VERSION)
    return fields


def _body(fields: Fields) -> Amendment:
    body = decode_body(decode_kind(fields), fields.raw("body"))
    if not isinstance(body, HoursChanged | BoothReplaced):
        raise fields.error("changes neither the hours nor the booth")
    return body


def _members(message: AmendmentMessage) -> dict[str, JsonValue]:
    return {
        "uuid": message.uuid,
        "fingerprint": message.fingerprint,
        "kind": message.body.kind.value,
        "body": message.body.encode(),
    }
