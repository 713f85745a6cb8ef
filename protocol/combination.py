# SPDX-License-Identifier: AGPL-3.0-or-later
"""Joining partial decryptions: docs/protocol.md §11.4."""

from collections.abc import Mapping, Sequence

from protocol.blame import TrusteeFault, blame
from protocol.decryption import (
    CountContext,
    Factors,
    PartialDecryption,
    verify_partial_decryption,
)
from protocol.errors import ProtocolError
from protocol.group import IDENTITY, ONE, Scalar
from protocol.trustees import Trustees
from protocol.voutput import VerificationKey


class ThresholdNotMet(ProtocolError):
    """Too few partial decryptions to count.

    Attributes:
        have: owners whose partial decryption is there.
        need: how many of the trustees of ``missing``'s group, or 1 of a single one.
        missing: owners who could still give theirs.
    """

    def __init__(self, have: Sequence[int], need: int, missing: Sequence[int]) -> None:
        names = ", ".join(map(str, missing))
        super().__init__(
            f"{len(have)} partial decryptions of {need} needed; missing trustees {names}",
            section="11.4",
        )
        self.have = tuple(have)
        self.need = need
        self.missing = tuple(missing)


def verify_partial_decryptions(
    trustees: Trustees,
    context: CountContext,
    partials: Sequence[tuple[int, PartialDecryption]],
    *,
    bound: bool = True,
) -> None:
    """Check that each owner is a trustee, comes once, and that every proof holds: §11.3.

    Raises:
        TrusteeFault: naming the owner.
    """
    seen: set[int] = set()
    for owner, partial in partials:
        if owner in seen:
            raise TrusteeFault(owner, "decrypts twice", section="11.3")
        seen.add(owner)
        with blame(owner, "partial decryption"):
            key = trustees.verification_key(owner)
            verify_partial_decryption(key, context, owner, partial, bound=bound)


def combine_factors(trustees: Trustees, factors: Mapping[int, Factors]) -> Factors:
    """Return the factor F of every ciphertext from factors that are verified, by owner: §11.4.

    Of a threshold group the t present with the lowest numbers are used.

    Raises:
        ThresholdNotMet: a single trustee is missing, or a group has fewer than t.
    """
    exponents: dict[int, Scalar] = {}
    for first, item in trustees.numbered():
        if isinstance(item, VerificationKey):
            present, threshold, last = [first] * (first in factors), 1, first
        else:
            threshold, last = item.threshold, first + item.size - 1
            present = [owner for owner in range(first, last + 1) if owner in factors]
        if len(present) < threshold:
            missing = [owner for owner in range(first, last + 1) if owner not in factors]
            raise ThresholdNotMet(present, threshold, missing)
        if isinstance(item, VerificationKey):
            exponents[first] = ONE
        else:
            inside = [owner - first + 1 for owner in present[:threshold]]
            exponents |= {i + first - 1: lagrange(inside, i) for i in inside}
    return _weighted_product(exponents, factors)


def lagrange(indices: Sequence[int], index: int) -> Scalar:
    """Return ``Π_{k ≠ i} k / (k − i)`` over the distinct ``indices``: §11.4."""
    numerator, denominator = ONE, ONE
    for other in indices:
        if other != index:
            numerator = numerator * Scalar.from_int(other)
            denominator = denominator * Scalar.from_int(other - index)
    return numerator * denominator.inverse()


def _weighted_product(exponents: Mapping[int, Scalar], factors: Mapping[int, Factors]) -> Factors:
    shape = [len(row) for row in factors[next(iter(exponents))]]
    table = [[IDENTITY] * length for length in shape]
    for owner, exponent in exponents.items():
        for i, row in enumerate(factors[owner]):
            for j, factor in enumerate(row):
                table[i][j] = table[i][j] * factor**exponent
    return tuple(map(tuple, table))
