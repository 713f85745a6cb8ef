# SPDX-License-Identifier: AGPL-3.0-or-later
"""Certificates of the trustees' keys: docs/protocol.md §7.4. Our first message is its own file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocol.blame import TrusteeFault, blame
from protocol.datum import decode_datum, decode_lines, require_canonical
from protocol.encoding import Fields, JsonValue, encode_json
from protocol.errors import ProtocolError
from protocol.group import GROUP_NAME, Element
from protocol.pki import SignedMessage, TrusteeKeys, sign_message, verify_signed_message
from protocol.rng import Rng, system_rng

MAX_TRUSTEES: Final = 1000


@dataclass(frozen=True, slots=True)
class Certificate:
    """The two public keys of trustee ``index``, of ``size``, signed by the first: §7.4."""

    signed: SignedMessage
    size: int
    threshold: int
    index: int
    verification_key: Element
    encryption_key: Element

    @classmethod
    def decode(cls, value: JsonValue, *, ignore_unknown: bool = False) -> "Certificate":
        """Read a signed message whose text is a certificate; its signature is not verified: §7.4.

        Raises:
            MalformedError: another shape, group or form of key, or ``1 ≤ index ≤ size`` and
                ``1 ≤ threshold ≤ size`` broken.
        """
        signed = SignedMessage.decode(value, ignore_unknown=ignore_unknown)
        message = decode_datum(signed.message.encode("utf-8"), ignore_unknown=ignore_unknown)
        fields = Fields(message, where="certificate", section="7.4")
        context = fields.object("context")
        if context.text("group") != GROUP_NAME:
            raise context.error("names another group")
        size = context.integer("size", 1, MAX_TRUSTEES)
        threshold = context.integer("threshold", 1, size)
        index = context.integer("index", 1, size)
        verification = Element.decode(fields.raw("verification"))
        encryption = Element.decode(fields.raw("encryption"))
        context.finish(ignore_unknown=ignore_unknown)
        fields.finish(ignore_unknown=ignore_unknown)
        certificate = cls(signed, size, threshold, index, verification, encryption)
        if not ignore_unknown:
            written = _message(size, threshold, index, verification, encryption).encode("utf-8")
            require_canonical(written, signed.message.encode("utf-8"), where="certificate")
        return certificate

    def encode(self) -> JsonValue:
        """Return the signed message: §7.4."""
        return self.signed.encode()


def make_certificate(
    keys: TrusteeKeys, *, size: int, threshold: int, index: int, rng: Rng = system_rng
) -> Certificate:
    """Certify our keys as those of trustee ``index`` in a ``threshold`` of ``size``: §7.4."""
    message = _message(size, threshold, index, keys.verification_key, keys.encryption_key)
    return Certificate.decode(sign_message(keys.signing, message, rng).encode())


def _message(
    size: int, threshold: int, index: int, verification: Element, encryption: Element
) -> str:
    context: JsonValue = {
        "group": GROUP_NAME,
        "size": size,
        "threshold": threshold,
        "index": index,
    }
    keys: JsonValue = {
        "context": context,
        "verification": verification.encode(),
        "encryption": encryption.encode(),
    }
    return encode_json(keys).decode("utf-8")


def verify_certificate(certificate: Certificate) -> None:
    """Check that the certificate is signed by the verification key in it: §7.4."""
    verify_signed_message(certificate.verification_key, certificate.signed)


def verify_certificates(certificates: Sequence[Certificate]) -> None:
    """Check that these are the certificates of one whole ceremony, in order: §7.4.

    Raises:
        TrusteeFault: a context, index, signature or repeated key; it names the trustee.
        ProtocolError: there is none.
    """
    if not certificates:
        raise ProtocolError("there is no certificate", section="7.4")
    expected = (len(certificates), certificates[0].threshold)
    verification_keys: set[Element] = set()
    encryption_keys: set[Element] = set()
    for index, certificate in enumerate(certificates, 1):
        if (certificate.size, certificate.threshold) != expected or certificate.index != index:
            raise TrusteeFault(index, "certificate has another context or index", section="7.4")
        with blame(index, "certificate"):
            verify_certificate(certificate)
        verification_keys.add(certificate.verification_key)
        encryption_keys.add(certificate.encryption_key)
        if min(len(verification_keys), len(encryption_keys)) != index:
            raise TrusteeFault(index, "certificate repeats a key of another", section="7.4")


def find_own_index(keys: TrusteeKeys, certificates: Sequence[Certificate]) -> int:
    """Return the number of the trustee whose two keys are ours, from 1: §7.4."""
    own = (keys.verification_key, keys.encryption_key)
    for index, certificate in enumerate(certificates, 1):
        if (certificate.verification_key, certificate.encryption_key) == own:
            return index
    raise ProtocolError("our own certificate is not among the certificates", section="7.4")


def decode_certificates(data: bytes) -> tuple[Certificate, ...]:
    """Read ``certs.jsons``, one certificate a line: §7.4."""
    return tuple(Certificate.decode(value) for value in decode_lines(data))


def encode_certificates(certificates: Sequence[Certificate]) -> bytes:
    """Write ``certs.jsons``, one certificate a line: §7.4."""
    return b"".join(encode_json(certificate.encode()) + b"\n" for certificate in certificates)
