# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys, signed and encrypted messages of the trustees: docs/protocol.md §7.1 to §7.3 and §7.5.

The format is that of Belenios, file by file. AES-GCM comes from ``cryptography``; its nonce has 32
bytes there, and the same key is never used twice since it comes from a random element.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from protocol.encoding import (
    BASE58_ALPHABET,
    Fields,
    JsonValue,
    decode_canonical_json,
    encode_json,
    random_base58,
)
from protocol.errors import MalformedError, ProofError
from protocol.group import Element, Scalar, generator_power
from protocol.proofs.nonce import Nonces
from protocol.proofs.proof import Proof, respond
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from protocol.transcript import MESSAGE_PREFIX, hash_to_scalar

SEED_LENGTH: Final = 22
SIGNING_PREFIX: Final = "sk"
DECRYPTION_PREFIX: Final = "dk"
KEY_PREFIX: Final = "key"
VECTOR_PREFIX: Final = "iv"
ALGORITHM: Final = "AES-GCM"
MAX_TRANSPORTED: Final = 4096  # characters of a share or a key on its way: §7
MAX_TRANSPORTED_POLYNOMIAL: Final = 65_536
_TAG_BYTES: Final = 16
_HEXADECIMAL: Final = re.compile(r"(?:[0-9a-f]{2})*")


def generate_seed(rng: Rng = system_rng) -> Secret[str]:
    """Return 22 random base-58 characters, from which all keys of a trustee come: §7.1."""
    return Secret(random_base58(SEED_LENGTH, rng))


def decode_seed(data: bytes) -> Secret[str]:
    """Read a ``.key`` file of the peer's tool: the seed, perhaps with one newline: §7.1."""
    text = data.removesuffix(b"\n").decode("ascii", "replace")
    if len(text) != SEED_LENGTH or any(character not in BASE58_ALPHABET for character in text):
        raise MalformedError("a seed is not 22 base-58 characters", section="7.1")
    return Secret(text)


@dataclass(frozen=True, slots=True, eq=False)
class TrusteeKeys:
    """What a seed gives: sk and dk, with ``vk = g^sk`` and ``ek = g^dk``: §7.1."""

    signing: Secret[Scalar]
    decryption: Secret[Scalar]
    verification_key: Element
    encryption_key: Element


