# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's codes and the files that leave it: docs/protocol.md §13."""

from __future__ import annotations

import json
import re
from hashlib import sha256

import pytest

from evote.credentials.checking import check_code, read_code
from evote.credentials.desk import (
    Codes,
    code_key,
    encode_reserves,
    encode_sign_in_numbers,
    make_codes,
    reserve_count,
)
from evote.credentials.files import class_rank, decode_reserves
from evote.credentials.letters import Recipient, Sheet, write_letters
from evote.credentials.sealed import DESK_FIRST_LINE, open_desk, seal_desk
from evote.errors import Refusal, Unreadable
from evote.roll.model import Elector
from evote.roll.sealing import SealedRoll, seal_roll
from evote.roll.sign_in_file import decode_sign_in_numbers
from protocol.codes import encode_code, sign_in_number
from protocol.errors import MalformedError
from protocol.public_credentials import PublicCredentials
from protocol.secret import Secret
from tests.rng import seeded_rng

UUID = "3yKpQvX2mBtRwZ"
WORDS = Secret("six mots qui ferment ce fichier")


def roll(electors: int, of: str = "Élise") -> SealedRoll:
    return seal_roll(
        Elector(f"NOM {i:03}", of, "", "", None, (), (i,)) for i in range(1, electors + 1)
    )


@pytest.fixture(scope="module")
def codes() -> Codes:
    return make_codes(UUID, roll(25), seeded_rng("desk"))


@pytest.mark.parametrize(
    ("electors", "reserves"), [(1, 3), (60, 3), (61, 4), (80, 4), (81, 5), (20_000, 1000)]
)
def test_reserves_are_five_percent_rounded_up_and_at_least_three(
    electors: int, reserves: int
) -> None:
    assert reserve_count(electors) == reserves


def test_every_elector_has_one_code_and_no_two_are_alike(codes: Codes) -> None:
    every = codes.electors + codes.reserves
    assert [entry.elector for entry in every] == [*range(1, 26), None, None, None]
    assert len({entry.code.reveal() for entry in every}) == 28
    assert len({entry.key for entry in every}) == 28


def test_the_list_is_sorted_and_holds_the_reserves_too(codes: Codes) -> None:
    credentials = PublicCredentials.decode(codes.public_credentials().data)  # refuses another order
    assert set(credentials.keys()) == {entry.key for entry in codes.electors + codes.reserves}


def test_reserves_are_written_in_the_order_of_the_list(codes: Codes) -> None:
    reserves = decode_reserves(encode_reserves(codes))
    keys = reserves.keys
    assert reserves.uuid == UUID
    in_list = list(filter(keys.__contains__, codes.public_credentials().keys()))
    assert list(keys) == in_list
    assert len(keys) == 3


def test_sign_in_numbers_are_sorted_by_number_and_name_no_credential(codes: Codes) -> None:
    data = encode_sign_in_numbers(codes)
    rows = json.loads(data)["sign_in_numbers"]
    numbers = [row["sign_in"] for row in rows]
    assert numbers == sorted(numbers)
    assert [row["elector"] for row in rows] != list(range(1, 26))
    by_elector = {row["elector"]: row["sign_in"] for row in rows}
    entry = codes.electors[7]
    assert by_elector[8] == sign_in_number(UUID, entry.code)
    for entry in codes.electors + codes.reserves:
        assert entry.key.encode().encode() not in data
        assert entry.code.reveal().hex().encode() not in data


def test_the_code_alone_gives_the_credential_again(codes: Codes) -> None:
    entry = codes.electors[3]
    assert code_key(UUID, entry.code) == entry.key
    assert code_key("AnotherUuid123", entry.code) != entry.key


def test_the_sealed_file_opens_with_its_words_alone(codes: Codes) -> None:
    data = seal_desk(codes, WORDS)
    assert data.startswith(DESK_FIRST_LINE.encode() + b"\n")
    memory = open_desk(data, WORDS)
    assert memory.uuid == UUID
    assert memory.credentials == tuple(entry.key for entry in codes.electors)
    assert [code.reveal() for code in memory.reserves] == [
        entry.code.reveal() for entry in codes.reserves
    ]
    with pytest.raises(Refusal):
        open_desk(data, Secret("six autres mots"))
    with pytest.raises(Unreadable):
        open_desk(data.replace(b"DESK", b"ROLL"), WORDS)
    with pytest.raises(Refusal):
        open_desk(data.replace(UUID.encode(), UUID[::-1].encode()), WORDS)


