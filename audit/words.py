# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the verifier says, in two languages, and the three ways in which it can refuse.

Sentences about a record stand beside the check that finds them, French first. Whatever comes from
the record passes through ``shown`` before it is put into a sentence. Sentences cite a section as
``(§10.3)``; where a person reads them, ``cited`` adds of which document.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple

SHOWN_CHARS = 60


class Text(NamedTuple):
    """One sentence, in French and in English."""

    fr: str
    en: str

    def at(self, place: Text) -> Text:
        """The same sentence, preceded by the place it speaks of."""
        return Text(f"{place.fr} : {self.fr}", f"{place.en}: {self.en}")


class Refusal(Exception):
    """A refusal that carries its sentence in both languages, and what to do if that is known."""

    usual: ClassVar[Text | None] = None

    def __init__(self, fr: str, en: str, hint: Text | None = None) -> None:
        super().__init__(en)
        self.text = Text(fr, en)
        self.hint = hint or self.usual

    def __reduce__(self) -> tuple[type[Refusal], tuple[str, str, Text | None]]:
        """Rebuilt from what made it, so that it passes between processes."""
        return type(self), (self.text.fr, self.text.en, self.hint)


class Malformed(Refusal):
    """These bytes are not what docs/protocol.md demands in this place: a fault of the record."""


class Unsupported(Refusal):
    """Another group, version or kind of question (docs/protocol.md §17.2): exit status 2."""

    usual = Text(
        "prenez la dernière version de ce vérificateur ; une élection d'un autre genre se vérifie"
        " avec le programme qui l'a faite",
        "take the latest version of this verifier; an election of another kind is verified with"
        " the program that made it",
    )


class Unusable(Refusal):
    """What a witness or a watcher was given cannot be worked with; no election is judged."""


class Unreadable(Refusal):
    """Nothing could be read as an archive (docs/protocol.md §17.2): exit status 2."""

    usual = Text(
        "donnez ce que l'élection a publié, tel quel : l'archive .bel, ou le dossier ou le zip"
        " qui la contient",
        "give what the election published, as it is: the .bel archive, or the folder or zip that"
        " holds it",
    )


class Unreached(Unreadable):
    """The system did not let it be read, or unpacked: nothing is known of what it holds."""


def shown(text: str, limit: int = SHOWN_CHARS) -> str:
    """A text of the record, fit for a terminal: no control or invisible character, not too long."""
    kept = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[:limit])
    return kept + ("…" if len(text) > limit else "")


def cited(text: Text) -> Text:
    """The same sentence, for a person: its sections are said to be those of the protocol."""
    return Text(text.fr.replace("(§", "(protocole §"), text.en.replace("(§", "(protocol §"))


def count(number: int, fr: str, en: str) -> Text:
    """A number and its noun, given in the singular: one, or zero in French, leaves it so."""
    french = fr if number < 2 else " ".join(f"{word}s" for word in fr.split())
    return Text(f"{number} {french}", f"{number} {en}{'' if number == 1 else 's'}")
