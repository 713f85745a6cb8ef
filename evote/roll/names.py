# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names as people and machines write them: cleaned for showing, folded for comparing.

See docs/roll.md, *Ce qui est comparé*.
"""

import re
import unicodedata
from typing import Final

_SPACES: Final = re.compile(r"\s+")
_NOT_IN_WORDS: Final = re.compile(r"[\W_]+")
_LETTERS_APART: Final = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_PLACEHOLDERS: Final = frozenset({"", "x", "xx", "xxx", "xxxx", "nc", "inconnu", "inconnue"})
_PLACEHOLDER_PHRASES: Final = frozenset({"non renseigne", "non communique", "sans prenom", "n c"})
# What UTF-8 read as windows-1252 looks like, and what replaces a letter that was lost.
_DAMAGE: Final = re.compile("[ÃÂ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸ]|\ufffd|\\?")
_FORMULA: Final = tuple("=+-@")
_UNUSUAL: Final = re.compile(r"[^\w\s.,'’ʼ`´·\-‐‑–]|[\d_]")
_MENTIONS: Final = frozenset(
    {
        "et",
        "dcd",
        "decede",
        "decedee",
        "defunt",
        "defunte",
        "incarcere",
        "incarceree",
        "dechu",
        "dechue",
    }
)
_ORGANISATIONS: Final = frozenset(
    {"ase", "ddass", "dass", "dases", "udaf", "mecs", "pmi", "tutelle"}
)
_ORGANISATION_PHRASES: Final = (
    "aide sociale",
    "conseil departemental",
    "conseil general",
    "departement de",
    "departement du",
    "foyer de",
    "foyer d",
    "foyer departemental",
    "maison d",
    "maison de",
    "maison des",
    "service de",
    "association",
    "famille d accueil",
)
MAX_NAME: Final = 100


def clean(text: str) -> str:
    """Return the text in NFC, one plain space between words, nothing invisible in it."""
    spaced = _SPACES.sub(" ", text)
    if spaced.isascii() and spaced.isprintable():
        return spaced.strip()
    visible = "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf"))
    return unicodedata.normalize("NFC", _SPACES.sub(" ", visible)).strip()


def fold(text: str) -> str:
    """Return a name's words without case, accents, hyphens, apostrophes or dots."""
    spread = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS_APART)
    if not spread.isascii():
        spread = "".join(c for c in spread if not unicodedata.combining(c))
    return " ".join(_NOT_IN_WORDS.sub(" ", spread).split())


def key(text: str) -> str:
    """Return what all spellings of one name have in common; ``LE GOFF`` is ``Legoff``."""
    return fold(text).replace(" ", "")


def is_placeholder(text: str) -> bool:
    """Tell whether this stands for a name that nobody typed, such as ``-`` or ``NC``."""
    folded = fold(text)
    return folded in _PLACEHOLDERS or folded in _PLACEHOLDER_PHRASES


def is_damaged(text: str) -> bool:
    """Tell whether letters of this text were lost or doubled by a wrong encoding."""
    return _DAMAGE.search(text) is not None


def starts_like_formula(text: str) -> bool:
    """Tell whether a spreadsheet would run this text instead of showing it."""
    return text.startswith(_FORMULA)


def is_suspicious(text: str) -> bool:
    """Tell whether this is hardly one person's name: digits, brackets, a remark, two people."""
    too_long = len(text) > MAX_NAME
    return too_long or bool(_UNUSUAL.search(text)) or not _MENTIONS.isdisjoint(fold(text).split())


def is_organisation(surname: str, given_name: str) -> bool:
    """Tell whether this responsible person looks like a service and not like a person."""
    folded = fold(f"{surname} {given_name}")
    by_word = not _ORGANISATIONS.isdisjoint(folded.split())
    return by_word or f"{folded} ".startswith(
        tuple(f"{phrase} " for phrase in _ORGANISATION_PHRASES)
    )


def differ_by_one_letter(one: str, other: str) -> bool:
    """Tell whether one letter more, less or changed leads from one folded name to the other."""
    if one == other or abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < 4:
        return False
    short, long = sorted((one, other), key=len)
    at = next((k for k, c in enumerate(short) if c != long[k]), len(short))
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]
