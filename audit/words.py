# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the verifier says, in two languages, and the three ways in which it can refuse.

Sentences about a record stand beside the check that finds them, French first. Whatever comes from
the record passes through ``shown`` before it is put into a sentence.
"""

from __future__ import annotations

from typing import NamedTuple

SHOWN_CHARS = 60


class Text(NamedTuple):
    """One sentence, in French and in English."""

    fr: str
    en: str

    def at(self, place: Text) -> Text:
        """The same sentence, preceded by the place it speaks of."""
        return Text(f"{place.fr} : {self.fr}", f"{place.en}: {self.en}")


class _Refusal(Exception):
    """A refusal that carries its sentence in both languages."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(fr, en)

    def __reduce__(self) -> tuple[type[_Refusal], tuple[str, str]]:
        """Rebuilt from its two sentences, so that it passes between processes."""
        return type(self), (self.text.fr, self.text.en)


class Malformed(_Refusal):
    """These bytes are not what docs/protocol.md demands in this place: a fault of the record."""


class Unsupported(_Refusal):
    """Another group, version or kind of question (docs/protocol.md §17.2): exit status 2."""


class Unreadable(_Refusal):
    """Nothing could be read as an archive (docs/protocol.md §17.2): exit status 2."""


def shown(text: str, limit: int = SHOWN_CHARS) -> str:
    """A text of the record, fit for a terminal: no control or invisible character, not too long."""
    kept = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[:limit])
    return kept + ("…" if len(text) > limit else "")
