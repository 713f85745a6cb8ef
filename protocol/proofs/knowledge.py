# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proof of knowledge of a private key: docs/protocol.md §6.1."""

from protocol.errors import ProofError
from protocol.group import GROUP_NAME, Element, Scalar, generator_power
from protocol.proofs.nonce import Nonces
from protocol.proofs.proof import Proof, respond
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from protocol.transcript import POK_PREFIX, hash_to_scalar


def prove_knowledge(private_key: Secret[Scalar], rng: Rng = system_rng) -> Proof:
    """Prove that we know x with ``X = g^x``: §6.1."""
    x = private_key.reveal()
    public_key = generator_power(x)
    w = Nonces(x, (POK_PREFIX, public_key.encode()), rng).draw()
    return respond(w, x, _challenge(public_key, generator_power(w)))


def verify_knowledge(public_key: Element, proof: Proof) -> None:
    """Check that the maker of ``proof`` knew the private key of ``public_key``: §6.1."""
    if proof.challenge != _challenge(public_key, proof.generator_commitment(public_key)):
        raise ProofError("the proof of knowledge of a private key does not hold", section="6.1")


def _challenge(public_key: Element, commitment: Element) -> Scalar:
    # pok|G|X|A
    return hash_to_scalar(f"{POK_PREFIX}|{GROUP_NAME}|{public_key.encode()}|{commitment.encode()}")
