# SPDX-License-Identifier: AGPL-3.0-or-later
"""The group: docs/protocol.md §4. No check uses the arithmetic library but through this file.

An element is the 32 bytes of RFC 8032, a scalar an integer from 0 to q - 1. Everything here is
public, so nothing is constant-time by promise.

Membership. libsodium's multiplication itself refuses a point that is not canonical, off the curve
or outside the subgroup of order q, and ``power`` does the check alone where it has nothing to
multiply. So a point that is raised to a power once is a member, and is not checked a second time:
on a ballot that is half of the work. ``self_test`` makes sure that the library at hand does so.

The functions of libsodium are called without PyNaCl's own wrappers, whose checks of types and
lengths take 4 % of a verification: here every point is 32 bytes and every scalar below q by
construction. Not for threads: one buffer takes all results, and each process has its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast

from nacl._sodium import ffi, lib  # type: ignore[import-not-found]
from nacl.bindings import crypto_sign_BYTES, crypto_sign_open
from nacl.exceptions import BadSignatureError

from audit.words import Malformed, Unsupported

Q = 2**252 + 27742317777372353535851937790883648493
P = 2**255 - 19
IDENTITY = (1).to_bytes(32, "little")
GENERATOR = bytes.fromhex("58" + "66" * 31)
_FIVE = (5).to_bytes(32, "little")
_SCALAR = re.compile("0|[1-9][0-9]{0,75}")
_MIXED_ORDER = bytes.fromhex("95" + "99" * 31)  # the generator times the point of order 2


lib.sodium_init()
_out = ffi.new("unsigned char[32]")
_result = cast("bytes", ffi.buffer(_out))  # a view: ``_result[:]`` is a copy of its 32 bytes
_scalarmult = lib.crypto_scalarmult_ed25519_noclamp
_scalarmult_base = lib.crypto_scalarmult_ed25519_base_noclamp
_add = lib.crypto_core_ed25519_add
_sub = lib.crypto_core_ed25519_sub
_is_valid = lib.crypto_core_ed25519_is_valid_point


class NotInGroup(Malformed):
    """A point that is not a member of the subgroup of order q (§4.2)."""

    def __init__(self, fr: str = "", en: str = "") -> None:
        super().__init__(
            fr or "un point n'est pas un élément du groupe (§4.2)",
            en or "a point is not an element of the group (§4.2)",
        )


def read_scalar(text: object) -> int:
    """A scalar from its one decimal text (§4.1)."""
    if isinstance(text, str) and _SCALAR.fullmatch(text):
        number = int(text)
        if number < Q:
            return number
    raise Malformed("un nombre n'est pas un scalaire (§4.1)", "a number is not a scalar (§4.1)")


def _point(text: object) -> bytes:
    """The 32 bytes of 64 lower-case hexadecimal digits, whatever they stand for (§4.2)."""
    if isinstance(text, str) and len(text) == 64:
        try:
            point = bytes.fromhex(text)
        except ValueError:
            raise NotInGroup from None
        if point.hex() == text:
            return point[::-1]
    raise NotInGroup


def unchecked_point(text: object) -> bytes:
    """A point that is not the identity, and **not yet known to be in the group** (§4.2).

    For points that are about to be raised to a power; all others go through ``read_element``.
    """
    point = _point(text)
    if point == IDENTITY:
        raise NotInGroup
    return point


def is_member(point: bytes) -> bool:
    """Whether these bytes are an element other than the identity."""
    return bool(_is_valid(point) == 1)


def read_element(text: object, *, identity: bool = False) -> bytes:
    """An element from its text (§4.2); the identity only where ``identity`` allows it."""
    point = _point(text)
    if not (is_member(point) or (identity and point == IDENTITY)):
        raise NotInGroup
    return point


def element_text(point: bytes) -> str:
    """The 64 hexadecimal digits of an element, most significant byte first (§4.2)."""
    return point[::-1].hex()


def power(point: bytes, scalar: int) -> bytes:
    """point^scalar; NotInGroup unless the point is a member (or the identity, once computed)."""
    if _scalarmult(_out, scalar.to_bytes(32, "little"), point) == 0:
        return _result[:]
    # The library refuses the identity as an argument and as a result.
    if point == IDENTITY or (scalar == 0 and is_member(point)):
        return IDENTITY
    raise NotInGroup


def base_power(scalar: int) -> bytes:
    """g^scalar."""
    if scalar <= 1:
        return GENERATOR if scalar else IDENTITY
    _scalarmult_base(_out, scalar.to_bytes(32, "little"))
    return _result[:]


def multiply(left: bytes, right: bytes) -> bytes:
    """The group operation. Members give a member; it does not check that they are."""
    if _add(_out, left, right) != 0:
        raise NotInGroup
    return _result[:]


def divide(left: bytes, right: bytes) -> bytes:
    """The quotient left / right, as ``multiply``."""
    if _sub(_out, left, right) != 0:
        raise NotInGroup
    return _result[:]


def product(points: Iterable[bytes]) -> bytes:
    """The product of elements; of none, the identity."""
    total: bytes | None = None
    for point in points:
        total = point if total is None else multiply(total, point)
    return IDENTITY if total is None else total


def commitment(response: int, point: bytes, challenge: int) -> bytes:
    """g^response · point^challenge: what the verifier of every proof recomputes (§6)."""
    return multiply(base_power(response), power(point, challenge))


def commitment_to(base: bytes, response: int, point: bytes, challenge: int) -> bytes:
    """base^response · point^challenge."""
    return multiply(power(base, response), power(point, challenge))


def signed_by(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this is the Ed25519 signature (RFC 8032) of a message by the owner of ``key``."""
    if len(signature) != crypto_sign_BYTES:
        return False
    try:
        crypto_sign_open(signature + message, key)
    except BadSignatureError:
        return False
    return True


def self_test() -> None:
    """Refuse to work with a library that would let a point of mixed order through (§4.2)."""
    accepted = is_member(_MIXED_ORDER) or _scalarmult(_out, _FIVE, _MIXED_ORDER) == 0
    if accepted or not is_member(GENERATOR) or base_power(5) != power(GENERATOR, 5):
        raise Unsupported(
            "cette version de libsodium accepte des points interdits : PyNaCl 1.6.2 ou plus récent",
            "this version of libsodium accepts forbidden points: PyNaCl 1.6.2 or newer is needed",
        )
