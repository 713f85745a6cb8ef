# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prose for a terminal: lines of 80 columns, lists of names, the colon of each language."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from audit.words import Text

WIDTH = 80
_GLUE = "\ufdd0"  # stands for a space at which no line may end; no text of a record holds it
_UNBREAKABLE = re.compile(r" (?=[:;?!»–])|(?<=[«–]) |(?<=n°) | (?=§)")


def wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    """Lines of at most 80 columns, unless one word is longer; each starts with its indent."""
    return [
        line.replace(_GLUE, " ")
        for line in textwrap.wrap(
            _UNBREAKABLE.sub(_GLUE, text),
            WIDTH,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]


def enumerated(items: Sequence[Text]) -> Text:
    """``a, b et c``."""
    if len(items) == 1:
        return items[0]
    head = Text(", ".join(item.fr for item in items[:-1]), ", ".join(i.en for i in items[:-1]))
    return Text(f"{head.fr} et {items[-1].fr}", f"{head.en} and {items[-1].en}")


def quoted(text: str) -> Text:
    """A text of the record between the quotes of each language."""
    return Text(f"« {text} »", f"“{text}”")


def lowered(text: Text) -> Text:
    """A sentence that follows a colon."""
    return Text(*(part[:1].lower() + part[1:] for part in text))


def raised(text: Text) -> Text:
    """A sentence that starts a line."""
    return Text(*(part[:1].upper() + part[1:] for part in text))
