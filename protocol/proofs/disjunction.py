# SPDX-License-Identifier: AGPL-3.0-or-later
"""One of several ciphertexts encrypts the value said: the engine of docs/protocol.md §6.2 to §6.4.

A branch claims that ``(alpha, beta) = (g^r, y^r g^M)`` for its value M. Exactly one branch is
proved in earnest; the others are simulated from random challenges and responses. The challenges
add up to the hash, so the prover is free in all of them but one.

The text hashed is ``prefix`` followed by ``A_0,B_0,…,A_k,B_k``; the prefix is the caller's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from protocol.elgamal import Ciphertext, Encryption
from protocol.errors import ProtocolError
from protocol.group import GENERATOR, ZERO, Element, Scalar, generator_power
from protocol.proofs.nonce import Nonces
from protocol.proofs.proof import Proof, respond
from protocol.rng import Rng
from protocol.transcript import hash_to_scalar


@dataclass(frozen=True, slots=True)
class Branch:
    """The claim that ``ciphertext`` encrypts ``value``."""

    ciphertext: Ciphertext
    value: int


@dataclass(frozen=True, slots=True)
class ProverBranch:
    """The same claim by whoever made the ciphertext; true or false."""

    encryption: Encryption
    value: int

    def holds(self) -> bool:
        """Tell whether the claim is true."""
        return self.encryption.plaintext == self.value


def prove_disjunction(
    prefix: str, y: Element, branches: Sequence[ProverBranch], rng: Rng
) -> tuple[Proof, ...]:
    """Prove that at least one branch holds, without telling which.

    Raises:
        ProtocolError: none of them holds.
    """
    true = next((i for i, branch in enumerate(branches) if branch.holds()), None)
    if true is None:
        raise ProtocolError("no branch of the statement is true", section="6.2")
    r = branches[true].encryption.randomness
    nonces = Nonces(r, (prefix, str(true)), rng)
    w = nonces.draw()
    proofs = [Proof(nonces.draw(), nonces.draw()) for _ in branches]
    proofs[true] = Proof(ZERO, ZERO)
    commitments = [
        (generator_power(w), y**w) if i == true else _simulated_commitments(y, branch, proof)
        for i, (branch, proof) in enumerate(zip(branches, proofs, strict=True))
    ]
    challenge = _challenge(prefix, commitments) - _sum_of_challenges(proofs)
    proofs[true] = respond(w, r, challenge)
    return tuple(proofs)


def holds_disjunction(
    prefix: str, y: Element, branches: Sequence[Branch], proofs: Sequence[Proof]
) -> bool:
    """Tell whether there is one proof a branch and the challenges add up to the hash."""
    if len(branches) != len(proofs):
        return False
    commitments = [
        _commitments(y, branch, proof) for branch, proof in zip(branches, proofs, strict=True)
    ]
    return _challenge(prefix, commitments) == _sum_of_challenges(proofs)


def _commitments(y: Element, branch: Branch, proof: Proof) -> tuple[Element, Element]:
    # A = g^response alpha^challenge and B = y^response (beta / g^M)^challenge.
    shifted = _without(branch.ciphertext.beta, branch.value)
    return (
        proof.generator_commitment(branch.ciphertext.alpha),
        proof.commitment(y, shifted),
    )


def _without(beta: Element, value: int) -> Element:
    # beta / g^value; nearly every value is 0 or 1.
    if value == 0:
        return beta
    return beta / (GENERATOR if value == 1 else generator_power(Scalar.from_int(value)))


def _simulated_commitments(
    y: Element, branch: ProverBranch, proof: Proof
) -> tuple[Element, Element]:
    # The same two, for whoever knows r and m: alpha = g^r and beta / g^M = y^r g^(m - M), so
    # A = g^e and B = y^e g^((m - M) challenge) with e = response + r challenge. Half the work.
    e = proof.response + branch.encryption.randomness * proof.challenge
    difference = Scalar.from_int(branch.encryption.plaintext - branch.value)
    return generator_power(e), y**e * generator_power(difference * proof.challenge)


def _challenge(prefix: str, commitments: Sequence[tuple[Element, Element]]) -> Scalar:
    texts = (element.encode() for pair in commitments for element in pair)
    return hash_to_scalar(prefix + ",".join(texts))


def _sum_of_challenges(proofs: Sequence[Proof]) -> Scalar:
    total = ZERO
    for proof in proofs:
        total = total + proof.challenge
    return total
