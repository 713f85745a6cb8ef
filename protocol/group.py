# SPDX-License-Identifier: AGPL-3.0-or-later
"""The group of docs/protocol.md §4: scalars modulo q, and the prime-order subgroup of Ed25519.

The only file that computes with the arithmetic library. libsodium's constant-time calls do the
work; what they refuse although it is legal here (the identity, the zero scalar) is dealt with in
this file and nowhere else. Multiplicative notation: ``*``, ``/`` and ``**`` are the group's.
"""

import re
from collections.abc import Iterable
from hmac import compare_digest
from typing import Final, final

from nacl import bindings as sodium

from protocol.errors import MalformedError, ProtocolError
from protocol.rng import Rng, system_rng

GROUP_NAME: Final = "Ed25519"
P: Final = 2**255 - 19
Q: Final = 2**252 + 27742317777372353535851937790883648493
SCALAR_BYTES: Final = 32
ELEMENT_BYTES: Final = 32

_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,75}")
_HEXADECIMAL: Final = re.compile(r"[0-9a-f]{64}")
_ZERO_BYTES: Final = bytes(SCALAR_BYTES)
_IDENTITY_BYTES: Final = b"\x01" + bytes(ELEMENT_BYTES - 1)


@final
class Scalar:
    """An integer modulo q: docs/protocol.md §4.1. Often a secret, so ``repr`` does not show it."""

    __slots__ = ("_raw",)
    _raw: bytes  # little-endian, as libsodium has it; always reduced

    def __init__(self) -> None:
        raise TypeError("a scalar comes from decode, from_int, reduce, random or arithmetic")

    @classmethod
    def _of(cls, raw: bytes) -> "Scalar":
        scalar = object.__new__(cls)
        scalar._raw = raw
        return scalar

    @classmethod
    def decode(cls, text: object) -> "Scalar":
        """Read the only decimal form of a number of ``[0, q)``; MalformedError otherwise: §4.1."""
        if not isinstance(text, str) or _DECIMAL.fullmatch(text) is None or int(text) >= Q:
            raise MalformedError("a scalar is not a decimal number below q", section="4.1")
        return cls._of(int(text).to_bytes(SCALAR_BYTES, "little"))

    @classmethod
    def from_int(cls, number: int) -> "Scalar":
        """Return ``number`` modulo q."""
        return cls._of((number % Q).to_bytes(SCALAR_BYTES, "little"))

    @classmethod
    def reduce(cls, digest: bytes) -> "Scalar":
        """Return the big-endian number in ``digest`` (at most 64 bytes) modulo q: §4.1."""
        wide = digest[::-1].ljust(2 * SCALAR_BYTES, b"\0")
        return cls._of(sodium.crypto_core_ed25519_scalar_reduce(wide))

    @classmethod
    def random(cls, rng: Rng = system_rng) -> "Scalar":
        """Return a scalar within 2^-259 of uniform, from 64 bytes of ``rng``: §4.1."""
        return cls.reduce(rng(2 * SCALAR_BYTES))

    def encode(self) -> str:
        """Return the decimal form."""
        return str(self.to_int())

    def to_int(self) -> int:
        """Return the number of ``[0, q)``."""
        return int.from_bytes(self._raw, "little")

    def to_bytes(self) -> bytes:
        """Return 32 bytes, big-endian."""
        return self._raw[::-1]

    def is_zero(self) -> bool:
        """Tell whether it is zero."""
        return compare_digest(self._raw, _ZERO_BYTES)

    def inverse(self) -> "Scalar":
        """Return the inverse modulo q; zero has none."""
        if self.is_zero():
            raise ProtocolError("zero has no inverse", section="4.1")
        return Scalar._of(sodium.crypto_core_ed25519_scalar_invert(self._raw))

    def __add__(self, other: "Scalar") -> "Scalar":
        return Scalar._of(sodium.crypto_core_ed25519_scalar_add(self._raw, other._raw))

    def __sub__(self, other: "Scalar") -> "Scalar":
        return Scalar._of(sodium.crypto_core_ed25519_scalar_sub(self._raw, other._raw))

    def __mul__(self, other: "Scalar") -> "Scalar":
        return Scalar._of(sodium.crypto_core_ed25519_scalar_mul(self._raw, other._raw))

    def __neg__(self) -> "Scalar":
        return Scalar._of(sodium.crypto_core_ed25519_scalar_negate(self._raw))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scalar):
            return NotImplemented
        return compare_digest(self._raw, other._raw)

    def __hash__(self) -> int:
        return hash(self._raw)

    def __repr__(self) -> str:
        return "Scalar(…)"


