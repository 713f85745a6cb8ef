# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each trustee ends with: a decryption key, and its proved public key: docs/protocol.md §7.8.

The same public key, without signature, is that of a trustee alone (``Single``, §7.10).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from protocol.blame import TrusteeFault, blame
from protocol.certificates import Certificate
from protocol.datum import decode_file, decode_lines
from protocol.dkg import exponential_at
from protocol.encoding import Fields, JsonValue, decode_canonical_json, encode_json
from protocol.errors import ProofError
from protocol.group import Element, Scalar, generator_power, product
from protocol.pki import (
    MAX_TRANSPORTED,
    SignedMessage,
    TrusteeKeys,
    receive,
    send,
    sign_message,
    verify_signed_message,
)
from protocol.proofs.knowledge import prove_knowledge, verify_knowledge
from protocol.proofs.proof import Proof
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from protocol.vinput import Vinput, open_vinput


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """X = g^S with the proof of knowing S: §7.8, §7.10. A ``name`` is Belenios', never ours."""

    pok: Proof
    public_key: Element
    signature: Proof | None = None
    name: str | None = None

    @classmethod
    def decode(cls, value: JsonValue, *, ignore_unknown: bool = False) -> "VerificationKey":
        """Read a trustee's public key; nothing is verified yet: §7.8.

        A name is refused in the Préau profile (§14).
        """
        fields = Fields(value, where="verification key", section="7.8")
        pok = Proof.decode(fields.raw("pok"), ignore_unknown=ignore_unknown)
        public_key = Element.decode(fields.raw("public_key"))
        signature = (
            Proof.decode(fields.raw("signature"), ignore_unknown=ignore_unknown)
            if fields.has("signature")
            else None
        )
        name = fields.optional_text("name") if ignore_unknown else None
        fields.finish(ignore_unknown=ignore_unknown)
        return cls(pok, public_key, signature, name)

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §7.8."""
        members: dict[str, JsonValue] = {
            "pok": self.pok.encode(),
            "public_key": self.public_key.encode(),
        }
        if self.signature is not None:
            members["signature"] = self.signature.encode()
        if self.name is not None:
            members["name"] = self.name
        return members


def decode_public_keys(data: bytes) -> tuple[VerificationKey, ...]:
    """Read ``public_keys.jsons``, one key a line: §7.10."""
    return tuple(VerificationKey.decode(value) for value in decode_lines(data))


def encode_public_keys(keys: Sequence[VerificationKey]) -> bytes:
    """Write ``public_keys.jsons``, one key a line: §7.10."""
    return b"".join(encode_json(key.encode()) + b"\n" for key in keys)


def make_single(private_key: Secret[Scalar], rng: Rng = system_rng) -> VerificationKey:
    """Return the proved public key of a trustee alone: §7.10."""
    return VerificationKey(prove_knowledge(private_key, rng), generator_power(private_key.reveal()))


def verify_single(key: VerificationKey) -> None:
    """Check that somebody knew the private key of a public one: §7.10, §6.1."""
    verify_knowledge(key.public_key, key.pok)


@dataclass(frozen=True, slots=True)
class Voutput:
    """The private key sent to oneself, and the public one: §7.8."""

    private_key: str
    public_key: VerificationKey

    @classmethod
    def decode(cls, data: bytes) -> "Voutput":
        """Read a ``.voutput`` file; nothing is verified yet: §7.8."""
        fields = Fields(decode_file(data), where="voutput", section="7.8")
        private_key = fields.text("private_key", MAX_TRANSPORTED)
        public_key = VerificationKey.decode(fields.raw("public_key"))
        fields.finish()
        return cls(private_key, public_key)

    def encode(self) -> bytes:
        """Return the canonical bytes, members in the order of §7.8."""
        return encode_json(
            {"private_key": self.private_key, "public_key": self.public_key.encode()}
        )


def make_voutput(
    keys: TrusteeKeys,
    certificates: Sequence[Certificate],
    vinput: Vinput,
    rng: Rng = system_rng,
) -> Voutput:
    """Make our key from all shares, every one checked: §7.7, §7.8.

    Raises:
        TrusteeFault: naming who sent what does not hold.
    """
    key = open_vinput(keys, certificates, vinput)
    text = encode_json({"decryption_key": key.reveal().encode()}).decode("utf-8")
    single = make_single(key, rng)
    signature = sign_message(keys.signing, single.public_key.encode(), rng).signature
    public = VerificationKey(single.pok, single.public_key, signature)
    return Voutput(send(keys.signing, keys.encryption_key, Secret(text), rng), public)


def verify_verification_key(
    certificates: Sequence[Certificate],
    exponentials: Sequence[Sequence[Element]],
    index: int,
    key: VerificationKey,
) -> None:
    """Check that X_j follows from all exponentials, its proof and its signature: §7.8.

    Args:
        certificates: of all trustees.
        exponentials: of all trustees, verified.
        index: j, from 1.
        key: with X_j.

    Raises:
        TrusteeFault: naming ``index``.
    """
    with blame(index, "verification key"):
        expected = product(exponential_at(own, index) for own in exponentials)
        if key.public_key != expected:
            raise ProofError("it does not follow from the polynomials", section="7.8")
        verify_single(key)
        if key.signature is None:
            raise ProofError("it is not signed", section="7.8")
        signed = SignedMessage(key.public_key.encode(), key.signature)
        verify_signed_message(certificates[index - 1].verification_key, signed)


def verify_voutput(
    certificates: Sequence[Certificate],
    exponentials: Sequence[Sequence[Element]],
    index: int,
    voutput: Voutput,
) -> None:
    """Check what can be seen of trustee ``index``'s voutput without a secret: §7.8."""
    if voutput.public_key.name is not None:
        raise TrusteeFault(index, "verification key has a name", section="7.8")
    verify_verification_key(certificates, exponentials, index, voutput.public_key)


def open_decryption_key(keys: TrusteeKeys, text: str | bytes) -> Secret[Scalar]:
    """Return the decryption key that we sent ourselves, from a ``.dkey`` file or voutput: §7.8."""
    if isinstance(text, bytes):
        text = text.removesuffix(b"\n").decode("utf-8", "replace")
    message = receive(keys, keys.verification_key, text).reveal()
    fields = Fields(decode_canonical_json(message.encode()), where="decryption key", section="7.8")
    key = Scalar.decode(fields.raw("decryption_key"))
    fields.finish()
    return Secret(key)
