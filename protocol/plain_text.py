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
_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def verify_plain_text(text: str, *, where: str) -> None:
    """Check that ``text`` is a plain text: §2.2.

    Raises:
        MalformedError: not 1 to 200 characters, not in NFC, an invisible or unassigned character,
            another space than U+0020 and U+00A0, or a space at an end or two in a row.
    """
    if not 1 <= len(text) <= MAX_LENGTH:
        raise _not_plain(where, f"is not 1 to {MAX_LENGTH} characters")
    if not unicodedata.is_normalized("NFC", text):
        raise _not_plain(where, "is not in Unicode NFC")
    for character in text:
        category = unicodedata.category(character)
        if category in _REFUSED_CATEGORIES or (category == "Zs" and character not in SPACES):
            raise _not_plain(where, f"has the character U+{ord(character):04X}")
    spaced = text.replace("\u00a0", " ")
    if spaced != spaced.strip(" ") or "  " in spaced:
        raise _not_plain(where, "has a space at an end or two in a row")


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
