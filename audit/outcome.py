# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a check can say: docs/protocol.md §16."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from audit.words import Text


class Outcome(Enum):
    """The four outcomes."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_REACHED = "not_reached"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check, how many things it examined, and every fault it found."""

    outcome: Outcome
    examined: int = 0
    faults: tuple[Text, ...] = ()


NOT_REACHED = Finding(Outcome.NOT_REACHED)
NOT_APPLICABLE = Finding(Outcome.NOT_APPLICABLE)


def judged(examined: int, faults: Iterable[Text] = ()) -> Finding:
    """Passed without faults, failed with them."""
    found = tuple(faults)
    return Finding(Outcome.FAILED if found else Outcome.PASSED, examined, found)
