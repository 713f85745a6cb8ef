# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each trustee's polynomial, dealt to all others: docs/protocol.md §7.6.

``a_k`` are the coefficients, ``A_k = g^{a_k}`` their exponentials, ``s_ij = f_i(j)`` the share that
trustee i gives trustee j. The number of exponentials is the threshold, exactly, everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocol.blame import TrusteeFault, blame
from protocol.certificates import Certificate, find_own_index, verify_certificates
from protocol.datum import decode_datum, decode_file, decode_lines, texts
from protocol.encoding import Fields, JsonValue, decode_canonical_json, encode_json
from protocol.errors import MalformedError
from protocol.group import ONE, ZERO, Element, Scalar, generator_power, product
from protocol.pki import (
    MAX_TRANSPORTED,
    MAX_TRANSPORTED_POLYNOMIAL,
    SignedMessage,
    TrusteeKeys,
    receive,
    send,
    sign_message,
    verify_signed_message,
)
from protocol.proofs.proof import Proof
from protocol.rng import Rng, system_rng
from protocol.secret import Secret

CERTS_SIGNATURE_PREFIX: Final = "certs_sig"

Exponentials = tuple[Element, ...]
Coefficients = Secret[tuple[Scalar, ...]]


def generate_polynomial(threshold: int, rng: Rng = system_rng) -> Coefficients:
    """Return ``threshold`` random coefficients, none of them zero: §7.6."""
    coefficients: list[Scalar] = []
    while len(coefficients) < threshold:
        coefficient = Scalar.random(rng)
        if not coefficient.is_zero():  # its exponential would be the identity
            coefficients.append(coefficient)
    return Secret(tuple(coefficients))


def coefficient_exponentials(polynomial: Coefficients) -> Exponentials:
    """Return the exponential of each coefficient: §7.6."""
    return tuple(generator_power(coefficient) for coefficient in polynomial.reveal())


def evaluate(polynomial: Coefficients, index: int) -> Secret[Scalar]:
    """Return the share f(index): §7.6."""
    coefficients = polynomial.reveal()
    total = ZERO
    for coefficient, power in zip(coefficients, _powers(index, len(coefficients)), strict=True):
        total = total + coefficient * power
    return Secret(total)


def exponential_at(exponentials: Sequence[Element], index: int) -> Element:
    """Return ``Π_k A_k^(index^k)``, which is g to the power of the share: §7.7."""
    powers = _powers(index, len(exponentials))
    return product(a**power for a, power in zip(exponentials, powers, strict=True))


def _powers(index: int, count: int) -> list[Scalar]:
    powers, base = [ONE], Scalar.from_int(index)
    while len(powers) < count:
        powers.append(powers[-1] * base)
    return powers


def decode_exponentials(
    signed: SignedMessage, threshold: int, *, ignore_unknown: bool = False
) -> Exponentials:
    """Read the text ``{"coefexps":[A…]}``: exactly ``threshold`` elements, no identity: §7.6."""
    value = decode_datum(signed.message.encode("utf-8"), ignore_unknown=ignore_unknown)
    fields = Fields(value, where="coefficient exponentials", section="7.6")
    items = fields.items("coefexps")
    fields.finish(ignore_unknown=ignore_unknown)
    if len(items) != threshold:
        raise MalformedError(
            f"there are {len(items)} coefficient exponentials instead of {threshold}",
            section="7.6",
        )
    return tuple(Element.decode(item) for item in items)


def certificates_text(certificates: Sequence[Certificate], exponentials: Sequence[Element]) -> str:
    """Return the text that binds exponentials to all certificates: §7.6."""
    value: JsonValue = {
        "certs": [certificate.encode() for certificate in certificates],
        "coefexps": [element.encode() for element in exponentials],
    }
    return f"{CERTS_SIGNATURE_PREFIX}|{encode_json(value).decode('utf-8')}"


@dataclass(frozen=True, slots=True)
class PolynomialMessage:
    """What a trustee sends in round 2: §7.6.

    Attributes:
        polynomial: the coefficients, sent to itself.
        secrets: for each trustee its share, sent to it.
        coefexps: the signed exponentials.
        signature: of the exponentials together with all certificates.
    """

    polynomial: str
    secrets: tuple[str, ...]
    coefexps: SignedMessage
    signature: Proof

    @classmethod
    def decode(cls, data: bytes) -> "PolynomialMessage":
        """Read the file of one message; nothing is verified yet: §7.6."""
        return cls.from_value(decode_file(data))

    @classmethod
    def from_value(cls, value: JsonValue) -> "PolynomialMessage":
        """Read the object of one message: §7.6."""
        fields = Fields(value, where="polynomial", section="7.6")
        message = cls(
            polynomial=fields.text("polynomial", MAX_TRANSPORTED_POLYNOMIAL),
            secrets=texts(
                fields.items("secrets"), where="secrets", section="7.6", longest=MAX_TRANSPORTED
            ),
            coefexps=SignedMessage.decode(fields.raw("coefexps")),
            signature=Proof.decode(fields.raw("signature")),
        )
        fields.finish()
        return message

    def encode(self) -> bytes:
        """Return the canonical bytes, members in the order of §7.6."""
        value: JsonValue = {
            "polynomial": self.polynomial,
            "secrets": list(self.secrets),
            "coefexps": self.coefexps.encode(),
            "signature": self.signature.encode(),
        }
        return encode_json(value)


