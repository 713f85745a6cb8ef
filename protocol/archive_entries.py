# SPDX-License-Identifier: AGPL-3.0-or-later
"""An event of the archive with the data it names, in their order: docs/protocol.md §10.2."""

from collections.abc import Sequence
from dataclasses import dataclass

from protocol.archive_members import DATA_SUFFIX, EVENT_SUFFIX, member_bytes
from protocol.datum import hash_text
from protocol.encoding import Fields, decode_json, sha256_hex
from protocol.errors import ProtocolError
from protocol.events import Event, EventKind


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with the data it names, in the order of §10.2, and where the first one starts."""

    event: Event
    hash: str
    data: tuple[bytes, ...]
    offset: int


def entry_bytes(event: Event, data: Sequence[bytes], timestamp: int) -> bytes:
    """Return the members of an event: its data, then itself: §10.2, §10.3."""
    verify_data(event, data)
    members = [member_bytes(sha256_hex(each) + DATA_SUFFIX, each, timestamp) for each in data]
    members.append(member_bytes(event.hash() + EVENT_SUFFIX, event.encode(), timestamp))
    return b"".join(members)


def verify_data(event: Event, data: Sequence[bytes]) -> None:
    """Check that ``data`` are exactly those that the event names, in order: §10.2."""
    if event.payload is None:
        named: list[str] = []
    elif not data:
        raise ProtocolError(f"event {event.height} lacks its payload", section="10.2")
    else:
        named = [*_hashes_in(event.kind, data[-1]), event.payload]
    if [sha256_hex(each) for each in data] != named:
        raise ProtocolError(
            f"event {event.height} does not follow the data it names", section="10.2"
        )


def _hashes_in(kind: EventKind, payload: bytes) -> list[str]:
    # §10.2: the data that a payload names stand before it.
    names: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    if kind is EventKind.SETUP:
        names, optional = ("election", "trustees", "credentials"), ("credentials_certificate",)
    elif kind is EventKind.ENCRYPTED_TALLY:
        names = ("encrypted_tally",)
    elif kind is EventKind.PARTIAL_DECRYPTION:
        names = ("payload",)
    if not names:
        return []
    fields = Fields(decode_json(payload), where="payload", section="10.2")
    present = (*names, *(name for name in optional if fields.has(name)))
    return [hash_text(fields, name) for name in present]
