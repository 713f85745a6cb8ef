# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts that people read: what they may hold, and which look alike: §2.2."""

from __future__ import annotations

import pytest

from protocol.errors import MalformedError
from protocol.plain_text import likeness, verify_distinct, verify_plain_text

GOOD = {
    "one letter": "A",
    "accents": "Liste indépendante n° 1 — « l'avenir »",
    "a no-break space": "Pour l'école\u00a0!",
    "two hundred": "a" * 200,
    "every mark of French": "Ærøskøbing, Œuvre, Dinh Ngọc, l’Haÿ-les-Roses",
    "the first mark and the last": "q\u0300q\u036f",
    "ordinals": "2º et 3ª",
    "a mark on a letter that has none of its own": "q\u0307",
    "a digit alone": "7",
}
BAD = {
    "empty": "",
    "too long": "a" * 201,
    "not NFC": "e\u0301cole",
    "a control": "a\u0007b",
    "a line end": "a\nb",
    "a bidirectional mark": "a\u202eb",
    "a zero-width joiner": "a\u200db",
    "a soft hyphen": "a\u00adb",
    "a line separator": "a\u2028b",
    "a private character": "a\ue000b",
    "an unassigned character": "a\u0378b",
    "a surrogate": "a\ud800b",
    "a thin space": "a\u2009b",
    "an ideographic space": "a\u3000b",
    "a space first": " a",
    "a space last": "a ",
    "a no-break space last": "a\u00a0",
    "two spaces": "a  b",
    "two unlike spaces": "a \u00a0b",
    "a space alone": " ",
    "Arabic": "قائمة الآباء",
    "a Cyrillic capital": "FC\u0420E",
    "Greek": "\u0391ubry",
    "full-width Latin": "\uff21ubry",
    "a modifier letter": "L\u02bcavenir",
    "an Arabic digit": "Liste \u0661",
    "a full-width digit": "Liste \uff11",
    "a Hangul filler": "FCPE\u3164",
    "another Hangul filler": "FCPE\u115f",
    "a combining grapheme joiner": "FC\u034fPE",
    "a variation selector": "FCPE\ufe0f",
    "a Mongolian variation selector": "FCPE\u180b",
    "a supplementary variation selector": "FCPE\U000e0100",
    "an empty Braille pattern": "\u2800FCPE",
    "a Khmer vowel that shows nothing": "FC\u17b4PE",
    "another one": "FCPE\u17b5",
    "an Arabic mark": "FCPE\u064b",
    "a Hebrew point": "FCPE\u05b0",
    "a spacing mark of Devanagari": "FCPE\u093e",
    "an enclosing circle": "A\u20dd",
    "a combining mark of the supplement": "A\u1dc4",
    "the character after the last mark": "A\u0370",
    "a mark first": "\u0307FCPE",
    "a mark on a digit": "Liste 1\u0307",
    "a mark on a space": "Liste \u0307A",
    "no letter or digit": "– ! –",
}
ALIKE = {
    "equal, of one letter": ("A", "A"),
    "case": ("Liste A", "liste a"),
    "sharp s": ("Straße", "STRASSE"),
    "spaces": ("Liste A", "ListeA"),
    "a no-break space": ("Liste A", "Liste\u00a0A"),
    "full width": ("Liste A", "Liste \uff21"),
    "a ligature": ("fi", "\ufb01"),
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_a_plain_text_is_accepted(text: str) -> None:
    verify_plain_text(text, where="label")


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match="label"):
        verify_plain_text(text, where="label")


@pytest.mark.parametrize("pair", ALIKE.values(), ids=ALIKE)
def test_texts_that_look_alike_do_not_stand_together(pair: tuple[str, str]) -> None:
    assert likeness(pair[0]) == likeness(pair[1])
    with pytest.raises(MalformedError, match="looks like"):
        verify_distinct(["Autre", *pair], where="labels")


def test_a_longer_text_is_accepted_where_it_is_allowed() -> None:
    verify_plain_text("a" * 2000, where="description", longest=2000)
    with pytest.raises(MalformedError):
        verify_plain_text("a" * 2001, where="description", longest=2000)


def test_texts_that_differ_stand_together() -> None:
    verify_distinct(["Liste A", "Liste B", "Liste À", "Liste A."], where="labels")
