# SPDX-License-Identifier: AGPL-3.0-or-later
"""Our proof of a correct decryption factor, bound to the whole box: docs/protocol.md §6.6.

It hashes the whole statement and the place of the ciphertext, the hash of the EncryptedTally event
among it; that event stands on every event before it, so each proof speaks for the whole box.
"""

from dataclasses import dataclass

from protocol.errors import ProofError
from protocol.group import GENERATOR, Element, Scalar, generator_power
from protocol.proofs.decryption import DecryptionStatement
from protocol.proofs.nonce import Nonces
from protocol.proofs.proof import Proof, respond
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from protocol.transcript import BOUND_DECRYPTION_LABEL, labelled_scalar


@dataclass(frozen=True, slots=True)
class BoundStatement:
    """A decryption statement and where it stands: §6.6.

    Attributes:
        decryption: the statement of §6.5.
        tally_event: SHA-256 of the EncryptedTally event, 64 hexadecimal digits.
        trustee: the owner, from 1.
        question: from 0.
        choice: from 0, the blank one included where there is one.
    """

    decryption: DecryptionStatement
    tally_event: str
    trustee: int
    question: int
    choice: int

    def parts(self) -> tuple[str, ...]:
        """Return what is hashed before the commitments, in the order of §6.6."""
        statement = self.decryption
        elements = (GENERATOR, statement.public_key, statement.alpha, statement.factor)
        places = (self.trustee, self.question, self.choice)
        return (
            statement.fingerprint,
            self.tally_event,
            *map(str, places),
            *(element.encode() for element in elements),
        )


def prove_bound(
    statement: BoundStatement, private_key: Secret[Scalar], rng: Rng = system_rng
) -> Proof:
    """Prove that the factor is alpha to the power of the private key, in this place: §6.6."""
    x = private_key.reveal()
    w = Nonces(x, (BOUND_DECRYPTION_LABEL, *statement.parts()), rng).draw()
    a, b = generator_power(w), statement.decryption.alpha**w
    return respond(w, x, _challenge(statement, a, b))


def verify_bound(statement: BoundStatement, proof: Proof) -> None:
    """Check that the factor was made with this trustee's key for this place of this box: §6.6."""
    a = proof.generator_commitment(statement.decryption.public_key)
    b = proof.commitment(statement.decryption.alpha, statement.decryption.factor)
    if proof.challenge != _challenge(statement, a, b):
        raise ProofError("the bound proof of correct decryption does not hold", section="6.6")


def _challenge(statement: BoundStatement, a: Element, b: Element) -> Scalar:
    return labelled_scalar(BOUND_DECRYPTION_LABEL, (*statement.parts(), a.encode(), b.encode()))