@final
class Element:
    """A member of the prime-order group of docs/protocol.md §4.2, never anything else."""

    __slots__ = ("_raw",)
    _raw: bytes  # RFC 8032: y little-endian, the sign of x in the top bit

    def __init__(self) -> None:
        raise TypeError("an element comes from decode or from arithmetic on elements")

    @classmethod
    def _of(cls, raw: bytes) -> "Element":
        element = object.__new__(cls)
        element._raw = raw
        return element

    @classmethod
    def decode(cls, text: object, *, allow_identity: bool = False) -> "Element":
        """Read 64 lower-case hexadecimal digits, most significant byte first: §4.2.

        Args:
            text: the digits.
            allow_identity: true in an encrypted tally and in decryption factors, nowhere else.

        Raises:
            MalformedError: other text, y >= p, a point off the curve or outside the subgroup of
                order q, or the identity where it is not allowed.
        """
        if not isinstance(text, str) or _HEXADECIMAL.fullmatch(text) is None:
            raise _not_element("is not 64 lower-case hexadecimal digits")
        raw = bytes.fromhex(text)[::-1]
        if int(text, 16) & (2**255 - 1) >= P:
            raise _not_element("is not in its only form")
        if raw == _IDENTITY_BYTES:
            if not allow_identity:
                raise _not_element("is the identity")
        elif not _is_valid_point(raw):
            raise _not_element("is not a point of the subgroup of order q")
        return cls._of(raw)

    def encode(self) -> str:
        """Return the 64 digits."""
        return self._raw[::-1].hex()

    def to_rfc8032(self) -> bytes:
        """Return the 32 bytes that RFC 8032 writes."""
        return self._raw

    def is_identity(self) -> bool:
        """Tell whether it is the neutral element."""
        return compare_digest(self._raw, _IDENTITY_BYTES)

    def __mul__(self, other: "Element") -> "Element":
        return Element._of(sodium.crypto_core_ed25519_add(self._raw, other._raw))

    def __truediv__(self, other: "Element") -> "Element":
        return Element._of(sodium.crypto_core_ed25519_sub(self._raw, other._raw))

    def __pow__(self, exponent: Scalar) -> "Element":
        if exponent.is_zero() or self.is_identity():
            return IDENTITY
        return Element._of(sodium.crypto_scalarmult_ed25519_noclamp(exponent._raw, self._raw))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Element):
            return NotImplemented
        return compare_digest(self._raw, other._raw)

    def __hash__(self) -> int:
        return hash(self._raw)

    def __repr__(self) -> str:
        return f"Element({self.encode()})"


def generator_power(exponent: Scalar) -> Element:
    """Return ``GENERATOR ** exponent``, faster: §4.2."""
    if exponent.is_zero():
        return IDENTITY
    raw = exponent.to_bytes()[::-1]
    return Element._of(sodium.crypto_scalarmult_ed25519_base_noclamp(raw))  # noqa: SLF001


def product(elements: Iterable[Element]) -> Element:
    """Return the product of the elements, the identity where there is none: §4.2."""
    total = IDENTITY
    for element in elements:
        total = total * element
    return total


def _not_element(reason: str) -> MalformedError:
    return MalformedError(f"an element {reason}", section="4.2")


def _is_valid_point(raw: bytes) -> bool:
    # On the curve, canonical, not of small order, and q times it is the identity (§4.2).
    return bool(sodium.crypto_core_ed25519_is_valid_point(raw))


def _require_sound_library() -> None:
    # Before 30 December 2025 libsodium took the generator plus the point of order 2 for a member.
    if _is_valid_point(b"\x95" + b"\x99" * 31):
        raise RuntimeError("libsodium accepts a point outside the group: PyNaCl >= 1.6.2 is needed")


_require_sound_library()

IDENTITY: Final = Element._of(_IDENTITY_BYTES)  # noqa: SLF001
GENERATOR: Final = generator_power(Scalar.from_int(1))
ZERO: Final = Scalar.from_int(0)
ONE: Final = Scalar.from_int(1)
