# SPDX-License-Identifier: AGPL-3.0-or-later
"""Plain texts, which a person reads the same way on every screen: docs/protocol.md §2.2."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import Any

from audit.strict_json import read_text
from audit.words import Malformed, shown

LONGEST = 200
_FORBIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_SPACES = " \u00a0"
_LATIN_ORDINALS = "\u00aa\u00ba"
_DIGITS = "0123456789"
_BRAILLE_BLANK = 0x2800
_MARKS = frozenset(range(0x0300, 0x0370)) - {0x034F}  # the grapheme joiner shows nothing


def plain_text(value: Any, what: str, longest: int = LONGEST) -> str:  # noqa: ANN401
    """A plain text of 1 to ``longest`` characters (§2.2), or Malformed."""
    text = read_text(value, what)
    if (
        not 1 <= len(text) <= longest
        or not unicodedata.is_normalized("NFC", text)
        or not _well_spaced(text)
        or not all(_permitted(before, c) for before, c in pairwise(" " + text))
        or not any(unicodedata.category(c)[0] == "L" or c in _DIGITS for c in text)
    ):
        raise Malformed(
            f"« {what} » n'est pas un texte simple (§2.2) : {shown(text)}",
            f"“{what}” is not a plain text (§2.2): {shown(text)}",
        )
    return text


def _well_spaced(text: str) -> bool:
    """No space at either end, no two in a row."""
    spaces = [c in _SPACES for c in text]
    return not (spaces[0] or spaces[-1] or any(a and b for a, b in pairwise(spaces)))


def _permitted(before: str, character: str) -> bool:
    """Whether a character may stand in a plain text, after the one before it."""
    category = unicodedata.category(character)
    if category in _FORBIDDEN or ord(character) == _BRAILLE_BLANK:
        return False
    if category == "Zs":
        return character in _SPACES
    if category == "Nd":
        return character in _DIGITS
    if category[0] == "L":
        return character in _LATIN_ORDINALS or unicodedata.name(character, "").startswith("LATIN ")
    if category[0] == "M":
        return ord(character) in _MARKS and unicodedata.category(before)[0] in "LM"
    return True


def likeness(text: str) -> str:
    """What two plain texts that look alike have in common (§2.2)."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return folded.replace(" ", "").replace("\u00a0", "")


def distinct(texts: list[str], what: str) -> tuple[str, ...]:
    """Texts of which no two look alike."""
    if len({likeness(text) for text in texts}) != len(texts):
        raise Malformed(f"deux « {what} » se ressemblent (§8.3)", f"two “{what}” look alike (§8.3)")
    return tuple(texts)
