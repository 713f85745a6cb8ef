# SPDX-License-Identifier: AGPL-3.0-or-later
"""The entries that tell what happened within a stage, amendments among them: §19.2, §19.4."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from protocol.bindings import MAX_GRACE_SECONDS, MAX_TIME
from protocol.encoding import Fields, JsonValue
from protocol.group import Element
from protocol.journal_kinds import MAX_COUNT, EntryKind, reason_text
from protocol.server_binding import BoothFile, decode_booth


class Case(Enum):
    """What was used already of a parent in whose place somebody voted: §19.2."""

    BOTH_USED = "both-used"
    SIGN_IN_USED = "sign-in-used"
    CREDENTIAL_USED = "credential-used"


@dataclass(frozen=True, slots=True)
class Incident:
    """Something happened that people should know."""

    kind: ClassVar = EntryKind.INCIDENT
    note: str

    @classmethod
    def read(cls, fields: Fields) -> "Incident":
        """Read the members: §19.2."""
        return cls(reason_text(fields, "note"))

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
            reason_text(fields),
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
        return cls(amendment, decode_booth(fields.items("booth")), reason_text(fields))

    def encode(self) -> JsonValue:
        """Return the body, its members in the order of §19.2."""
        booth: list[JsonValue] = [each.encode() for each in self.booth]
        return {"amendment": self.amendment, "booth": booth, "reason": self.reason}
