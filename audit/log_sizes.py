# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many entries a log can have at all, by the sealed election. docs/protocol.md §18.9.

Whoever signs more has signed nonsense, whatever is in it.
"""

from __future__ import annotations

from audit.binding import Binding

MOST_ENTRIES = 2**17  # of a journal: over 128 bytes each, 16 MiB together
_ONCE = ("Setup", "EndBallots", "EncryptedTally", "Result")


def most_events(binding: Binding) -> int:
    """Of a board: a ballot for each elector, a part for each trustee, and what comes once."""
    return len(_ONCE) + binding.electors + len(binding.ceremony.members)


def most_of(log: str, binding: Binding) -> int:
    """Of ``board`` or ``journal``."""
    return most_events(binding) if log == "board" else MOST_ENTRIES
