# SPDX-License-Identifier: AGPL-3.0-or-later
"""What C20 and C21 have in common: the statement at each place of a partial decryption. §6.5."""

from __future__ import annotations

from collections.abc import Iterator

from audit.case import Case
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding
from audit.partials import Partial
from audit.proofs import Decryption
from audit.words import Text


def wait_for(case: Case) -> Finding | None:
    """Why the proofs cannot be judged, or None if they can."""
    if not case.board.partials:
        return NOT_REACHED if case.board.stage > 4 or case.board.lost else NOT_APPLICABLE
    if case.tally is None or case.trustees is None or not case.partials:
        return NOT_REACHED
    return None


def statements(case: Case, partial: Partial) -> Iterator[tuple[int, int, Decryption]]:
    """Question, choice and statement, over the tally that stands on the board."""
    key = case.trustees.keys()[partial.owner - 1] if case.trustees else b""
    for n, (ciphertexts, factors) in enumerate(zip(case.tally or (), partial.factors, strict=True)):
        for j, (cipher, factor) in enumerate(zip(ciphertexts, factors, strict=True)):
            yield n, j, Decryption(key, cipher.alpha, factor)


def place(partial: Partial, question: int, choice: int) -> Text:
    """How a sentence names one place of a partial decryption."""
    return Text(
        f"membre du bureau n° {partial.owner}, question {question + 1}, choix {choice}",
        f"trustee {partial.owner}, question {question + 1}, choice {choice}",
    )
