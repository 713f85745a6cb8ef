# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/protocol.md §9.1 and §13: from a code to a credential, and how a person types a code."""

from __future__ import annotations

from hashlib import sha256, sha512

import pytest

from protocol.codes import (
    MistypedCode,
    credential_from_code,
    decode_code,
    encode_code,
    random_code,
    sign_in_number,
)
from protocol.credentials import (
    decode_credential,
    derive_credential,
    public_credential,
    random_credential,
)
from protocol.crockford import CROCKFORD_ALPHABET, encode_crockford
from protocol.encoding import BASE58_ALPHABET
from protocol.errors import MalformedError
from protocol.group import Q, Scalar, generator_power
from protocol.secret import Secret
from tests.rng import seeded_rng

UUID = "F3LXxMBpCrX1W9"
CODE = Secret(bytes(range(16)))


def test_a_private_credential_gives_512_bits_modulo_q() -> None:
    text = "rJ5d2-VH6rB9-ynDsa-BaNc6E"
    digests = b"".join(
        sha256(f"derive_credential|{UUID}|{i}|{text}".encode()).digest() for i in (0, 1)
    )
    expected = Scalar.from_int(int.from_bytes(digests, "big") % Q)
    secret = derive_credential(UUID, decode_credential(text))
    assert secret.reveal() == expected
    assert public_credential(secret) == generator_power(expected)


def test_another_election_gives_another_credential() -> None:
    credential = random_credential(seeded_rng("credential"))
    decode_credential(credential.reveal())
    here = derive_credential(UUID, credential).reveal()
    assert derive_credential(UUID[::-1], credential).reveal() != here


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rJ5d2VH6rB9ynDsaBaNc6E",
        "rJ5d2-VH6rB9-ynDsa-BaNc6",
        "rJ5d2-VH6rB9-ynDsa-BaNc6E\n",
        "rJ5d2-VH6rB-9ynDsa-BaNc6E",
        "rJ5d2-VH6rB9-ynDsa-BaNc60",
        "rJ5d2-VH6rB9-ynDsa-BaNclE",
        "rJ5d2 VH6rB9 ynDsa BaNc6E",
    ],
)
def test_other_texts_are_no_private_credentials(text: str) -> None:
    with pytest.raises(MalformedError, match=r"\(§9\.1\)"):
        decode_credential(text)


