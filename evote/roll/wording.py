# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sentences of the roll doctor that several modules need: docs/roll.md."""

from collections.abc import Iterator, Sequence

from evote.roll.anomalies import Code
from evote.roll.names import (
    clean,
    is_damaged,
    is_organisation,
    is_suspicious,
    starts_like_formula,
)


def quote(text: str) -> str:
    """Return a text of the file fit to stand in a sentence: cleaned and of bounded length."""
    shown = clean(text)
    return shown if len(shown) <= 60 else f"{shown[:59]}…"


def list_rows(rows: Sequence[int]) -> str:
    """Return ``ligne 2`` or ``lignes 2, 5 et 9``."""
    texts = [str(row) for row in rows]
    if len(texts) == 1:
        return f"ligne {texts[0]}"
    if len(texts) > 8:
        texts = [*texts[:7], f"{len(texts) - 7} autres"]
    return f"lignes {', '.join(texts[:-1])} et {texts[-1]}"


def odd_name(
    surname: str, given_name: str, *, of_child: bool = False
) -> Iterator[tuple[Code, str]]:
    """Yield what is odd in a person's name, the worst thing only."""
    names = (surname, given_name)
    who = f"« {quote(f'{surname} {given_name}')} »"
    if any(is_damaged(name) for name in names):
        yield Code.DAMAGED_NAME, f"{who} a perdu des lettres ou des accents"
    elif any(starts_like_formula(name) for name in names):
        yield Code.FORMULA, f"{who} commence comme une formule de tableur"
    elif not of_child and is_organisation(surname, given_name):
        message = f"{who} semble être un service et non une personne : qui vote à sa place ?"
        yield Code.ORGANISATION, message
    elif any(is_suspicious(name) for name in names):
        yield Code.SUSPICIOUS_NAME, f"{who} n'a pas l'air du nom d'une seule personne"
