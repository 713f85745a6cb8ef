# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each kind of journal entry says: docs/protocol.md §19.2, one class a kind."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Final, TypeAlias

from protocol.bindings import MAX_GRACE_SECONDS, MAX_TIME
from protocol.ceremony import Member, SetupSignature
from protocol.datum import hash_text
from protocol.encoding import Fields, JsonValue, decode_base64_digest
from protocol.group import Element
from protocol.merkle import LogPosition
from protocol.plain_text import verify_distinct, verify_plain_text
from protocol.server_binding import BoothFile, decode_booth

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


class Case(Enum):
    """What was used already of a parent in whose place somebody voted: §19.2."""

    BOTH_USED = "both-used"
    SIGN_IN_USED = "sign-in-used"
    CREDENTIAL_USED = "credential-used"


@dataclass(frozen=True, slots=True)
class Sealed:
    """The election was taken in, sealed: its fingerprint and its ``Setup`` event."""

    kind: ClassVar = EntryKind.SEALED
    fingerprint: str
    setup_event: str

    @classmethod
    def read(cls, fields: Fields) -> "Sealed":
        """Read the members: §19.2."""
        fingerprint = fields.text("fingerprint", 43)
        decode_base64_digest(fingerprint)
        return cls(fingerprint, hash_text(fields, "setup_event"))

    def encode(self) -> JsonValue:
        """Return the body, its members in the order of §19.2."""
        return {"fingerprint": self.fingerprint, "setup_event": self.setup_event}


@dataclass(frozen=True, slots=True)
class Opened:
    """The vote was opened, the set-up being signed: §7.13."""

    kind: ClassVar = EntryKind.OPENED
    setup_signatures: tuple[SetupSignature, ...]

    @classmethod
    def read(cls, fields: Fields) -> "Opened":
        """Read the members: §19.2."""
        return cls(tuple(map(SetupSignature.decode, fields.items("setup_signatures"))))

    def encode(self) -> JsonValue:
        """Return the body, its members in the order of §19.2."""
        return {"setup_signatures": [signed.encode() for signed in self.setup_signatures]}


@dataclass(frozen=True, slots=True)
class Suspended:
    """No ballot is taken until the vote is resumed or closed."""

    kind: ClassVar = EntryKind.SUSPENDED
    reason: str

    @classmethod
    def read(cls, fields: Fields) -> "Suspended":
        """Read the members: §19.2."""
        return cls(_reason(fields))

    def encode(self) -> JsonValue:
        """Return the body, its members in the order of §19.2."""
        return {"reason": self.reason}


@dataclass(frozen=True, slots=True)
class Resumed:
    """Ballots are taken again."""

    kind: ClassVar = EntryKind.RESUMED
    reason: str

    @classmethod
    def read(cls, fields: Fields) -> "Resumed":
        """Read the members: §19.2."""
        return cls(_reason(fields))

    def encode(self) -> JsonValue:
        """Return the body, its members in the order of §19.2."""
        return {"reason": self.reason}


@dataclass(frozen=True, slots=True)
class Incident:
    """Something happened that people should know."""

    kind: ClassVar = EntryKind.INCIDENT
    note: str

    @classmethod
    def read(cls, fields: Fields) -> "Incident":
        """Read the members: §19.2."""
        return cls(_reason(fields, "note"))

    def encode(self) -> JsonValue:
        """Return the body, its members in the order of §19.2."""
        return {"note": self.note}


@dataclass(frozen=True, slots=True)
class Reissued:
    """A credential was made void, and one more reserve usable: §19.5."""

    kind: ClassVar = EntryKind.REISSUED
    revoked: Element
    activated: int

    @classmethod
    def read(cls, fields: Fields) -> "Reissued":
        """Read the members: §19.2."""
        return cls(Element.decode(fields.raw("revoked")), fields.integer("activated", 1, MAX_COUNT))

    def encode(self) -> JsonValue:
        """Return the body, its members in the order of §19.2."""
        return {"revoked": self.revoked.encode(), "activated": self.activated}


@dataclass(frozen=True, slots=True)
class Contested:
    """A parent says that somebody voted in their place; nobody is named."""

    kind: ClassVar = EntryKind.CONTESTED
    case: Case

    @classmethod
    def read(cls, fields: Fields) -> "Contested":
        """Read the members: §19.2."""
        text = fields.text("case", 20)
        if text not in {case.value for case in Case}:
            raise fields.error("is of an unknown case")
        return cls(Case(text))

    def encode(self) -> JsonValue:
        """Return the body, its members in the order of §19.2."""
        return {"case": self.case.value}


