# SPDX-License-Identifier: AGPL-3.0-or-later
"""The kinds of journal entries, and what their bodies have in common: docs/protocol.md §19.2."""

from enum import Enum
from typing import Final

from protocol.encoding import Fields
from protocol.plain_text import verify_plain_text

MAX_REASON: Final = 500
MAX_COUNT: Final = 2**30


class EntryKind(Enum):
    """The kinds of entry, by the name they have on the wire: §19.2."""

    SEALED = "sealed"
    OPENED = "opened"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    INCIDENT = "incident"
    REISSUED = "reissued"
    CONTESTED = "contested"
    HOURS_CHANGED = "hours-changed"
    BOOTH_REPLACED = "booth-replaced"
    CLOSED = "closed"
    CLOSING_SIGNED = "closing-signed"
    TALLIED = "tallied"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


def reason_text(fields: Fields, name: str = "reason") -> str:
    """Return a member that is a reason or note, a plain text of up to 500 characters: §19.1."""
    text = fields.text(name, MAX_REASON)
    verify_plain_text(text, where=name, longest=MAX_REASON)
    return text
