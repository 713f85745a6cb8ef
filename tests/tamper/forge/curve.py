# SPDX-License-Identifier: AGPL-3.0-or-later
"""Points as an attacker has them: the whole curve, torsion included, written as §4.2 or wrongly.

protocol/ cannot represent what is forged here, which is its merit; so the forger computes alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import nacl.exceptions
from nacl import bindings as sodium

Q = 2**252 + 27742317777372353535851937790883648493
P = 2**255 - 19


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the curve, whatever its order, by its RFC 8032 bytes. Multiplicative, as §4."""

    raw: bytes

    @classmethod
    def of(cls, wire: str) -> Point:
        return cls(bytes.fromhex(wire)[::-1])

    @property
    def wire(self) -> str:
        return self.raw[::-1].hex()

    def __mul__(self, other: Point) -> Point:
        return Point(sodium.crypto_core_ed25519_add(self.raw, other.raw))

    def __truediv__(self, other: Point) -> Point:
        return Point(sodium.crypto_core_ed25519_sub(self.raw, other.raw))

    def __pow__(self, exponent: int) -> Point:
        """The power by an integer: by the integer itself where the order is not q."""
        if self == IDENTITY:
            return IDENTITY
        if self.raw == GENERATOR.raw:
            return generator_power(exponent)
        reduced = exponent % Q
        if reduced and in_subgroup(self):
            scalar = reduced.to_bytes(32, "little")
            return Point(sodium.crypto_scalarmult_ed25519_noclamp(scalar, self.raw))
        return _double_and_add(self, exponent % (8 * Q))


IDENTITY = Point(b"\x01" + bytes(31))
GENERATOR = Point(b"\x58" + b"\x66" * 31)


@cache
def in_subgroup(point: Point) -> bool:
    return bool(sodium.crypto_core_ed25519_is_valid_point(point.raw))


def generator_power(exponent: int) -> Point:
    reduced = (exponent % Q).to_bytes(32, "little")
    try:
        return Point(sodium.crypto_scalarmult_ed25519_base_noclamp(reduced))
    except nacl.exceptions.RuntimeError:
        return IDENTITY


def _double_and_add(point: Point, exponent: int) -> Point:
    result = IDENTITY
    for bit in f"{exponent:b}":
        result = result * result
        if bit == "1":
            result = result * point
    return result


def product(points: list[Point]) -> Point:
    result = IDENTITY
    for point in points:
        result = result * point
    return result


# ------------------------------------------------------------------- points that must be refused
# As RFC 8032 writes them (least significant byte first); the wire has them the other way round.

LOW_ORDER = {
    "order 1": "0100000000000000000000000000000000000000000000000000000000000000",
    "order 2": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "order 4": "0000000000000000000000000000000000000000000000000000000000000000",
    "order 4, negative": "0000000000000000000000000000000000000000000000000000000000000080",
    "order 8": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "order 8, negative": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "order 8, other": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "order 8, other negative": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
}
NON_CANONICAL = {
    "order 1, sign bit on x = 0": (
        "0100000000000000000000000000000000000000000000000000000000000080"
    ),
    "order 1, y + p": "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "order 1, y + p and sign bit": (
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    ),
    "order 2, sign bit on x = 0": (
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    ),
    "order 4, y + p": "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "order 4, y + p and sign bit": (
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    ),
}
MIXED_ORDER = {
    "B + T2": "9599999999999999999999999999999999999999999999999999999999999999",
    "B + T8": "98519eadf35b995233b51b5cd23e9cc5a28b639b5a4af0ec903cb960d81b7819",
}
BAD_POINTS = {
    **{name: bytes.fromhex(text)[::-1].hex() for name, text in LOW_ORDER.items()},
    **{name: bytes.fromhex(text)[::-1].hex() for name, text in NON_CANONICAL.items()},
    **{name: bytes.fromhex(text)[::-1].hex() for name, text in MIXED_ORDER.items()},
}

T2 = Point(bytes.fromhex(LOW_ORDER["order 2"]))
T4 = Point(bytes.fromhex(LOW_ORDER["order 4"]))
T8 = Point(bytes.fromhex(LOW_ORDER["order 8"]))
