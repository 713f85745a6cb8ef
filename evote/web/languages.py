# SPDX-License-Identifier: AGPL-3.0-or-later
"""The languages of pages: gettext, with plain French as the text that others translate.

Each language has its catalogue in evote/locale/ (`make catalogue`), French too: there, what is
typed plainly is set as French is printed. The pseudo-language wraps every string that went
through gettext, so that a test finds those that did not.
"""

import gettext
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from babel.core import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE: Final = Path(__file__).resolve().parents[1] / "locale"

_NARROW: Final = "\u202f"
_WIDE: Final = "\u00a0"
_SPACES: Final = (
    (re.compile(r" ([?!;»])"), rf"{_NARROW}\1"),
    (re.compile(r"« "), f"«{_NARROW}"),
    (re.compile(r" :"), f"{_WIDE}:"),
    (re.compile(r"(\d) (h|%)(?!\w)"), rf"\1{_WIDE}\2"),
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
)


@dataclass(frozen=True, slots=True)
class Language:
    """A language that pages are in.

    Attributes:
        tag: for ``<html lang>`` and ``Accept-Language``.
        direction: ``ltr`` or ``rtl``.
        locale: for dates and numbers.
        translations: the strings.
    """

    tag: str
    direction: str
    locale: Locale
    translations: gettext.NullTranslations

    def say(self, text: str) -> str:
        """Return a text of this program in this language."""
        return self.translations.gettext(text)

    def say_many(self, one: str, many: str, number: int) -> str:
        """Return a text of this program that depends on a number."""
        return self.translations.ngettext(one, many, number)


def print_french(text: str) -> str:
    """Return a French text with the spaces and apostrophes of French print."""
    for pattern, replacement in _SPACES:
        text = pattern.sub(replacement, text)
    return text


def noted(text: str) -> str:
    """Return a text that is translated elsewhere; here it is found for the catalogue."""
    return text


def read_translations(tag: str, fallback: gettext.NullTranslations) -> gettext.NullTranslations:
    """Return the catalogue of a language; what it has not is said by ``fallback``."""
    compiled = io.BytesIO()
    with (LOCALE / f"{tag}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=tag))
    compiled.seek(0)
    translations = gettext.GNUTranslations(compiled)
    translations.add_fallback(fallback)
    return translations


class FrenchTranslations(gettext.NullTranslations):
    """French is the language of the texts themselves: it has words for those in no catalogue."""

    def gettext(self, message: str) -> str:
        """Return the text with the spaces and apostrophes of French print."""
        return print_french(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the singular below 2, as French has it."""
        return self.gettext(msgid1 if abs(n) < 2 else msgid2)


class PseudoTranslations(gettext.NullTranslations):
    """A language for tests: every text between ⟦ and ⟧."""

    def gettext(self, message: str) -> str:
        """Return the text, marked."""
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return one of the texts, marked."""
        return self.gettext(msgid1 if n == 1 else msgid2)


_FRENCH: Final = read_translations("fr", FrenchTranslations())
FRENCH: Final = Language("fr", "ltr", Locale("fr", "FR"), _FRENCH)
PSEUDO: Final = Language("en-XA", "ltr", Locale("en"), PseudoTranslations())
LANGUAGES: Final = (FRENCH,)


def choose_language(languages: tuple[Language, ...], accepted: str) -> Language:
    """Return the first of ``languages`` that a browser's ``Accept-Language`` names, or the first.

    The order of the header is that of preference, as browsers write it.
    """
    for part in accepted.split(",")[:20]:
        tag = part.partition(";")[0].strip().lower()
        for language in languages:
            if tag == language.tag.lower() or tag.startswith(f"{language.tag.lower()}-"):
                return language
    return languages[0]
