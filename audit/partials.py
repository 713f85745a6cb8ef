# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tally, partial decryptions, result: their forms and combination. docs/protocol.md §11."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit.arithmetic import IDENTITY, Q, element_text, multiply, power, read_element
from audit.election import Election
from audit.proofs import Ciphertext, Proof, decode_proof
from audit.strict_json import (
    decode_datum,
    read_count,
    read_hash,
    read_integer,
    read_list,
    read_object,
)
from audit.trustees import Single, Trustees


@dataclass(frozen=True, slots=True)
class SizedTally:
    """The payload of the encrypted tally (§11.2)."""

    count: int
    weight: int
    evote: Any


@dataclass(frozen=True, slots=True)
class Partial:
    """One partial decryption of the right shape (§11.3); ``evote`` is read by C21."""

    owner: int
    factors: tuple[tuple[bytes, ...], ...]
    proofs: tuple[tuple[Proof, ...], ...]
    evote: Any


def rows(value: Any, election: Election, what: str) -> list[list[Any]]:  # noqa: ANN401
    """One array per question, one item per choice: the shape of the encrypted tally (§11.2)."""
    outer = read_list(value, what, len(election.questions))
    return [
        read_list(row, what, question.choices)
        for row, question in zip(outer, election.questions, strict=True)
    ]


def decode_sized(data: bytes, *, strict: bool) -> SizedTally:
    """``{"num_tallied","total_weight","encrypted_tally"}`` and, in ours, ``evote`` (§11.2)."""
    value = decode_datum(data, canonical=strict)
    spec = "num_tallied total_weight encrypted_tally evote?"
    fields = read_object(value, spec, strict=strict)
    read_hash(fields["encrypted_tally"], "encrypted_tally")
    count = read_integer(fields["num_tallied"], "num_tallied", 0, 2**53 - 1)
    return SizedTally(count, read_count(fields["total_weight"], "total_weight"), value.get("evote"))


def decode_tally(data: bytes, election: Election) -> tuple[tuple[Ciphertext, ...], ...]:
    """The recorded encrypted tally, canonical in both profiles; the identity is allowed (§11.2)."""
    table = rows(decode_datum(data, canonical=True), election, "encrypted_tally")
    return tuple(tuple(_ciphertext(item) for item in row) for row in table)


def _ciphertext(value: Any) -> Ciphertext:  # noqa: ANN401
    fields = read_object(value, "alpha beta", strict=True)
    alpha = read_element(fields["alpha"], identity=True)
    beta = read_element(fields["beta"], identity=True)
    return Ciphertext(alpha, beta, f"{element_text(alpha)},{element_text(beta)}")


def decode_owner(data: bytes, trustees: int, *, strict: bool) -> int:
    """The owner named by an owned payload, from 1 to the number of trustees (§11.3)."""
    fields = read_object(decode_datum(data, canonical=strict), "owner payload", strict=strict)
    read_hash(fields["payload"], "payload")
    return read_integer(fields["owner"], "owner", 1, trustees)


def decode_partial(data: bytes, owner: int, election: Election, *, strict: bool) -> Partial:
    """A partial decryption of the shape of the encrypted tally (§11.3)."""
    value = decode_datum(data, canonical=strict)
    spec = "decryption_factors decryption_proofs evote?"
    fields = read_object(value, spec, strict=strict)
    factors = rows(fields["decryption_factors"], election, "decryption_factors")
    proofs = rows(fields["decryption_proofs"], election, "decryption_proofs")
    return Partial(
        owner,
        tuple(tuple(read_element(item, identity=True) for item in row) for row in factors),
        tuple(tuple(decode_proof(item, strict=strict) for item in row) for row in proofs),
        fields.get("evote"),
    )


def decode_result(
    data: bytes, election: Election, *, strict: bool
) -> tuple[tuple[tuple[int, ...], ...], Any]:
    """The numbers of the result and its ``evote`` member (§11.6, §11.7)."""
    fields = read_object(decode_datum(data, canonical=strict), "result evote?", strict=strict)
    table = rows(fields["result"], election, "result")
    numbers = tuple(tuple(read_count(item, "result") for item in row) for row in table)
    return numbers, fields.get("evote")


def lagrange(indices: Sequence[int], index: int) -> int:
    """λ_i = Π_{k≠i} k/(k-i) modulo q (§11.4)."""
    over, under = 1, 1
    for other in indices:
        if other != index:
            over, under = over * other % Q, under * (other - index) % Q
    return over * pow(under, -1, Q) % Q


def missing(trustees: Trustees, owners: Mapping[int, Partial]) -> str:
    """Who is still needed to count, in words; empty if the partial decryptions suffice (§11.4)."""
    number, lacking = 0, []
    for item in trustees.items:
        if isinstance(item, Single):
            number += 1
            if number not in owners:
                lacking.append(str(number))
            continue
        span = range(number + 1, number + len(item.members) + 1)
        present = sum(owner in owners for owner in span)
        if present < item.threshold:
            lacking.append(f"{present}/{item.threshold} ({span[0]}-{span[-1]})")
        number += len(item.members)
    return ", ".join(lacking)


def combined_factor(
    trustees: Trustees, partials: Mapping[int, Partial], question: int, choice: int
) -> bytes:
    """F for one place: Single factors, times Π D_i^{λ_i} over the t lowest present (§11.4)."""
    total, number = IDENTITY, 0
    for item in trustees.items:
        if isinstance(item, Single):
            number += 1
            total = multiply(total, partials[number].factors[question][choice])
            continue
        n = len(item.members)
        present = [i for i in range(1, n + 1) if number + i in partials][: item.threshold]
        for i in present:
            factor = partials[number + i].factors[question][choice]
            total = multiply(total, power(factor, lagrange(present, i)))
        number += n
    return total


def impossible(election: Election, numbers: Sequence[Sequence[int]], weight: int) -> str:
    """Why these numbers cannot come from ``weight`` votes; empty if they can (§11.6)."""
    for place, (question, row) in enumerate(zip(election.questions, numbers, strict=True), 1):
        blank, votes = (row[0], row[1:]) if question.blank else (0, row)
        rest = weight - blank
        if rest < 0 or any(number > rest for number in votes):
            return f"question {place}"
        if not rest * question.low <= sum(votes) <= rest * question.high:
            return f"question {place}"
    return ""
