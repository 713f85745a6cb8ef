# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each kind of journal entry says, one class a kind: docs/protocol.md §19.2.

Stages move the election on; happenings do not. Users import all of them from here.
"""

from typing import Final, TypeAlias

from protocol.encoding import Fields, JsonValue
from protocol.journal_happenings import (
    BoothReplaced,
    Case,
    Contested,
    HoursChanged,
    Incident,
    Reissued,
)
from protocol.journal_kinds import EntryKind
from protocol.journal_stages import (
    Archived,
    Cancelled,
    Closed,
    ClosingSigned,
    Opened,
    Resumed,
    Sealed,
    Suspended,
    Tallied,
)

__all__ = [
    "SIGNED_KINDS",
    "Amendment",
    "Archived",
    "Body",
    "BoothReplaced",
    "Cancelled",
    "Case",
    "Closed",
    "ClosingSigned",
    "Contested",
    "EntryKind",
    "HoursChanged",
    "Incident",
    "Opened",
    "Reissued",
    "Resumed",
    "Sealed",
    "SignedBody",
    "Suspended",
    "Tallied",
    "decode_body",
    "decode_kind",
]

Body: TypeAlias = (
    Sealed
    | Opened
    | Suspended
    | Resumed
    | Incident
    | Reissued
    | Contested
    | HoursChanged
    | BoothReplaced
    | Closed
    | ClosingSigned
    | Tallied
    | Cancelled
    | Archived
)
Amendment: TypeAlias = HoursChanged | BoothReplaced
SignedBody: TypeAlias = HoursChanged | BoothReplaced | ClosingSigned

SIGNED_KINDS: Final = frozenset(
    {EntryKind.HOURS_CHANGED, EntryKind.BOOTH_REPLACED, EntryKind.CLOSING_SIGNED}
)
_BODIES: Final[tuple[type[Body], ...]] = (
    Sealed,
    Opened,
    Suspended,
    Resumed,
    Incident,
    Reissued,
    Contested,
    HoursChanged,
    BoothReplaced,
    Closed,
    ClosingSigned,
    Tallied,
    Cancelled,
    Archived,
)


def decode_kind(fields: Fields) -> EntryKind:
    """Read the member ``kind``: §19.1."""
    name = fields.text("kind", 20)
    if name not in {kind.value for kind in EntryKind}:
        raise fields.error("is of an unknown kind")
    return EntryKind(name)


def decode_body(kind: EntryKind, value: JsonValue) -> Body:
    """Read the body of an entry of this kind: §19.2."""
    reader = next(each for each in _BODIES if each.kind is kind)
    fields = Fields(value, where=f"entry {kind.value}", section="19.2")
    body = reader.read(fields)
    fields.finish()
    return body
