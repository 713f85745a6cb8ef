# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proof that a ciphertext encrypts one of several values: docs/protocol.md §6.2 (``iprove``)."""

from collections.abc import Sequence

from protocol.elgamal import Ciphertext, Encryption
from protocol.errors import ProofError
from protocol.group import Element
from protocol.proofs.disjunction import (
    Branch,
    ProverBranch,
    holds_disjunction,
    prove_disjunction,
)
from protocol.proofs.proof import Proof
from protocol.rng import Rng, system_rng
from protocol.transcript import PROVE_PREFIX


def prove_membership(
    s: str, y: Element, encryption: Encryption, values: Sequence[int], rng: Rng = system_rng
) -> tuple[Proof, ...]:
    """Prove that the plaintext is one of ``values``, without telling which: §6.2.

    Args:
        s: the text S that the proof is bound to: ``S_0`` or S of §9.2.
        y: the election's public key.
        encryption: the ciphertext and what opens it.
        values: M_0 … M_k, in this order; one proof comes out for each.
    """
    branches = [ProverBranch(encryption, value) for value in values]
    return prove_disjunction(_prefix(s, encryption.ciphertext), y, branches, rng)


def verify_membership(
    s: str, y: Element, ciphertext: Ciphertext, values: Sequence[int], proofs: Sequence[Proof]
) -> None:
    """Check that ``ciphertext`` encrypts one of ``values``: §6.2; ProofError if not shown."""
    branches = [Branch(ciphertext, value) for value in values]
    if not holds_disjunction(_prefix(s, ciphertext), y, branches, proofs):
        raise ProofError("the proof of interval membership does not hold", section="6.2")


def _prefix(s: str, ciphertext: Ciphertext) -> str:
    # prove|S|alpha,beta|
    return f"{PROVE_PREFIX}|{s}|{ciphertext.text()}|"
