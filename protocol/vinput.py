# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the carrier gives each trustee, and every check of it: docs/protocol.md §7.7."""

from collections.abc import Sequence
from dataclasses import dataclass

from protocol.blame import TrusteeFault, blame
from protocol.certificates import Certificate, find_own_index, verify_certificates
from protocol.datum import decode_file, texts
from protocol.dkg import (
    Exponentials,
    PolynomialMessage,
    coefficient_exponentials,
    decode_exponentials,
    exponential_at,
    open_own_polynomial,
    verify_exponentials,
    verify_polynomial_message,
)
from protocol.encoding import Fields, JsonValue, decode_canonical_json, encode_json
from protocol.errors import MalformedError, ProofError
from protocol.group import ZERO, Scalar, generator_power
from protocol.pki import (
    MAX_TRANSPORTED,
    MAX_TRANSPORTED_POLYNOMIAL,
    SignedMessage,
    TrusteeKeys,
    receive,
)
from protocol.proofs.proof import Proof
from protocol.secret import Secret


@dataclass(frozen=True, slots=True)
class Vinput:
    """Our own polynomial back, and of every trustee its share for us and exponentials: §7.7."""

    polynomial: str
    secrets: tuple[str, ...]
    coefexps: tuple[SignedMessage, ...]
    signatures: tuple[Proof, ...]

    @classmethod
    def decode(cls, data: bytes) -> "Vinput":
        """Read a ``.vinput`` file; nothing is verified yet: §7.7."""
        fields = Fields(decode_file(data), where="vinput", section="7.7")
        polynomial = fields.text("polynomial", MAX_TRANSPORTED_POLYNOMIAL)
        secrets = texts(
            fields.items("secrets"), where="secrets", section="7.7", longest=MAX_TRANSPORTED
        )
        coefexps = fields.items("coefexps", len(secrets))
        signatures = fields.items("signatures", len(secrets))
        fields.finish()
        return cls(
            polynomial,
            secrets,
            tuple(SignedMessage.decode(item) for item in coefexps),
            tuple(Proof.decode(item) for item in signatures),
        )

    def encode(self) -> bytes:
        """Return the canonical bytes, members in the order of §7.7."""
        value: JsonValue = {
            "polynomial": self.polynomial,
            "secrets": list(self.secrets),
            "coefexps": [signed.encode() for signed in self.coefexps],
            "signatures": [signature.encode() for signature in self.signatures],
        }
        return encode_json(value)


def verify_polynomial_messages(
    certificates: Sequence[Certificate], messages: Sequence[PolynomialMessage]
) -> None:
    """Check the certificates and one message of each trustee, in order: §7.6.

    Raises:
        TrusteeFault: naming the first whose message does not hold.
    """
    verify_certificates(certificates)
    if len(messages) != len(certificates):
        raise MalformedError("there is not one polynomial for each certificate", section="7.6")
    for index, message in enumerate(messages, 1):
        verify_polynomial_message(certificates, index, message)


def make_vinput(
    certificates: Sequence[Certificate], messages: Sequence[PolynomialMessage], recipient: int
) -> Vinput:
    """Gather what trustee ``recipient``, from 1, needs to make its share of the key: §7.7."""
    verify_polynomial_messages(certificates, messages)
    return Vinput(
        polynomial=messages[recipient - 1].polynomial,
        secrets=tuple(message.secrets[recipient - 1] for message in messages),
        coefexps=tuple(message.coefexps for message in messages),
        signatures=tuple(message.signature for message in messages),
    )


def vinput_exponentials(
    certificates: Sequence[Certificate], vinput: Vinput
) -> tuple[Exponentials, ...]:
    """Return every trustee's exponentials, all signatures checked: §7.7.

    Raises:
        TrusteeFault: naming the first whose exponentials or signatures do not hold.
    """
    verify_certificates(certificates)
    if len(vinput.secrets) != len(certificates):
        raise MalformedError("a vinput has not one share of each trustee", section="7.7")
    pairs = zip(vinput.coefexps, vinput.signatures, strict=True)
    for index, (coefexps, signature) in enumerate(pairs, 1):
        verify_exponentials(certificates, index, coefexps, signature)
    threshold = certificates[0].threshold
    return tuple(decode_exponentials(coefexps, threshold) for coefexps in vinput.coefexps)


def open_vinput(
    keys: TrusteeKeys, certificates: Sequence[Certificate], vinput: Vinput
) -> Secret[Scalar]:
    """Return our decryption key ``S_j = Σ_i s_ij``, after every check of §7.7.

    Our own exponentials must be those of the polynomial that we sent ourselves.

    Raises:
        TrusteeFault: naming the sender of a share, signature or exponential that does not hold.
        ProtocolError: the whole is not for us.
    """
    own = find_own_index(keys, certificates)
    exponentials = vinput_exponentials(certificates, vinput)
    polynomial = open_own_polynomial(keys, vinput.polynomial, certificates[0].threshold)
    if coefficient_exponentials(polynomial) != exponentials[own - 1]:
        raise ProofError("our exponentials are not those of our polynomial", section="7.7")
    total = ZERO
    for sender, text in enumerate(vinput.secrets, 1):
        with blame(sender, "share"):
            share = _open_share(keys, certificates[sender - 1], text)
        if generator_power(share) != exponential_at(exponentials[sender - 1], own):
            raise TrusteeFault(sender, "the share is not of its polynomial", section="7.7")
        total = total + share
    return Secret(total)


def _open_share(keys: TrusteeKeys, sender: Certificate, text: str) -> Scalar:
    message = receive(keys, sender.verification_key, text).reveal()
    fields = Fields(decode_canonical_json(message.encode()), where="share", section="7.7")
    share = Scalar.decode(fields.raw("secret"))
    fields.finish()
    return share
