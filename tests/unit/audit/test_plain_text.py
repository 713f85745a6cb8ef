# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a plain text may hold, as the verifier reads docs/protocol.md §2.2."""

from __future__ import annotations

import pytest

from audit.plain_text import distinct, plain_text
from audit.words import Malformed

GOOD = (
    "FCPE",
    "Élection des représentants des parents d'élèves",
    "Pour quelle liste votez-vous ?",
    "Ça\u00a0: l'œuvre de Zoë N\u2019Guyễn & Cie (2026-2027) – n° 1ª",
    "1ère liste",
    "J\u0323\u030cz",  # marks upon a letter that no single character has
    "7",
    "A\u0352\u036f",  # the last of the marks permitted
    "L" * 200,
)
BAD = {
    "nothing": "",
    "too long": "L" * 201,
    "not composed": "Liste de l'e\u0301cole",
    "a control character": "Liste\x1b[2J",
    "a line break": "Liste\nÉcole",
    "an override of direction": "Liste \u202eslaerrut",
    "a private character": "Liste \ue000",
    "a character of no version": "Liste \u0378",
    "a line separator": "Liste\u2028A",
    "an ideographic space": "Liste\u3000A",
    "a space before": " Liste",
    "a space after": "Liste\u00a0",
    "two spaces": "Liste \u00a0A",
    "a Cyrillic letter": "F\u0421PE",
    "a Greek letter": "\u03a1arents",
    "a full-width letter": "\uff26CPE",
    "a modifier letter": "Liste\u02b0",
    "an ideograph": "Liste \u4e00",
    "a mathematical letter": "Liste \U0001d400",
    "a Hangul filler": "Liste \u3164",
    "an Arabic digit": "Liste \u0661",
    "a mathematical digit": "Liste \U0001d7ce",
    "a vowel of Khmer, inherent": "F\u17b4CPE",
    "the other vowel of Khmer": "FCPE\u17b5",
    "a vowel of Arabic": "Liste\u064e",
    "a point of Hebrew": "Liste\u05c1",
    "a vowel of Tamil": "Liste\u0bbe",
    "a circle around a letter": "Liste A\u20dd",
    "a half mark": "Liste A\ufe20",
    "a mark first": "\u0323Liste",
    "a mark after a space": "Liste \u0323A",
    "a mark after a digit": "Liste 1\u0323",
    "a grapheme joiner": "Liste\u034f",
    "a Mongolian selector": "Liste\u180b",
    "a selector": "Liste\ufe0f",
    "a selector of plane 14": "Liste\U000e0100",
    "a blank of Braille": "Liste \u2800",
    "no letter": "– ! –",
    "marks of punctuation": "...",
}


@pytest.mark.parametrize("text", GOOD)
def test_what_french_schools_write_is_plain(text: str) -> None:
    assert plain_text(text, "label") == text


@pytest.mark.parametrize("name", BAD)
def test_what_hides_or_borrows_is_refused(name: str) -> None:
    with pytest.raises(Malformed, match="not a plain text"):
        plain_text(BAD[name], "label")


def test_a_longer_text_may_be_permitted() -> None:
    assert plain_text("L" * 2000, "description", 2000)
    with pytest.raises(Malformed):
        plain_text("L" * 2001, "description", 2000)


def test_texts_that_look_alike_are_not_distinct() -> None:
    assert distinct(["Anne Roy", "Anne Roi"], "name")
    for other in ("anne roy", "AnneRoy", "Anne\u00a0Roy"):
        with pytest.raises(Malformed, match="look alike"):
            distinct(["Anne Roy", other], "name")
