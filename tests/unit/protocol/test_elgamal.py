# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/protocol.md §5: a ciphertext is two elements, and its product with another a sum."""

from __future__ import annotations

import pytest

from protocol.elgamal import NEUTRAL, Ciphertext, Encryption, combine, combine_encryptions, encrypt
from protocol.encoding import JsonValue
from protocol.errors import MalformedError
from protocol.group import GENERATOR, IDENTITY, ONE, ZERO, Scalar, generator_power

KEY, R = Scalar.from_int(5), Scalar.from_int(7)
Y = generator_power(KEY)
G, IDENTITY_TEXT = GENERATOR.encode(), IDENTITY.encode()


def test_alpha_and_beta_are_those_of_the_document() -> None:
    ciphertext = encrypt(Y, R, 3)
    assert ciphertext.alpha == generator_power(R)
    assert ciphertext.beta == generator_power(Scalar.from_int(5 * 7 + 3))
    assert ciphertext.text() == f"{ciphertext.alpha.encode()},{ciphertext.beta.encode()}"


def test_an_empty_product_is_neutral() -> None:
    assert combine([]) == NEUTRAL == encrypt(Y, ZERO, 0)
    assert combine_encryptions([]) == Encryption(NEUTRAL, ZERO, 0)
    assert combine([encrypt(Y, R, 1), NEUTRAL]) == encrypt(Y, R, 1)
    assert encrypt(Y, R, 1) ** ZERO == NEUTRAL
    assert encrypt(Y, R, 1) ** ONE == encrypt(Y, R, 1)


@pytest.mark.parametrize(
    "value", [{"alpha": G, "beta": IDENTITY_TEXT}, {"alpha": IDENTITY_TEXT, "beta": G}]
)
def test_the_identity_is_read_where_it_is_allowed_alone(value: dict[str, JsonValue]) -> None:
    Ciphertext.decode(value, allow_identity=True)
    with pytest.raises(MalformedError, match="identity"):
        Ciphertext.decode(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [G, G],
        {"alpha": G},
        {"beta": G},
        {"alpha": G, "beta": 1},
        {"alpha": G, "beta": "0" * 64},
        {"alpha": G, "beta": G, "gamma": G},
    ],
)
def test_other_values_are_no_ciphertexts(value: JsonValue) -> None:
    for allow_identity in (False, True):
        with pytest.raises(MalformedError):
            Ciphertext.decode(value, allow_identity=allow_identity)
