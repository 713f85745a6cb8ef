# SPDX-License-Identifier: AGPL-3.0-or-later
"""The events of the board, each standing on the one before: docs/protocol.md §10.1 and §10.2."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from protocol.datum import hash_text, require_canonical
from protocol.encoding import Fields, JsonValue, decode_json, encode_json, sha256_hex
from protocol.errors import ProtocolError

MAX_HEIGHT: Final = 2**40


class EventKind(Enum):
    """The kinds of event, by the name they have on the wire: §10.2."""

    SETUP = "Setup"
    BALLOT = "Ballot"
    END_BALLOTS = "EndBallots"
    ENCRYPTED_TALLY = "EncryptedTally"
    PARTIAL_DECRYPTION = "PartialDecryption"
    RESULT = "Result"


class BoardState(Enum):
    """How far the election has come: §10.2."""

    SET_UP = "set-up"
    OPEN = "open"
    CLOSED = "closed"
    TALLIED = "tallied"


# §10.2: what may follow what. Nothing but Setup comes first.
_FOLLOWING: Final = {
    None: frozenset({EventKind.SETUP}),
    EventKind.SETUP: frozenset({EventKind.BALLOT, EventKind.END_BALLOTS}),
    EventKind.BALLOT: frozenset({EventKind.BALLOT, EventKind.END_BALLOTS}),
    EventKind.END_BALLOTS: frozenset({EventKind.ENCRYPTED_TALLY}),
    EventKind.ENCRYPTED_TALLY: frozenset({EventKind.PARTIAL_DECRYPTION}),
    EventKind.PARTIAL_DECRYPTION: frozenset({EventKind.PARTIAL_DECRYPTION, EventKind.RESULT}),
    EventKind.RESULT: frozenset[EventKind](),
}


def state_after(kind: EventKind) -> BoardState:
    """Return the state of a board whose last event is of this kind: §10.2."""
    if kind is EventKind.SETUP:
        return BoardState.SET_UP
    if kind is EventKind.BALLOT:
        return BoardState.OPEN
    return BoardState.TALLIED if kind is EventKind.RESULT else BoardState.CLOSED


@dataclass(frozen=True, slots=True)
class Event:
    """One event: the first has no parent, ``EndBallots`` no payload, all others both: §10.1."""

    parent: str | None
    height: int
    kind: EventKind
    payload: str | None

    @classmethod
    def decode(cls, data: bytes) -> "Event":
        """Read the canonical bytes of an event: §10.1."""
        fields = Fields(decode_json(data), where="event", section="10.1")
        height = fields.integer("height", 0, MAX_HEIGHT)
        name = fields.text("type")
        kind = next((kind for kind in EventKind if kind.value == name), None)
        if kind is None:
            raise fields.error("is of an unknown type")
        parent = hash_text(fields, "parent") if height > 0 else None
        payload = None if kind is EventKind.END_BALLOTS else hash_text(fields, "payload")
        fields.finish()
        event = cls(parent, height, kind, payload)
        require_canonical(event.encode(), data, where="an event")
        return event

    def encode(self) -> bytes:
        """Return the canonical bytes, members in the order of §10.1."""
        members: dict[str, JsonValue] = {}
        if self.parent is not None:
            members["parent"] = self.parent
        members |= {"height": self.height, "type": self.kind.value}
        if self.payload is not None:
            members["payload"] = self.payload
        return encode_json(members)

    def hash(self) -> str:
        """Return the SHA-256 of the event's bytes, which the next event names: §10.1."""
        return sha256_hex(self.encode())


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of a board: its height, hash and kind. An empty board has none."""

    height: int
    hash: str
    kind: EventKind

    @classmethod
    def of(cls, event: Event) -> "Head":
        """Return the head of the board that ends with this event."""
        return cls(event.height, event.hash(), event.kind)


def next_event(head: Head | None, kind: EventKind, payload: str | None) -> Event:
    """Return the event that follows ``head``, None for an empty board: §10.1, §10.2.

    Raises:
        ProtocolError: the grammar does not allow this kind here, or a payload is missing or too
            much.
    """
    if (payload is None) != (kind is EventKind.END_BALLOTS):
        raise ProtocolError(f"a {kind.value} event with or without payload", section="10.1")
    parent = None if head is None else head.hash
    event = Event(parent, 0 if head is None else head.height + 1, kind, payload)
    verify_next(head, event)
    return event


def verify_next(head: Head | None, event: Event) -> None:
    """Check that ``event`` may stand right after ``head``: §10.1, §10.2."""
    height, parent = (0, None) if head is None else (head.height + 1, head.hash)
    if event.height != height:
        raise ProtocolError(
            f"an event has height {event.height} instead of {height}", section="10.1"
        )
    if event.parent != parent:
        raise ProtocolError(f"event {event.height} does not name the one before it", section="10.1")
    if event.kind not in _FOLLOWING[None if head is None else head.kind]:
        raise ProtocolError(
            f"event {event.height}, {event.kind.value}, is out of order", section="10.2"
        )
