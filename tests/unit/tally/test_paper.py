# SPDX-License-Identifier: AGPL-3.0-or-later
"""The paper copy of a key: docs/protocol.md §7.15."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.crockford import CROCKFORD_ALPHABET
from protocol.encoding import BASE58_ALPHABET
from protocol.group import Q, Scalar
from protocol.secret import Secret
from tally.errors import Refusal
from tally.paper import PaperKey, decode_paper, encode_paper

UUID = "abcdefghijkmno"


def _key(index: int = 2, seed: str = "9aZ" + "k" * 19, number: int = Q - 1) -> PaperKey:
    return PaperKey(index, Secret(seed), Secret(Scalar.from_int(number)))


def _text(key: PaperKey) -> str:
    return "\n".join(encode_paper(key, UUID).reveal())


@given(
    st.integers(1, 255),
    st.text(BASE58_ALPHABET, min_size=22, max_size=22),
    st.integers(0, Q - 1),
)
def test_what_is_written_is_what_is_read(index: int, seed: str, number: int) -> None:
    read = decode_paper(_text(_key(index, seed, number)), UUID)
    assert read.index == index
    assert read.seed.reveal() == seed
    assert read.decryption_key.reveal() == Scalar.from_int(number)


def test_it_is_four_lines_of_four_groups_of_seven() -> None:
    lines = [line.split() for line in _text(_key()).split("\n")]
    assert [[len(group) for group in line] for line in lines] == [[7] * 4] * 4


def test_it_may_be_typed_in_lower_case_and_in_other_lines() -> None:
    typed = _text(_key()).lower().replace("0", "o").replace("1", "l").replace("\n", " - ")
    assert decode_paper(typed, UUID).seed.reveal() == "9aZ" + "k" * 19


@given(st.integers(0, 15), st.integers(0, 6), st.integers(1, 31))
def test_a_wrong_character_is_found_in_its_group(group: int, place: int, shift: int) -> None:
    groups = _text(_key()).split()
    old = groups[group][place]
    new = CROCKFORD_ALPHABET[(CROCKFORD_ALPHABET.index(old) + shift) % 32]
    groups[group] = groups[group][:place] + new + groups[group][place + 1 :]
    with pytest.raises(Refusal) as caught:
        decode_paper(" ".join(groups), UUID)
    line, position = divmod(group, 4)
    assert caught.value.message == f"faute de frappe : ligne {line + 1}, groupe {position + 1}"


def test_exchanged_lines_are_found() -> None:
    lines = _text(_key()).split("\n")
    lines[0], lines[1] = lines[1], lines[0]
    with pytest.raises(Refusal, match="faute de frappe"):
        decode_paper("\n".join(lines), UUID)


def test_a_group_with_a_character_too_many_is_named() -> None:
    groups = _text(_key()).split()
    groups[5] += "X"
    with pytest.raises(Refusal, match=r"ligne 2, groupe 2$"):
        decode_paper(" ".join(groups), UUID)


def test_a_copy_with_a_missing_group_is_not_complete() -> None:
    with pytest.raises(Refusal, match="pas complète"):
        decode_paper(" ".join(_text(_key()).split()[1:]), UUID)


def test_a_copy_of_another_election_is_refused() -> None:
    with pytest.raises(Refusal, match="autre élection"):
        decode_paper(_text(_key()), "abcdefghijkmnp")
