# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far an election has come, and which kind of entry may follow: docs/protocol.md §19.3."""

from enum import Enum
from typing import Final

from protocol.journal_kinds import EntryKind


class Phase(Enum):
    """How far an election of version 2 has come, as its journal tells: §19.3."""

    SEALED = "sealed"
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    CLOSING_SIGNED = "closing signed"
    TALLIED = "tallied"
    ARCHIVED = "archived"
    CANCELLED = "cancelled"


BEFORE_CLOSING: Final = frozenset({Phase.SEALED, Phase.OPEN, Phase.SUSPENDED})
_AMENDMENTS: Final = frozenset(
    {
        EntryKind.INCIDENT,
        EntryKind.REISSUED,
        EntryKind.HOURS_CHANGED,
        EntryKind.BOOTH_REPLACED,
    }
)
_DURING: Final = _AMENDMENTS | {EntryKind.CONTESTED}
_AFTER: Final = frozenset({EntryKind.INCIDENT, EntryKind.CONTESTED})
_CANCELLED: Final = frozenset({EntryKind.CANCELLED})
_INCIDENT: Final = frozenset({EntryKind.INCIDENT})

# §19.3: what may follow in each phase; None is the empty journal.
FOLLOWING: Final[dict[Phase | None, frozenset[EntryKind]]] = {
    None: frozenset({EntryKind.SEALED}),
    Phase.SEALED: _AMENDMENTS | _CANCELLED | {EntryKind.OPENED},
    Phase.OPEN: _DURING | _CANCELLED | {EntryKind.SUSPENDED, EntryKind.CLOSED},
    Phase.SUSPENDED: _DURING | _CANCELLED | {EntryKind.RESUMED, EntryKind.CLOSED},
    Phase.CLOSED: _AFTER | _CANCELLED | {EntryKind.CLOSING_SIGNED},
    Phase.CLOSING_SIGNED: _AFTER | _CANCELLED | {EntryKind.TALLIED},
    Phase.TALLIED: _AFTER | {EntryKind.ARCHIVED},
    Phase.ARCHIVED: _INCIDENT,
    Phase.CANCELLED: _INCIDENT,
}
LEADS_TO: Final = {
    EntryKind.SEALED: Phase.SEALED,
    EntryKind.OPENED: Phase.OPEN,
    EntryKind.SUSPENDED: Phase.SUSPENDED,
    EntryKind.RESUMED: Phase.OPEN,
    EntryKind.CLOSED: Phase.CLOSED,
    EntryKind.CLOSING_SIGNED: Phase.CLOSING_SIGNED,
    EntryKind.TALLIED: Phase.TALLIED,
    EntryKind.ARCHIVED: Phase.ARCHIVED,
    EntryKind.CANCELLED: Phase.CANCELLED,
}
