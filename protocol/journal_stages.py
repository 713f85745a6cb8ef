# SPDX-License-Identifier: AGPL-3.0-or-later
"""The entries that move an election from one stage to the next: docs/protocol.md §19.2."""

from dataclasses import dataclass
from typing import ClassVar

from protocol.ceremony import Member
from protocol.datum import hash_text
from protocol.encoding import Fields, JsonValue, decode_base64_digest
from protocol.journal_kinds import MAX_COUNT, EntryKind, reason_text
from protocol.merkle import LogPosition
from protocol.plain_text import verify_distinct
from protocol.trustee_signatures import TrusteeSignature, decode_signatures


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
    setup_signatures: tuple[TrusteeSignature, ...]

    @classmethod
    def read(cls, fields: Fields) -> "Opened":
        """Read the members: §19.2."""
        signatures = fields.items("setup_signatures")
        return cls(decode_signatures(signatures, section="19.2"))

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
        return cls(reason_text(fields))

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
        return cls(reason_text(fields))

    def encode(self) -> JsonValue:
        """Return the body, its members in the order of §19.2."""
        return {"reason": self.reason}


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
        reason = reason_text(fields)
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


def _ballots(fields: Fields) -> int:
    ballots = fields.integer("ballots", 0, MAX_COUNT)
    fields.integer("sign_ins", ballots, ballots)  # §19.2: both are b
    return ballots