def test_every_file_of_the_desk_names_the_roll_that_numbers_the_electors(codes: Codes) -> None:
    named = sha256(roll(25).canonical()).hexdigest()
    assert decode_reserves(encode_reserves(codes)).roll_sha256 == named
    assert json.loads(encode_sign_in_numbers(codes))["roll_sha256"] == named
    assert open_desk(seal_desk(codes, WORDS), WORDS).roll_sha256 == named
    assert decode_sign_in_numbers(encode_sign_in_numbers(codes)).uuid == UUID
    assert make_codes(UUID, roll(25, "Elise"), seeded_rng("desk")).roll_sha256 != named


def test_a_file_of_the_desk_without_its_roll_is_refused(codes: Codes) -> None:
    member = f'"roll_sha256":"{codes.roll_sha256}",'.encode()
    for encode, decode in (
        (encode_reserves, decode_reserves),
        (encode_sign_in_numbers, decode_sign_in_numbers),
    ):
        data = encode(codes)
        assert member in data
        for changed in (b"", member.replace(b'256":"', b'256":"0'), b'"roll_sha256":7,'):
            with pytest.raises(MalformedError):
                decode(data.replace(member, changed))


def test_the_electors_codes_are_on_the_letters_alone(codes: Codes) -> None:
    entry = codes.electors[0]
    printed = encode_code(entry.code).reveal()
    sealed = seal_desk(codes, WORDS)
    assert printed.encode() not in sealed
    opened = open_desk(sealed, WORDS)
    assert entry.code.reveal() not in [code.reveal() for code in opened.reserves]


def test_letters_are_one_page_each_sorted_by_class(codes: Codes) -> None:
    recipients = [
        Recipient("Zoé Z", "CE1 A", "Ali"),
        Recipient("Ana B", "CP A", "Bo"),
        Recipient("Ana A", "CP A", "Cy"),
    ]
    letters = [
        (recipient, entry.code)
        for recipient, entry in zip(recipients, codes.electors, strict=False)
    ]
    text = write_letters(Sheet("Une école", UUID, "vote.example"), letters).reveal().decode()
    pages = text.split("\f")
    assert [re.findall("Zoé Z|Ana A|Ana B", page) for page in pages] == [
        ["Zoé Z"],
        ["Ana A"],
        ["Ana B"],
    ]
    printed = encode_code(codes.electors[0].code).reveal()
    assert f"https://vote.example/v/{UUID}#{printed}" in pages[0]
    assert "il faut aussi vos chiffres secrets" in pages[0]
    assert f"    https://vote.example/e/{UUID}\n" in pages[0]
    assert printed.replace("-", "  ") in pages[0]
    assert read_code(printed.replace("-", "  ")).reveal() == codes.electors[0].code.reveal()


def test_without_a_server_no_letter_has_a_link(codes: Codes) -> None:
    letters = [(Recipient("Ana A", "CP A", "Cy"), codes.electors[0].code)]
    without = write_letters(Sheet("Une école", UUID), letters).reveal().decode()
    assert "http" not in without
    assert "chiffres secrets" not in without  # on the command line the code alone votes


def test_a_mistyped_group_is_named(codes: Codes) -> None:
    groups = encode_code(codes.electors[0].code).reveal().split("-")
    for index, name in enumerate(["premier", "deuxième", "troisième", "quatrième", "cinquième"]):
        wrong = "3" if groups[index][2] != "3" else "4"
        typed = [*groups]
        typed[index] = groups[index][:2] + wrong + groups[index][3:]
        with pytest.raises(Refusal, match=f"le {name} groupe"):
            read_code(" ".join(typed))


def test_several_mistyped_groups_are_all_named(codes: Codes) -> None:
    groups = encode_code(codes.electors[0].code).reveal().split("-")
    typed = [groups[1], groups[0], *groups[2:]]
    with pytest.raises(Refusal, match="les premier et deuxième groupes"):
        read_code("-".join(typed))


def test_a_code_of_another_election_is_not_of_the_list(codes: Codes) -> None:
    credentials = codes.public_credentials()
    check_code(UUID, codes.electors[0].code, credentials)
    stranger = make_codes(UUID, roll(1), seeded_rng("elsewhere")).electors[0]
    with pytest.raises(Refusal, match="ne donne pas accès"):
        check_code(UUID, stranger.code, credentials)


def test_the_eldest_child_is_the_one_in_the_highest_class() -> None:
    classes = ["CM2 A", "PS", "CE1/CE2", "GS-CP", "CP A", "6e B", "ULIS"]
    ranked = sorted(classes, key=class_rank)
    assert ranked == ["ULIS", "PS", "GS-CP", "CP A", "CE1/CE2", "CM2 A", "6e B"]