@dataclass(frozen=True, slots=True)
class DealtExponentials:
    """What of a polynomial message is public and stays: both signed parts, no share: §7.6, §7.9."""

    coefexps: SignedMessage
    signature: Proof

    @classmethod
    def decode(cls, data: bytes) -> "DealtExponentials":
        """Read what ``encode`` writes."""
        fields = Fields(decode_canonical_json(data), where="dealt exponentials", section="7.6")
        dealt = cls(
            SignedMessage.decode(fields.raw("coefexps")), Proof.decode(fields.raw("signature"))
        )
        fields.finish()
        return dealt

    @classmethod
    def of(cls, message: PolynomialMessage) -> "DealtExponentials":
        """Return this part of a message."""
        return cls(message.coefexps, message.signature)

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return encode_json(
            {"coefexps": self.coefexps.encode(), "signature": self.signature.encode()}
        )


def decode_polynomials(data: bytes) -> tuple[PolynomialMessage, ...]:
    """Read ``polynomials.jsons``, one message a line: §7.6."""
    return tuple(PolynomialMessage.from_value(value) for value in decode_lines(data))


def encode_polynomials(messages: Sequence[PolynomialMessage]) -> bytes:
    """Write ``polynomials.jsons``, one message a line: §7.6."""
    return b"".join(message.encode() + b"\n" for message in messages)


def make_polynomial_message(
    keys: TrusteeKeys,
    certificates: Sequence[Certificate],
    polynomial: Coefficients,
    rng: Rng = system_rng,
) -> PolynomialMessage:
    """Deal a polynomial to all trustees: §7.6.

    Raises:
        ProtocolError: the certificates do not hold, ours is not among them, or the number of
            coefficients is not their threshold.
    """
    verify_certificates(certificates)
    find_own_index(keys, certificates)
    if len(polynomial.reveal()) != certificates[0].threshold:
        raise MalformedError("the polynomial has not threshold coefficients", section="7.6")
    exponentials = coefficient_exponentials(polynomial)
    signed = encode_json({"coefexps": [element.encode() for element in exponentials]})
    return PolynomialMessage(
        polynomial=send(keys.signing, keys.encryption_key, _polynomial_text(polynomial), rng),
        secrets=tuple(
            send(keys.signing, certificate.encryption_key, _share_text(polynomial, index), rng)
            for index, certificate in enumerate(certificates, 1)
        ),
        coefexps=sign_message(keys.signing, signed.decode("utf-8"), rng),
        signature=sign_message(
            keys.signing, certificates_text(certificates, exponentials), rng
        ).signature,
    )


def _polynomial_text(polynomial: Coefficients) -> Secret[str]:
    coefficients: list[JsonValue] = [scalar.encode() for scalar in polynomial.reveal()]
    return Secret(encode_json({"polynomial": coefficients}).decode("utf-8"))


def _share_text(polynomial: Coefficients, index: int) -> Secret[str]:
    share = evaluate(polynomial, index).reveal()
    return Secret(encode_json({"secret": share.encode()}).decode("utf-8"))


def verify_exponentials(
    certificates: Sequence[Certificate],
    index: int,
    coefexps: SignedMessage,
    signature: Proof,
    *,
    ignore_unknown: bool = False,
) -> None:
    """Check both signatures under trustee ``index``'s exponentials, and their number: §7.6.

    Raises:
        TrusteeFault: naming ``index``.
    """
    with blame(index, "coefficient exponentials"):
        own = certificates[index - 1]
        exponentials = decode_exponentials(coefexps, own.threshold, ignore_unknown=ignore_unknown)
        verify_signed_message(own.verification_key, coefexps)
        text = certificates_text(certificates, exponentials)
        verify_signed_message(own.verification_key, SignedMessage(text, signature))


def verify_polynomial_message(
    certificates: Sequence[Certificate], index: int, message: PolynomialMessage
) -> None:
    """Check what can be seen of trustee ``index``'s message without a secret: §7.6.

    Raises:
        TrusteeFault: naming ``index``.
    """
    verify_exponentials(certificates, index, message.coefexps, message.signature)
    if len(message.secrets) != len(certificates):
        raise TrusteeFault(index, "does not send one share to each trustee", section="7.6")


def open_own_polynomial(keys: TrusteeKeys, text: str, threshold: int) -> Coefficients:
    """Return the coefficients that we sent ourselves: §7.6."""
    message = receive(keys, keys.verification_key, text).reveal()
    fields = Fields(decode_canonical_json(message.encode()), where="polynomial", section="7.6")
    items = fields.items("polynomial", threshold)
    fields.finish()
    return Secret(tuple(Scalar.decode(item) for item in items))
