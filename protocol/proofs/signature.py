# SPDX-License-Identifier: AGPL-3.0-or-later
"""Our labelled Schnorr signature: docs/protocol.md §6.7. The verification key is hashed too."""

from collections.abc import Sequence

from protocol.errors import ProofError
from protocol.group import Element, Scalar, generator_power
from protocol.proofs.nonce import Nonces
from protocol.proofs.proof import Proof, respond
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from protocol.transcript import labelled_digest, labelled_scalar


def sign(
    label: str,
    parts: Sequence[str | bytes],
    signing_key: Secret[Scalar],
    rng: Rng = system_rng,
) -> Proof:
    """Sign the parts under a label that has this use alone: §6.7."""
    sk = signing_key.reveal()
    vk = generator_power(sk)
    w = Nonces(sk, (label, vk.encode(), labelled_digest(label, parts)), rng).draw()
    return respond(w, sk, _challenge(label, parts, vk, generator_power(w)))


def verify_signature(
    label: str, parts: Sequence[str | bytes], verification_key: Element, signature: Proof
) -> None:
    """Check that the holder of ``verification_key`` signed these parts under this label: §6.7."""
    commitment = signature.generator_commitment(verification_key)
    if signature.challenge != _challenge(label, parts, verification_key, commitment):
        raise ProofError("the signature does not hold", section="6.7")


def _challenge(label: str, parts: Sequence[str | bytes], vk: Element, a: Element) -> Scalar:
    return labelled_scalar(label, (vk.encode(), a.encode(), *parts))
