# SPDX-License-Identifier: AGPL-3.0-or-later
"""§4: every string that is not an element is refused, whatever is then done with it."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import nacl.bindings
import pytest

from audit import arithmetic
from audit.arithmetic import (
    GENERATOR,
    IDENTITY,
    NotInGroup,
    P,
    Q,
    base_power,
    divide,
    element_text,
    is_member,
    multiply,
    power,
    product,
    read_element,
    read_scalar,
    unchecked_point,
)
from audit.words import Malformed, Unsupported
from tests.unit.audit.annex import BAD, wire

POINTS = [base_power(random.Random(3).randrange(Q)) for _ in range(8)]


@pytest.mark.parametrize("rfc", BAD)
def test_a_string_outside_the_group_is_refused_wherever_it_is_used(rfc: str) -> None:
    point = bytes.fromhex(rfc)
    assert not is_member(point)
    with pytest.raises(NotInGroup):
        read_element(wire(rfc))
    for scalar in (0, 1, 5, Q - 1):
        with pytest.raises(NotInGroup):
            power(unchecked_point(wire(rfc)), scalar)


@pytest.mark.parametrize("rfc", [rfc for rfc in BAD if rfc != IDENTITY.hex()])
def test_where_the_identity_is_allowed_nothing_else_is(rfc: str) -> None:
    assert read_element(wire(IDENTITY.hex()), identity=True) == IDENTITY
    with pytest.raises(NotInGroup):
        read_element(wire(rfc), identity=True)


@pytest.mark.parametrize("low", range(19))
@pytest.mark.parametrize("sign", [0, 1])
def test_a_reduced_coordinate_is_demanded(low: int, sign: int) -> None:
    written = (P + low | sign << 255).to_bytes(32, "big").hex()
    for scalar in (0, 5):
        with pytest.raises(NotInGroup):
            power(unchecked_point(written), scalar)


@pytest.mark.parametrize(
    "text",
    {
        "empty": "",
        "short": "0" * 62,
        "long": "0" * 66,
        "capitals": element_text(GENERATOR).replace("6", "A", 1),
        "white space": " " * 64,
        "space inside": element_text(GENERATOR)[:62] + " 6",
        "full-width digits": "６" * 64,
        "a number": 5,
        "nothing": None,
    }.values(),
)
def test_only_64_small_hexadecimal_digits_are_a_point(text: object) -> None:
    with pytest.raises(NotInGroup):
        unchecked_point(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "-1", "+1", "01", "00", " 1", "1 ", "1\n", "1_0", "1.0", "１", "0x1"),
        *(str(Q), "1" * 5000, 1, None),
    ],
)
def test_a_scalar_has_one_text(text: object) -> None:
    with pytest.raises(Malformed):
        read_scalar(text)


def test_scalars_reach_from_zero_to_q_minus_one() -> None:
    assert [read_scalar("0"), read_scalar(str(Q - 1))] == [0, Q - 1]


def test_the_operations_agree_with_the_wrapped_library() -> None:
    for a, b in pairwise(POINTS):
        scalar = random.Random(a).randrange(Q)
        encoded = scalar.to_bytes(32, "little")
        assert multiply(a, b) == nacl.bindings.crypto_core_ed25519_add(a, b)
        assert divide(a, b) == nacl.bindings.crypto_core_ed25519_sub(a, b)
        assert power(a, scalar) == nacl.bindings.crypto_scalarmult_ed25519_noclamp(encoded, a)
        assert base_power(scalar) == power(GENERATOR, scalar)


def test_the_identity_and_zero_follow_the_laws_of_the_group() -> None:
    a = POINTS[0]
    assert power(a, 0) == base_power(0) == divide(a, a) == product([]) == IDENTITY
    assert power(IDENTITY, 5) == IDENTITY
    assert multiply(a, IDENTITY) == power(a, 1) == product([a]) == a
    assert multiply(power(a, Q - 1), a) == IDENTITY


def test_a_library_that_accepts_mixed_order_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    arithmetic.self_test()
    monkeypatch.setattr(arithmetic, "_is_valid", lambda _point: 1)
    with pytest.raises(Unsupported):
        arithmetic.self_test()


def naming(word: str) -> set[str]:
    folder = Path(arithmetic.__file__).parent
    return {path.name for path in folder.rglob("*.py") if word in path.read_text("utf-8")}


def test_one_file_names_the_library_and_one_more_signs_with_it() -> None:
    assert naming("nacl") == {"arithmetic.py", "witness_key.py"}
    assert all(name.startswith("witness") for name in naming("import WitnessKey"))
    assert naming("audit.witness_key") == {"witness.py", "witness_command.py"}