@dataclass(frozen=True, slots=True)
class HoursChanged:
    """Amendment of the hours, in seconds since 1970 UTC: §19.3, §19.4."""

    kind: ClassVar = EntryKind.HOURS_CHANGED
    amendment: int
    opens_at: int
    closes_at: int
    grace_seconds: int
    reason: str

    @classmethod
    def read(cls, fields: Fields) -> "HoursChanged":
        """Read the members: §19.2."""
        changed = cls(
            fields.integer("amendment", 1, MAX_COUNT),
            fields.integer("opens_at", 0, MAX_TIME),
            fields.integer("closes_at", 0, MAX_TIME),
            fields.integer("grace_seconds", 0, MAX_GRACE_SECONDS),
            _reason(fields),
        )
        if changed.opens_at >= changed.closes_at:
            raise fields.error("does not open before it closes")
        return changed

    def encode(self) -> JsonValue:
        """Return the body, its members in the order of §19.2."""
        return {
            "amendment": self.amendment,
            "opens_at": self.opens_at,
            "closes_at": self.closes_at,
            "grace_seconds": self.grace_seconds,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class BoothReplaced:
    """Amendment of the booth's files: all of those in force from then on: §19.4."""

    kind: ClassVar = EntryKind.BOOTH_REPLACED
    amendment: int
    booth: tuple[BoothFile, ...]
    reason: str

    @classmethod
    def read(cls, fields: Fields) -> "BoothReplaced":
        """Read the members: §19.2."""
        amendment = fields.integer("amendment", 1, MAX_COUNT)
        return cls(amendment, decode_booth(fields.items("booth")), _reason(fields))

    def encode(self) -> JsonValue:
        """Return the body, its members in the order of §19.2."""
        booth: list[JsonValue] = [each.encode() for each in self.booth]
        return {"amendment": self.amendment, "booth": booth, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Closed:
    """The vote was closed with so many ballots, as many sign-ins, and this tally event."""

    kind: ClassVar = EntryKind.CLOSED
    ballots: int
    tally_event: str

    @classmethod
    def read(cls, fields: Fields) -> "Closed":
        """Read the members: §19.2."""
        return cls(_ballots(fields), hash_text(fields, "tally_event"))

    def encode(self) -> JsonValue:
        """Return the body, its members in the order of §19.2."""
        return {
            "ballots": self.ballots,
            "sign_ins": self.ballots,
            "tally_event": self.tally_event,
        }


@dataclass(frozen=True, slots=True)
class ClosingSigned:
    """What ``closed`` said, and the journal up to and with it, signed by who decrypts: §19.4."""

    kind: ClassVar = EntryKind.CLOSING_SIGNED
    ballots: int
    tally_event: str
    journal: LogPosition

    @classmethod
    def read(cls, fields: Fields) -> "ClosingSigned":
        """Read the members: §19.2."""
        ballots, tally_event = _ballots(fields), hash_text(fields, "tally_event")
        return cls(ballots, tally_event, LogPosition.decode(fields.raw("journal"), section="19.2"))

    @classmethod
    def of(cls, closed: Closed, journal: LogPosition) -> "ClosingSigned":
        """Return what repeats an entry ``closed``, with which the journal had come so far."""
        return cls(closed.ballots, closed.tally_event, journal)

    def encode(self) -> JsonValue:
        """Return the body, its members in the order of §19.2."""
        return {
            "ballots": self.ballots,
            "sign_ins": self.ballots,
            "tally_event": self.tally_event,
            "journal": self.journal.encode(),
        }


@dataclass(frozen=True, slots=True)
class Tallied:
    """The result is on the board."""

    kind: ClassVar = EntryKind.TALLIED
    result_event: str

    @classmethod
    def read(cls, fields: Fields) -> "Tallied":
        """Read the members: §19.2."""
        return cls(hash_text(fields, "result_event"))

    def encode(self) -> JsonValue:
        """Return the body, its members in the order of §19.2."""
        return {"result_event": self.result_event}


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Two persons cancelled the election; nothing comes of it."""

    kind: ClassVar = EntryKind.CANCELLED
    reason: str
    persons: tuple[Member, ...]

    @classmethod
    def read(cls, fields: Fields) -> "Cancelled":
        """Read the members: §19.2."""
        reason = _reason(fields)
        persons = tuple(map(Member.decode, fields.items("persons", 2)))
        verify_distinct([person.name for person in persons], where="persons")
        return cls(reason, persons)

    def encode(self) -> JsonValue:
        """Return the body, its members in the order of §19.2."""
        return {"reason": self.reason, "persons": [person.encode() for person in self.persons]}


@dataclass(frozen=True, slots=True)
class Archived:
    """Nothing is to come any more, but incidents."""

    kind: ClassVar = EntryKind.ARCHIVED

    @classmethod
    def read(cls, _fields: Fields) -> "Archived":
        """Read the members, of which there are none: §19.2."""
        return cls()

    def encode(self) -> JsonValue:
        """Return the body, an empty object."""
        return {}


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


def _reason(fields: Fields, name: str = "reason") -> str:
    text = fields.text(name, MAX_REASON)
    verify_plain_text(text, where=name, longest=MAX_REASON)
    return text


def _ballots(fields: Fields) -> int:
    ballots = fields.integer("ballots", 0, MAX_COUNT)
    fields.integer("sign_ins", ballots, ballots)  # §19.2: both are b
    return ballots
