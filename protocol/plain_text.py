# SPDX-License-Identifier: AGPL-3.0-or-later
"""Plain texts, and which two look alike: docs/protocol.md §2.2.

Names, labels and roles are read by people: a text must not hide anything in what it shows, and two
texts that a person could take for each other do not stand beside each other.
"""

import unicodedata
from collections.abc import Iterable
from typing import Final

from protocol.encoding import Fields
from protocol.errors import MalformedError

MAX_LENGTH: Final = 200
SPACES: Final = "\u0020\u00a0"
DIGITS: Final = "0123456789"
LATIN_ORDINALS: Final = "\u00aa\u00ba"
_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
MARKS: Final = "\u0300", "\u036f"  # the first and the last; other scripts have others
_INVISIBLE: Final = "\u034f\u2800"  # a mark and a symbol that show nothing


def verify_plain_text(text: str, *, where: str, longest: int = MAX_LENGTH) -> None:
    """Check that ``text`` is a plain text, of up to ``longest`` characters: §2.2.

    Raises:
        MalformedError: empty or too long, not in NFC, an invisible or unassigned character, a
            letter that is not Latin, a digit that is not ASCII, a mark on nothing or of another
            script, another space than U+0020 and U+00A0, a space at an end or two in a row, or
            neither letter nor digit.
    """
    if not 1 <= len(text) <= longest:
        raise _not_plain(where, f"is not 1 to {longest} characters")
    if not unicodedata.is_normalized("NFC", text):
        raise _not_plain(where, "is not in Unicode NFC")
    before = ""
    for character in text:
        if not _is_permitted(character, before):
            raise _not_plain(where, f"has the character U+{ord(character):04X}")
        before = unicodedata.category(character)
    spaced = text.replace("\u00a0", " ")
    if spaced != spaced.strip(" ") or "  " in spaced:
        raise _not_plain(where, "has a space at an end or two in a row")
    if not any(_is_letter_or_digit(character) for character in text):
        raise _not_plain(where, "has neither a letter nor a digit")


def _is_permitted(character: str, before: str) -> bool:
    # ``before`` is the category of the character before it, empty at the start.
    category = unicodedata.category(character)
    if category in _REFUSED_CATEGORIES or character in _INVISIBLE:
        return False
    if category == "Zs":
        return character in SPACES
    if category == "Nd":
        return character in DIGITS
    if category[0] == "M":
        return MARKS[0] <= character <= MARKS[1] and before[:1] in {"L", "M"}
    return category[0] != "L" or _is_latin(character)


def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN ") or letter in LATIN_ORDINALS


def _is_letter_or_digit(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "L" or category == "Nd"


def plain_text(fields: Fields, name: str) -> str:
    """Return a member that is a plain text: §2.2."""
    text = fields.text(name)
    verify_plain_text(text, where=name)
    return text


def likeness(text: str) -> str:
    """Return what two texts have in common exactly if they look alike: §2.2."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character not in SPACES)


def verify_distinct(texts: Iterable[str], *, where: str) -> None:
    """Check that no two of the texts look alike: §2.2."""
    seen: dict[str, str] = {}
    for text in texts:
        key = likeness(text)
        if key in seen:
            raise _not_plain(where, f"{text!r} looks like {seen[key]!r}")
        seen[key] = text


def _not_plain(where: str, reason: str) -> MalformedError:
    return MalformedError(f"{where} {reason}", section="2.2")
