# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record's file of set-up signatures, while the vote is open: docs/protocol.md §17.1."""

from dataclasses import dataclass

from protocol.datum import hash_text, require_canonical
from protocol.encoding import Fields, JsonValue, decode_canonical_json, encode_json, own_uuid
from protocol.trustee_signatures import TrusteeSignature, decode_signatures


@dataclass(frozen=True, slots=True)
class SetupSignatures:
    """``setup-signatures.json``: who signed which ``Setup`` event of which election: §17.1."""

    uuid: str
    setup_event: str
    signatures: tuple[TrusteeSignature, ...]

    @classmethod
    def decode(cls, data: bytes) -> "SetupSignatures":
        """Read the canonical file; no signature is verified yet: §17.1."""
        fields = Fields(decode_canonical_json(data), where="set-up signatures", section="17.1")
        fields.integer("version", 1, 1)
        uuid, setup_event = own_uuid(fields), hash_text(fields, "setup_event")
        signatures = decode_signatures(fields.items("signatures"), section="17.1")
        fields.finish()
        result = cls(uuid, setup_event, signatures)
        require_canonical(result.encode(), data, where="set-up signatures")
        return result

    def encode(self) -> bytes:
        """Return the canonical bytes, members in the order of §17.1."""
        value: JsonValue = {
            "version": 1,
            "uuid": self.uuid,
            "setup_event": self.setup_event,
            "signatures": [signed.encode() for signed in self.signatures],
        }
        return encode_json(value)
