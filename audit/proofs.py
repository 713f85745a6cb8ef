# SPDX-License-Identifier: AGPL-3.0-or-later
"""The proofs and signatures, each as its equation: docs/protocol.md §6 and §7.2.

A function answers whether its equation holds. It never skips a part: shapes have been checked
before, exactly, by whoever decoded the values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from audit.arithmetic import (
    GENERATOR,
    Q,
    base_power,
    commitment,
    commitment_to,
    divide,
    element_text,
    multiply,
    power,
    read_scalar,
)
from audit.hashing import BOUND_DECRYPTION_LABEL, joined_scalar, labelled_scalar
from audit.strict_json import read_object

GENERATOR_TEXT = element_text(GENERATOR)


class Proof(NamedTuple):  # as the next: a ballot has dozens, and these are made sooner
    """A challenge and a response (§6)."""

    challenge: int
    response: int


class Ciphertext(NamedTuple):
    """A pair of elements, and their texts as they stand in hashes (§5)."""

    alpha: bytes
    beta: bytes
    text: str


def decode_proof(value: Any, *, strict: bool = True) -> Proof:  # noqa: ANN401
    """``{"challenge":c,"response":s}``, two scalars (§6)."""
    fields = read_object(value, "challenge response", strict=strict)
    return Proof(read_scalar(fields["challenge"]), read_scalar(fields["response"]))


def holds_key(key: bytes, proof: Proof) -> bool:
    """Knowledge of the exponent of ``key`` (§6.1)."""
    A = commitment(proof.response, key, proof.challenge)
    return proof.challenge == joined_scalar(f"pok|Ed25519|{element_text(key)}|{element_text(A)}")


def holds_message(key: bytes, message: str, proof: Proof) -> bool:
    """The signature of a message by the owner of ``key`` (§7.2)."""
    A = commitment(proof.response, key, proof.challenge)
    return proof.challenge == joined_scalar(f"sigmsg|{message}|{element_text(A)}")


def holds_labelled(key: bytes, label: str, parts: Sequence[str], proof: Proof) -> bool:
    """A labelled signature of ours (§6.7)."""
    A = commitment(proof.response, key, proof.challenge)
    return proof.challenge == labelled_scalar(label, element_text(key), element_text(A), *parts)


def holds_ballot_signature(credential: bytes, digest: str, proof: Proof) -> bool:
    """The signature of a ballot whose ``signature.hash`` is ``digest`` (§9.4)."""
    A = commitment(proof.response, credential, proof.challenge)
    return proof.challenge == joined_scalar(f"sig|{digest}|{element_text(A)}")


def _branch(key: bytes, alpha: bytes, beta: bytes, proof: Proof) -> str:
    """``A,B`` of one branch: A = g^s α^c, B = y^s β^c, β already without its message (§6.2)."""
    A = commitment(proof.response, alpha, proof.challenge)
    B = commitment_to(key, proof.response, beta, proof.challenge)
    return f"{element_text(A)},{element_text(B)}"


def _holds_either(prefix: str, branches: Sequence[str], proofs: Sequence[Proof]) -> bool:
    """Σ c_j = H(prefix|A0,B0,…,Ak,Bk) (§6.2 to §6.4)."""
    total = sum(proof.challenge for proof in proofs) % Q
    return total == joined_scalar(f"{prefix}|{','.join(branches)}")


def without(beta: bytes, low: int, high: int) -> list[bytes]:
    """β / g^m for m from low to high: β without its message, in each branch of a proof."""
    betas = [divide(beta, base_power(low)) if low else beta]
    while len(betas) <= high - low:
        betas.append(divide(betas[-1], GENERATOR))
    return betas


def holds_interval(
    key: bytes, context: str, choice: Ciphertext, betas: Sequence[bytes], proofs: Sequence[Proof]
) -> bool:
    """The ciphertext encrypts one of the numbers that ``betas`` are without (§6.2)."""
    branches = [
        _branch(key, choice.alpha, beta, proof) for beta, proof in zip(betas, proofs, strict=True)
    ]
    return _holds_either(f"prove|{context}|{choice.text}", branches, proofs)


def holds_blank(
    key: bytes, context: str, blank: Ciphertext, others: Ciphertext, proofs: Sequence[Proof]
) -> bool:
    """The blank is 0, or the sum of all others is (§6.3)."""
    first, second = proofs
    branches = [
        _branch(key, blank.alpha, blank.beta, first),
        _branch(key, others.alpha, others.beta, second),
    ]
    return _holds_either(f"bproof0|{context}", branches, proofs)


def holds_overall_with_blank(
    key: bytes,
    context: str,
    blank: tuple[bytes, bytes],
    others: tuple[bytes, Sequence[bytes]],
    proofs: Sequence[Proof],
) -> bool:
    """The blank is 1, or the sum of all others is within the bounds (§6.4).

    ``blank`` is α and β / g of the blank, ``others`` the α of the sum and its β without each of
    the numbers within the bounds.
    """
    alpha, betas = others
    branches = [_branch(key, *blank, proofs[0])]
    for beta, proof in zip(betas, proofs[1:], strict=True):
        branches.append(_branch(key, alpha, beta, proof))
    return _holds_either(f"bproof1|{context}", branches, proofs)


@dataclass(frozen=True, slots=True)
class Decryption:
    """The statement X = g^x and D = α^x (§6.5)."""

    key: bytes
    alpha: bytes
    factor: bytes

    def commitments(self, proof: Proof) -> tuple[str, str]:
        """A = g^s X^c and B = α^s D^c, as texts."""
        A = commitment(proof.response, self.key, proof.challenge)
        B = multiply(power(self.alpha, proof.response), power(self.factor, proof.challenge))
        return element_text(A), element_text(B)


def holds_decryption(fingerprint: str, statement: Decryption, proof: Proof) -> bool:
    """The proof of decryption of the format (§6.5)."""
    A, B = statement.commitments(proof)
    text = f"decrypt|{fingerprint}|{element_text(statement.key)}|{A},{B}"
    return proof.challenge == joined_scalar(text)


def holds_bound_decryption(place: Sequence[str], statement: Decryption, proof: Proof) -> bool:
    """The proof of decryption bound to its place (§6.6): φ, T, i, n, j."""
    A, B = statement.commitments(proof)
    points = (statement.key, statement.alpha, statement.factor)
    texts = [element_text(point) for point in points]
    parts = [*place, GENERATOR_TEXT, *texts, A, B]
    return proof.challenge == labelled_scalar(BOUND_DECRYPTION_LABEL, *parts)
