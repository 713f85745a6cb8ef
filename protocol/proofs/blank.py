# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two proofs of an answer that may be blank: docs/protocol.md §6.3 and §6.4.

With m_0 the blank choice and m_Σ the sum of the others: the blank proof shows that m_0 = 0 or
m_Σ = 0; the overall proof that m_0 = 1 or m_Σ is one of the values allowed.
"""

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
from protocol.transcript import BLANK_PREFIX, OVERALL_PREFIX


def prove_blank(
    s: str, y: Element, blank: Encryption, total: Encryption, rng: Rng = system_rng
) -> tuple[Proof, ...]:
    """Prove that m_0 = 0 or m_Σ = 0: two proofs, in this order: §6.3."""
    branches = [ProverBranch(blank, 0), ProverBranch(total, 0)]
    return prove_disjunction(f"{BLANK_PREFIX}|{s}|", y, branches, rng)


def verify_blank(
    s: str, y: Element, blank: Ciphertext, total: Ciphertext, proofs: Sequence[Proof]
) -> None:
    """Check that the blank choice or the sum of the others is zero: §6.3."""
    branches = [Branch(blank, 0), Branch(total, 0)]
    if not holds_disjunction(f"{BLANK_PREFIX}|{s}|", y, branches, proofs):
        raise ProofError("the blank proof does not hold", section="6.3")


def prove_overall(
    s: str,
    y: Element,
    blank: Encryption,
    total: Encryption,
    values: Sequence[int],
    rng: Rng = system_rng,
) -> tuple[Proof, ...]:
    """Prove that m_0 = 1 or m_Σ is one of ``values``: one proof more than values: §6.4."""
    branches = [ProverBranch(blank, 1), *(ProverBranch(total, value) for value in values)]
    return prove_disjunction(f"{OVERALL_PREFIX}|{s}|", y, branches, rng)


def verify_overall(
    s: str,
    y: Element,
    blank: Ciphertext,
    total: Ciphertext,
    values: Sequence[int],
    proofs: Sequence[Proof],
) -> None:
    """Check that the answer is blank or its sum is one of ``values``: §6.4."""
    branches = [Branch(blank, 1), *(Branch(total, value) for value in values)]
    if not holds_disjunction(f"{OVERALL_PREFIX}|{s}|", y, branches, proofs):
        raise ProofError("the overall proof does not hold", section="6.4")