def frame(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def test_a_code_gives_credential_and_sign_in_number_by_the_document() -> None:
    code = CODE.reveal()
    number = int.from_bytes(
        sha512(frame(b"evote/v1/credential", UUID.encode(), code)).digest(), "big"
    )
    characters = "".join(BASE58_ALPHABET[number // 58**i % 58] for i in range(22))
    credential = credential_from_code(UUID, CODE).reveal()
    assert credential.replace("-", "") == characters
    decode_credential(credential)
    expected = sha256(frame(b"evote/v1/sign-in", UUID.encode(), code)).hexdigest()[:32]
    assert sign_in_number(UUID, CODE) == expected


def test_the_same_code_in_another_election_is_another_elector() -> None:
    assert sign_in_number(UUID, CODE) != sign_in_number("G" + UUID[1:], CODE)
    here, there = credential_from_code(UUID, CODE), credential_from_code("G" + UUID[1:], CODE)
    assert here.reveal() != there.reveal()


def test_codes_are_sixteen_bytes_of_the_generator() -> None:
    assert random_code(lambda count: b"\x07" * count).reveal() == b"\x07" * 16
    assert random_code().reveal() != random_code().reveal()


def test_the_alphabet_leaves_out_what_can_be_mistaken() -> None:
    assert len(CROCKFORD_ALPHABET) == 32
    assert not set("ILOU") & set(CROCKFORD_ALPHABET)
    assert encode_crockford(b"\xff" * 10) == "Z" * 16
    assert encode_crockford(b"\x80") == "G0"


# Over GF(32), by hand: a group of zeros has check a^k, hence 1, 2, 4, 8 and 16.
def test_zero_is_printed_with_the_checks_of_the_document() -> None:
    printed = encode_code(Secret(bytes(16))).reveal()
    assert printed == "000001-000002-000004-000008-000000G"
    # One 1 at place i of group 0 adds a^(i+1): at the last place a^5 = a^2 + 1 = 5, and 1 + 5 = 4.
    one = encode_code(Secret((1 << 128 - 25).to_bytes(16, "big"))).reveal()
    assert one == "000014-000002-000004-000008-000000G"


PRINTED = encode_code(CODE).reveal()


@pytest.mark.parametrize(
    "typed",
    [
        PRINTED.lower(),
        PRINTED.replace("-", ""),
        PRINTED.replace("-", " "),
        f"  {PRINTED} ",
        "-".join(PRINTED.replace("-", "")),
        PRINTED.replace("0", "o").replace("1", "I"),
        PRINTED.replace("0", "O").replace("1", "L"),
        PRINTED.replace("1", "i").replace("-", " - "),
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert decode_code(typed).reveal() == CODE.reveal()


G1, G2, G3, G4, G5 = PRINTED.split("-")


@pytest.mark.parametrize(
    ("typed", "groups"),
    [
        (f"{G1}-{G2}-{G3}-{G4}-{G5[:-1]}Z", (5,)),
        (f"U{G1[1:]}-{G2}-{G3}-{G4}-{G5}", (1,)),
        (f"{G1}-{G2[:-1]}é-{G3}-{G4}-{G5}", (2,)),
        (f"{G1}-{G2}-{G3}-ı{G4[1:]}-{G5}", (4,)),
        (f"{G2}-{G1}-{G3}-{G4}-{G5}", (1, 2)),
        (f"{G1}-{G2}-{G3[:-1]}-{G4}-{G5}", (3,)),
        (f"{G1}-{G2}-{G3}{G3}-{G4}-{G5}", (3,)),
    ],
)
def test_a_mistyped_code_says_which_groups(typed: str, groups: tuple[int, ...]) -> None:
    with pytest.raises(MistypedCode) as refusal:
        decode_code(typed)
    assert refusal.value.groups == groups
    assert str(refusal.value).startswith("mistyped in group ")


@pytest.mark.parametrize("group", ["0000001", "00001", "1"])
def test_a_group_of_another_length_is_mistyped_even_where_its_check_fits(group: str) -> None:
    with pytest.raises(MistypedCode) as refusal:
        decode_code(f"{group}-000002-000004-000008-000000G")
    assert refusal.value.groups == (1,)


def test_separators_are_ignored_even_where_a_person_puts_them_oddly() -> None:
    characters = PRINTED.replace("-", "")
    odd = " ".join((characters[:1], characters[1:3], characters[3:9], characters[9:30], "")) + "-"
    assert decode_code(odd + characters[30]).reveal() == CODE.reveal()


def test_bits_past_the_code_must_be_zero() -> None:
    # The last data character carries two bits too many: with them set, and the check made to fit.
    values = [CROCKFORD_ALPHABET.index(character) for character in G5[:-1]]
    values[-1] |= 1
    forged = check(4, values)
    last = "".join(CROCKFORD_ALPHABET[value] for value in (*values, forged))
    with pytest.raises(MistypedCode) as refusal:
        decode_code(f"{G1}-{G2}-{G3}-{G4}-{last}")
    assert refusal.value.groups == (5,)


def check(index: int, values: list[int]) -> int:
    powers = [1]
    while len(powers) < 31:
        doubled = powers[-1] << 1
        powers.append(doubled ^ 0b100101 if doubled & 32 else doubled)
    total = powers[index]
    for i, value in enumerate(values):
        total ^= powers[(powers.index(value) + i + 1) % 31] if value else 0
    return total


def test_the_tests_own_check_agrees() -> None:
    for index, group in enumerate((G1, G2, G3, G4, G5)):
        *values, last = (CROCKFORD_ALPHABET.index(character) for character in group)
        assert check(index, values) == last


@pytest.mark.parametrize("typed", ["", "-", "0", PRINTED[:-1].replace("-", ""), PRINTED * 2])
def test_another_number_of_characters_is_refused(typed: str) -> None:
    with pytest.raises(MalformedError, match=r"characters instead of 31 \(§13\.2\)"):
        decode_code(typed)
