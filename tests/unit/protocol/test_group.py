# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/protocol.md §4: what is a scalar, what is an element, and nothing else is."""

from __future__ import annotations

import pytest

from protocol import group
from protocol.errors import MalformedError, ProtocolError
from protocol.group import (
    GENERATOR,
    IDENTITY,
    ONE,
    ZERO,
    Element,
    P,
    Q,
    Scalar,
    generator_power,
    product,
)
from tests.rng import constant_rng, seeded_rng

# Low order and mixed order, as RFC 8032 writes them; the wire has them reversed.
CANONICAL_LOW_ORDER = [
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]
NON_CANONICAL_LOW_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]
MIXED_ORDER = [
    "9599999999999999999999999999999999999999999999999999999999999999",
    "98519eadf35b995233b51b5cd23e9cc5a28b639b5a4af0ec903cb960d81b7819",
]
OUTSIDE = CANONICAL_LOW_ORDER + NON_CANONICAL_LOW_ORDER + MIXED_ORDER

IDENTITY_TEXT = "0" * 63 + "1"


def wire(rfc8032: str) -> str:
    return bytes.fromhex(rfc8032)[::-1].hex()


# A few lines of curve arithmetic of the test's own, to make the points that must be refused.
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]


def add(left: Point, right: Point) -> Point:
    (x1, y1), (x2, y2) = left, right
    product_of_all = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + product_of_all, -1, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - product_of_all, -1, P) % P
    return x, y


def to_wire(point: Point) -> str:
    x, y = point
    return f"{y | (x & 1) << 255:064x}"


