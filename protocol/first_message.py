# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first message of a trustee in our ceremony: docs/protocol.md §7.4.

It carries the certificate of Belenios and, beside it, who the trustee is and to which coefficients
it is committed, all under one signature.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocol.blame import TrusteeFault, blame
from protocol.certificates import Certificate, verify_certificate, verify_certificates
from protocol.datum import decode_file, hash_text, require_canonical
from protocol.encoding import Fields, JsonValue, encode_json, own_uuid
from protocol.errors import ProtocolError
from protocol.pki import TrusteeKeys
from protocol.plain_text import likeness, plain_text, verify_plain_text
from protocol.proofs.proof import Proof
from protocol.proofs.signature import sign, verify_signature
from protocol.rng import Rng, system_rng

CERTIFICATE_LABEL: Final = "evote/v1/certificate"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class FirstMessage:
    """Certificate, person and commitment of one trustee of the election ``uuid``: §7.4."""

    uuid: str
    name: str
    role: str
    certificate: Certificate
    commitment: str
    signature: Proof

    @classmethod
    def decode(cls, data: bytes) -> "FirstMessage":
        """Read the canonical message; no signature is verified yet: §7.4."""
        fields = Fields(decode_file(data), where="first message", section="7.4")
        fields.integer("evote_certificate", VERSION, VERSION)
        message = cls(
            uuid=own_uuid(fields),
            name=plain_text(fields, "name"),
            role=plain_text(fields, "role"),
            certificate=Certificate.decode(fields.raw("certificate")),
            commitment=hash_text(fields, "commitment"),
            signature=Proof.decode(fields.raw("signature")),
        )
        fields.finish()
        require_canonical(message.encode(), data.removesuffix(b"\n"), where="a first message")
        return message

    def encode(self) -> bytes:
        """Return the canonical bytes, members in the order of §7.4."""
        value: JsonValue = {
            "evote_certificate": VERSION,
            "uuid": self.uuid,
            "name": self.name,
            "role": self.role,
            "certificate": self.certificate.encode(),
            "commitment": self.commitment,
            "signature": self.signature.encode(),
        }
        return encode_json(value)


def _parts(
    uuid: str, name: str, role: str, certificate: Certificate, commitment: str
) -> tuple[str, ...]:
    context = (certificate.size, certificate.threshold, certificate.index)
    return (uuid, *map(str, context), name, role, commitment, certificate.signed.message)


def make_first_message(
    keys: TrusteeKeys,
    *,
    uuid: str,
    name: str,
    role: str,
    certificate: Certificate,
    commitment: str,
    rng: Rng = system_rng,
) -> FirstMessage:
    """Sign our certificate, name, role and commitment: §7.4.

    Raises:
        MalformedError: name or role is not a plain text (§2.2).
        ProtocolError: the certificate is of other keys.
    """
    verify_plain_text(name, where="name")
    verify_plain_text(role, where="role")
    if certificate.verification_key != keys.verification_key:
        raise ProtocolError("the certificate is not ours", section="7.4")
    parts = _parts(uuid, name, role, certificate, commitment)
    signature = sign(CERTIFICATE_LABEL, parts, keys.signing, rng)
    return FirstMessage(uuid, name, role, certificate, commitment, signature)


def verify_first_message(message: FirstMessage) -> None:
    """Check both signatures of a first message: §7.4."""
    certificate = message.certificate
    verify_certificate(certificate)
    parts = _parts(message.uuid, message.name, message.role, certificate, message.commitment)
    verify_signature(CERTIFICATE_LABEL, parts, certificate.verification_key, message.signature)


def verify_first_messages(uuid: str, messages: Sequence[FirstMessage]) -> None:
    """Check the first messages of a whole ceremony, in order: §7.4.

    Raises:
        TrusteeFault: another election, a name like that of another, or a certificate or signature
            that does not hold; it names the trustee.
    """
    names: set[str] = set()
    for index, message in enumerate(messages, 1):
        if message.uuid != uuid:
            raise TrusteeFault(index, "first message is for another election", section="7.4")
        names.add(likeness(message.name))
        if len(names) != index:
            raise TrusteeFault(index, "name looks like that of another", section="7.4")
    verify_certificates([message.certificate for message in messages])
    for index, message in enumerate(messages, 1):
        with blame(index, "first message"):
            verify_first_message(message)