def derive_keys(seed: Secret[str]) -> TrusteeKeys:
    """Return the keys of a seed, ``H(sk|seed)`` and ``H(dk|seed)``: §7.1."""
    sk = hash_to_scalar(f"{SIGNING_PREFIX}|{seed.reveal()}")
    dk = hash_to_scalar(f"{DECRYPTION_PREFIX}|{seed.reveal()}")
    return TrusteeKeys(Secret(sk), Secret(dk), generator_power(sk), generator_power(dk))


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """A text and the signature of it: §7.2. Who signed is known from elsewhere."""

    message: str
    signature: Proof

    @classmethod
    def decode(cls, value: JsonValue, *, ignore_unknown: bool = False) -> "SignedMessage":
        """Read ``{"message":M,"signature":…}``; nothing is verified yet: §7.2."""
        fields = Fields(value, where="signed message", section="7.2")
        signature = Proof.decode(fields.raw("signature"), ignore_unknown=ignore_unknown)
        signed = cls(fields.text("message"), signature)
        fields.finish(ignore_unknown=ignore_unknown)
        return signed

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §7.2."""
        return {"message": self.message, "signature": self.signature.encode()}


def sign_message(signing: Secret[Scalar], message: str, rng: Rng = system_rng) -> SignedMessage:
    """Sign a text: §7.2."""
    sk = signing.reveal()
    vk = generator_power(sk)
    w = Nonces(sk, (MESSAGE_PREFIX, vk.encode(), message), rng).draw()
    challenge = _message_challenge(message, generator_power(w))
    return SignedMessage(message, respond(w, sk, challenge))


def verify_signed_message(verification_key: Element, signed: SignedMessage) -> None:
    """Check that the holder of ``verification_key`` signed this text: §7.2."""
    commitment = signed.signature.generator_commitment(verification_key)
    if signed.signature.challenge != _message_challenge(signed.message, commitment):
        raise ProofError("the signature of a message does not hold", section="7.2")


def _message_challenge(message: str, commitment: Element) -> Scalar:
    # sigmsg|M|A
    return hash_to_scalar(f"{MESSAGE_PREFIX}|{message}|{commitment.encode()}")


@dataclass(frozen=True, slots=True)
class EncryptedMessage:
    """A text for the holder of one key: ``(g^r, ek^r K)`` and AES-256-GCM under K: §7.3."""

    alpha: Element
    beta: Element
    data: bytes

    @classmethod
    def decode(cls, text: str) -> "EncryptedMessage":
        """Read the transported, canonical text: §7.3, §7.5."""
        value = decode_canonical_json(text.encode("utf-8"))
        fields = Fields(value, where="encrypted message", section="7.3")
        if fields.text("algorithm") != ALGORITHM:
            raise fields.error(f"has an algorithm other than {ALGORITHM}")
        alpha, beta = Element.decode(fields.raw("alpha")), Element.decode(fields.raw("beta"))
        data = fields.text("data")
        fields.finish()
        if _HEXADECIMAL.fullmatch(data) is None or len(data) < 2 * _TAG_BYTES:
            raise fields.error("has data that are not lower-case hexadecimal digits")
        return cls(alpha, beta, bytes.fromhex(data))

    def encode(self) -> str:
        """Return the text to transport: §7.3."""
        value: JsonValue = {
            "algorithm": ALGORITHM,
            "alpha": self.alpha.encode(),
            "beta": self.beta.encode(),
            "data": self.data.hex(),
        }
        return encode_json(value).decode("utf-8")


def encrypt_message(
    recipient: Element, message: Secret[str], rng: Rng = system_rng
) -> EncryptedMessage:
    """Encrypt a text for the encryption key ``recipient``: §7.3."""
    # The random scalars are hedged like a prover's: a broken generator alone repeats no key.
    nonces = Nonces(
        hash_to_scalar(message.reveal()), ("encrypted-message", recipient.encode()), rng
    )
    r, k = nonces.draw(), nonces.draw()
    alpha, key = generator_power(r), generator_power(k)
    data = _cipher(key).encrypt(_vector(alpha), message.reveal().encode("utf-8"), None)
    return EncryptedMessage(alpha, recipient**r * key, data)


def decrypt_message(decryption: Secret[Scalar], encrypted: EncryptedMessage) -> Secret[str]:
    """Decrypt with the decryption key dk, ``K = beta / alpha^dk``: §7.3."""
    key = encrypted.beta / encrypted.alpha ** decryption.reveal()
    try:
        plain = _cipher(key).decrypt(_vector(encrypted.alpha), encrypted.data, None)
        return Secret(plain.decode("utf-8"))
    except (InvalidTag, UnicodeDecodeError) as cause:
        raise ProofError("a message was not encrypted for this key", section="7.3") from cause


def _cipher(key: Element) -> AESGCM:
    return AESGCM(hashlib.sha256(f"{KEY_PREFIX}|{key.encode()}".encode()).digest())


def _vector(alpha: Element) -> bytes:
    return hashlib.sha256(f"{VECTOR_PREFIX}|{alpha.encode()}".encode()).digest()


def send(
    signing: Secret[Scalar], recipient: Element, message: Secret[str], rng: Rng = system_rng
) -> str:
    """Sign and encrypt a private text; return the text that is transported: §7.5."""
    addressed = encode_json({"recipient": recipient.encode(), "message": message.reveal()})
    signed = sign_message(signing, addressed.decode("utf-8"), rng)
    plain = Secret(encode_json(signed.encode()).decode("utf-8"))
    return encrypt_message(recipient, plain, rng).encode()


def receive(keys: TrusteeKeys, sender: Element, text: str) -> Secret[str]:
    """Open a transported text, which ``sender`` signed for us and nobody else: §7.5.

    Args:
        keys: ours, to decrypt with.
        sender: the verification key of who must have signed.
        text: as ``send`` returned it.

    Raises:
        MalformedError: not a transported text.
        ProofError: not for our key, or not signed by ``sender``.
    """
    plain = decrypt_message(keys.decryption, EncryptedMessage.decode(text))
    signed = SignedMessage.decode(decode_canonical_json(plain.reveal().encode("utf-8")))
    verify_signed_message(sender, signed)
    addressed = decode_canonical_json(signed.message.encode("utf-8"))
    fields = Fields(addressed, where="private message", section="7.5")
    recipient, message = Element.decode(fields.raw("recipient")), fields.text("message")
    fields.finish()
    if recipient != keys.encryption_key:
        raise ProofError("a private message names another recipient", section="7.5")
    return Secret(message)