def root(square: int) -> int | None:
    candidate = pow(square, (P + 3) // 8, P)
    for x in (candidate, candidate * pow(2, (P - 1) // 4, P) % P):
        if x * x % P == square % P:
            return x
    return None


def from_wire(text: str) -> Point:
    number = int(text, 16)
    y = number & (2**255 - 1)
    x = root((y * y - 1) * pow(D * y * y + 1, -1, P))
    assert x is not None
    return (x if x & 1 == number >> 255 else P - x), y


def torsion() -> list[Point]:
    generator_of_eight = from_wire(wire(CANONICAL_LOW_ORDER[3]))
    points = [generator_of_eight]
    while points[-1] != (0, 1):
        points.append(add(points[-1], generator_of_eight))
    return points


def test_the_tests_own_arithmetic_agrees_with_the_group() -> None:
    assert to_wire(add(from_wire(GENERATOR.encode()), from_wire(GENERATOR.encode()))) == (
        (GENERATOR * GENERATOR).encode()
    )
    assert len(torsion()) == 8
    found = {to_wire(point) for point in torsion()}
    assert found == {IDENTITY_TEXT, *(wire(text) for text in CANONICAL_LOW_ORDER)}


@pytest.mark.parametrize("text", OUTSIDE)
@pytest.mark.parametrize("allow_identity", [False, True])
def test_points_outside_the_group_are_refused(text: str, *, allow_identity: bool) -> None:
    with pytest.raises(MalformedError, match=r"an element is not .*\(§4\.2\)"):
        Element.decode(wire(text), allow_identity=allow_identity)


def test_a_member_plus_any_point_of_small_order_is_refused() -> None:
    member = generator_power(Scalar.from_int(20260930))
    for point in torsion()[:-1]:
        mixed = to_wire(add(from_wire(member.encode()), point))
        with pytest.raises(MalformedError, match="subgroup"):
            Element.decode(mixed)


def test_the_bytes_must_be_reversed() -> None:
    member = generator_power(Scalar.from_int(7))
    Element.decode(member.encode())
    with pytest.raises(MalformedError):
        Element.decode(member.to_rfc8032().hex())


@pytest.mark.parametrize(
    "text",
    [
        "",
        GENERATOR.encode()[:-1],
        GENERATOR.encode() + "0",
        GENERATOR.encode() + "\n",
        " " + GENERATOR.encode()[1:],
        (GENERATOR * GENERATOR).encode().upper(),
        "0x" + GENERATOR.encode()[2:],
        "６" * 64,
        "0" * 63 + "7",  # y = 7 is on no point of the curve
        f"{P + 3:064x}",
        int(GENERATOR.encode(), 16),
        None,
        ["6" * 63 + "58"],
    ],
)
def test_other_texts_are_no_elements(text: object) -> None:
    with pytest.raises(MalformedError):
        Element.decode(text)


def test_the_identity_is_read_where_it_is_allowed_alone() -> None:
    assert IDENTITY.encode() == IDENTITY_TEXT
    assert Element.decode(IDENTITY_TEXT, allow_identity=True) == IDENTITY
    with pytest.raises(MalformedError, match="is the identity"):
        Element.decode(IDENTITY_TEXT)


def test_the_generator_is_the_base_point() -> None:
    assert GENERATOR.encode() == "6" * 62 + "58"
    assert (GENERATOR ** Scalar.from_int(Q - 1) * GENERATOR).is_identity()


def test_identity_and_zero_follow_the_laws_of_a_group() -> None:
    a = generator_power(Scalar.from_int(5))
    assert a * IDENTITY == IDENTITY * a == a / IDENTITY == a
    assert a / a == a**ZERO == IDENTITY**ONE == generator_power(ZERO) == product([]) == IDENTITY
    assert IDENTITY / a * a == IDENTITY
    assert a**ONE == a


def test_no_element_or_scalar_is_built_by_hand() -> None:
    with pytest.raises(TypeError):
        Element()
    with pytest.raises(TypeError):
        Scalar()


def test_elements_are_values() -> None:
    assert len({GENERATOR, generator_power(ONE), IDENTITY}) == 2
    assert len({ONE, Scalar.from_int(Q + 1), ZERO}) == 2
    assert GENERATOR != "6" * 62 + "58"
    assert ONE != 1


@pytest.mark.parametrize(
    "text",
    [
        *("", "-1", "+1", "01", "00", "1 ", " 1", "1\n", "0x1", "1_0", "1e3", "1.0", "１", "²"),
        *(str(Q), str(Q + 1), str(2**256), "9" * 76, "1" * 5000),
        *(1, 0, True, None, ["1"]),
    ],
)
def test_other_texts_are_no_scalars(text: object) -> None:
    with pytest.raises(MalformedError, match=r"\(§4\.1\)"):
        Scalar.decode(text)


def test_scalars_at_the_limits_are_read() -> None:
    assert Scalar.decode("0") == ZERO
    assert Scalar.decode(str(Q - 1)) == -ONE


def test_reduction_is_big_endian_and_modulo_q() -> None:
    digest = bytes(range(64))
    assert Scalar.reduce(digest).to_int() == int.from_bytes(digest, "big") % Q
    assert Scalar.reduce(b"\xff" * 32).to_int() == (2**256 - 1) % Q
    assert Scalar.reduce(b"\x01\x00").to_int() == 256


def test_random_scalars_take_64_bytes() -> None:
    asked: list[int] = []

    def rng(count: int) -> bytes:
        asked.append(count)
        return b"\xff" * count

    assert Scalar.random(rng).to_int() == (2**512 - 1) % Q
    assert asked == [64]
    assert Scalar.random(constant_rng) == Scalar.random(constant_rng)
    assert Scalar.random(seeded_rng("a")) != Scalar.random(seeded_rng("b"))
    assert Scalar.random() != Scalar.random()


def test_zero_has_no_inverse() -> None:
    with pytest.raises(ProtocolError, match="zero has no inverse"):
        ZERO.inverse()


def test_a_library_that_accepts_order_2q_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "_is_valid_point", lambda _: True)
    with pytest.raises(RuntimeError, match=r"PyNaCl >= 1\.6\.2"):
        group._require_sound_library()
