# SPDX-License-Identifier: AGPL-3.0-or-later
"""Laws of encodings, group, encryption and codes: docs/protocol.md §2, §4, §5, §8.1, §13."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codes import decode_code, encode_code
from protocol.crockford import CROCKFORD_ALPHABET, MistypedCode
from protocol.elgamal import Ciphertext, Encryption, combine, combine_encryptions, encrypt
from protocol.encoding import JsonValue, decode_canonical_json, decode_json, encode_json
from protocol.group import GENERATOR, IDENTITY, Element, Scalar, generator_power, product
from protocol.proofs.proof import Proof
from protocol.questions import Question
from protocol.secret import Secret
from protocol.transcript import labelled_digest
from tests.properties import strategies as our

CODES = st.binary(min_size=16, max_size=16)


@given(our.json_values)
def test_json_read_back_is_the_value_written(value: JsonValue) -> None:
    data = encode_json(value)
    assert decode_json(data) == value
    assert encode_json(decode_canonical_json(data)) == data


@given(our.elements | st.just(IDENTITY))
def test_an_element_has_one_text(element: Element) -> None:
    text = element.encode()
    assert Element.decode(text, allow_identity=True) == element
    assert bytes.fromhex(text)[::-1] == element.to_rfc8032()


@given(our.scalars)
def test_a_scalar_has_one_text(scalar: Scalar) -> None:
    assert Scalar.decode(scalar.encode()) == scalar
    assert Scalar.from_int(scalar.to_int()) == scalar
    assert Scalar.reduce(scalar.to_bytes()) == scalar


@given(our.scalars, our.scalars, our.scalars)
def test_scalars_are_a_field(a: Scalar, b: Scalar, c: Scalar) -> None:
    assert (a + b) * c == a * c + b * c
    assert (a - b) + b == a
    assert a + -a == Scalar.from_int(0)
    assert b.is_zero() or a * b * b.inverse() == a
    assert (a * b).to_int() == a.to_int() * b.to_int() % (
        2**252 + 0x14DEF9DEA2F79CD65812631A5CF5D3ED
    )


@given(our.scalars, our.scalars)
def test_powers_add_as_exponents_do(a: Scalar, b: Scalar) -> None:
    assert generator_power(a) == GENERATOR**a
    assert generator_power(a) * generator_power(b) == generator_power(a + b)
    assert generator_power(a) / generator_power(b) == generator_power(a - b)
    assert generator_power(a) ** b == generator_power(a * b)


@given(st.lists(our.scalars, max_size=4))
def test_a_product_is_the_power_of_the_sum(exponents: list[Scalar]) -> None:
    total = sum((exponent.to_int() for exponent in exponents), 0)
    assert product(map(generator_power, exponents)) == generator_power(Scalar.from_int(total))


def open_ciphertext(ciphertext: Ciphertext, private_key: Scalar) -> Element:
    return ciphertext.beta / ciphertext.alpha**private_key


@given(our.scalars, st.lists(st.tuples(our.scalars, st.integers(0, 9)), max_size=4))
def test_a_product_of_encryptions_encrypts_the_sum(
    key: Scalar, parts: list[tuple[Scalar, int]]
) -> None:
    y = generator_power(key)
    made = [Encryption(encrypt(y, r, m), r, m) for r, m in parts]
    total = combine(part.ciphertext for part in made)
    expected = generator_power(Scalar.from_int(sum(m for _, m in parts)))
    assert open_ciphertext(total, key) == expected
    summed = combine_encryptions(made)
    assert summed.ciphertext == total == encrypt(y, summed.randomness, summed.plaintext)


@given(our.scalars, our.scalars, st.integers(0, 50))
def test_a_weight_multiplies_the_plaintext(key: Scalar, r: Scalar, weight: int) -> None:
    weighted = encrypt(generator_power(key), r, 3) ** Scalar.from_int(weight)
    assert open_ciphertext(weighted, key) == generator_power(Scalar.from_int(3 * weight))


@given(our.ciphertexts, our.proofs, our.questions())
def test_structures_read_back_are_what_was_written(
    ciphertext: Ciphertext, proof: Proof, question: Question
) -> None:
    assert Ciphertext.decode(ciphertext.encode()) == ciphertext
    assert Proof.decode(proof.encode()) == proof
    assert Question.decode(question.encode()) == question


PARTS = st.lists(st.binary(max_size=6), max_size=4)


@given(st.tuples(st.text(max_size=3), PARTS), st.tuples(st.text(max_size=3), PARTS))
def test_two_lists_of_parts_never_hash_alike(
    left: tuple[str, list[bytes]], right: tuple[str, list[bytes]]
) -> None:
    assert (labelled_digest(*left) == labelled_digest(*right)) == (left == right)


@given(CODES)
def test_a_code_is_read_from_what_is_printed(code: bytes) -> None:
    printed = encode_code(Secret(code)).reveal()
    assert [len(group) for group in printed.split("-")] == [6, 6, 6, 6, 7]
    assert decode_code(printed).reveal() == code
    assert decode_code(printed.lower().replace("-", " ")).reveal() == code
    assert decode_code(printed.replace("-", "").replace("0", "O").replace("1", "l")).reveal() == (
        code
    )


@given(CODES, st.integers(0, 30), st.integers(1, 31))
def test_one_wrong_character_is_noticed_in_its_group(code: bytes, place: int, by: int) -> None:
    characters = encode_code(Secret(code)).reveal().replace("-", "")
    wrong = CROCKFORD_ALPHABET[(CROCKFORD_ALPHABET.index(characters[place]) + by) % 32]
    with pytest.raises(MistypedCode) as refusal:
        decode_code(characters[:place] + wrong + characters[place + 1 :])
    assert refusal.value.groups == (min(place // 6, 4) + 1,)


@given(CODES)
def test_two_neighbours_exchanged_are_noticed(code: bytes) -> None:
    characters = encode_code(Secret(code)).reveal().replace("-", "")
    for place, (left, right) in enumerate(pairwise(characters)):
        if left != right:
            with pytest.raises(MistypedCode):
                decode_code(characters[:place] + right + left + characters[place + 2 :])


@given(CODES, st.permutations(range(4)))
def test_groups_exchanged_are_noticed(code: bytes, order: list[int]) -> None:
    groups = encode_code(Secret(code)).reveal().split("-")
    exchanged = [groups[index] for index in order] + groups[4:]
    if order == sorted(order):
        return
    with pytest.raises(MistypedCode) as refusal:
        decode_code("-".join(exchanged))
    assert refusal.value.groups == tuple(i + 1 for i, index in enumerate(order) if i != index)
