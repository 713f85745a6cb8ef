# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words that seal a key: docs/protocol.md §7.14."""

from pathlib import Path

import pytest

from tally.errors import Refusal, Unreadable
from tally.passphrase import PassphraseSource, generate_passphrase, normalise, words


def test_there_are_1024_words_of_4_to_8_plain_letters() -> None:
    assert len(words()) == len(set(words())) == 1024
    assert all(word.isascii() and word.isalpha() and word.islower() for word in words())
    assert {len(word) for word in words()} <= set(range(4, 9))


def test_no_two_words_begin_alike() -> None:
    assert len({word[:4] for word in words()}) == 1024


def test_no_two_words_differ_by_one_letter() -> None:
    seen: set[str] = set()
    for word in words():
        holes = {word[:i] + "?" + word[i + 1 :] for i in range(len(word))}
        assert not holes & seen, word
        seen |= holes


def test_six_words_are_drawn_from_the_whole_list() -> None:
    drawn = generate_passphrase(2, lambda count: b"\x03\xff"[:count]).reveal()
    assert drawn == f"{words()[1023]} {words()[1023]}"
    assert len(generate_passphrase().reveal().split()) == 6
    assert generate_passphrase().reveal() != generate_passphrase().reveal()


def test_white_space_and_compatibility_forms_are_one() -> None:
    assert normalise("  ﬁn\u00a0\t lune\n") == "fin lune"
    assert normalise("Fanfare  ÉCAILLE sœur") == "fanfare ecaille soeur"


def test_a_file_may_hold_the_words(tmp_path: Path) -> None:
    path = tmp_path / "words"
    path.write_text("abeille tortue  moulin\n")
    assert PassphraseSource(path).existing().reveal() == "abeille tortue moulin"
    assert PassphraseSource(path).new().reveal() == "abeille tortue moulin"


def test_a_new_passphrase_is_not_short(tmp_path: Path) -> None:
    path = tmp_path / "words"
    path.write_text("abeille\n")
    with pytest.raises(Refusal, match="trop court"):
        PassphraseSource(path).new()


def test_a_file_that_is_no_text_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "words"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Unreadable):
        PassphraseSource(path).existing()
