# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proof of a correct decryption factor, in the form of Belenios: docs/protocol.md §6.5.

Its hash leaves out alpha and the factor D. That format stands; our own proof of §6.6 is made
beside it and says the whole statement.
"""

from dataclasses import dataclass

from protocol.errors import ProofError
from protocol.group import Element, Scalar, generator_power
from protocol.proofs.nonce import Nonces
from protocol.proofs.proof import Proof, respond
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from protocol.transcript import DECRYPT_PREFIX, hash_to_scalar


@dataclass(frozen=True, slots=True)
class DecryptionStatement:
    """``log_g(X) = log_alpha(D)``, in the election of this fingerprint: §6.5.

    Attributes:
        fingerprint: φ, the SHA-256 of the election in base 64, 43 characters.
        public_key: X = g^x, of the trustee.
        alpha: of the ciphertext; the identity is legal.
        factor: D = alpha^x; the identity is legal.
    """

    fingerprint: str
    public_key: Element
    alpha: Element
    factor: Element


def prove_decryption(
    statement: DecryptionStatement, private_key: Secret[Scalar], rng: Rng = system_rng
) -> Proof:
    """Prove that the factor is alpha to the power of the private key: §6.5."""
    x = private_key.reveal()
    texts = (statement.public_key, statement.alpha, statement.factor)
    context = (DECRYPT_PREFIX, statement.fingerprint, *(part.encode() for part in texts))
    w = Nonces(x, context, rng).draw()
    return respond(w, x, _challenge(statement, generator_power(w), statement.alpha**w))


def verify_decryption(statement: DecryptionStatement, proof: Proof) -> None:
    """Check that the factor was made with the private key of ``public_key``: §6.5."""
    a = proof.generator_commitment(statement.public_key)
    b = proof.commitment(statement.alpha, statement.factor)
    if proof.challenge != _challenge(statement, a, b):
        raise ProofError("the proof of correct decryption does not hold", section="6.5")


def _challenge(statement: DecryptionStatement, a: Element, b: Element) -> Scalar:
    # decrypt|φ|X|A,B
    public_key = statement.public_key.encode()
    return hash_to_scalar(
        f"{DECRYPT_PREFIX}|{statement.fingerprint}|{public_key}|{a.encode()},{b.encode()}"
    )
