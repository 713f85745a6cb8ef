# SPDX-License-Identifier: AGPL-3.0-or-later
"""The journal's entries, as bytes: docs/protocol.md §19.1. Which may follow which: journal_rules.

The bytes of an entry are hashed into the journal's tree and are the only ones of its value.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from protocol.bindings import MAX_TIME
from protocol.datum import require_canonical
from protocol.encoding import (
    MAX_INTEGER,
    Fields,
    JsonValue,
    decode_canonical_json,
    encode_json,
    own_uuid,
)
from protocol.errors import MalformedError
from protocol.journal_bodies import SIGNED_KINDS, Body, EntryKind, decode_body, decode_kind
from protocol.merkle import LogPosition
from protocol.trustee_signatures import TrusteeSignature, are_in_order, decode_signatures

VERSION: Final = 1
MINUTE: Final = 60
MAX_ENTRY_BYTES: Final = 65_535  # §18.8: an entry fits in a tile
MAX_JOURNAL_BYTES: Final = 2**24

BoardPosition = LogPosition
"""Where the board stood when an entry was written: §19.1."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One entry: when, where the board stood, and what happened: §19.1.

    Attributes:
        at: in seconds since 1970 UTC, a whole minute.
        body: of the class of its kind.
        signatures: of members, where §19.4 demands them, else none.
    """

    uuid: str
    index: int
    at: int
    board: BoardPosition
    body: Body
    signatures: tuple[TrusteeSignature, ...] = ()

    @property
    def kind(self) -> EntryKind:
        """What happened, as the body's class says."""
        return self.body.kind

    @classmethod
    def decode(cls, data: bytes) -> "JournalEntry":
        """Read the canonical bytes of an entry: §19.1, §19.2. No signature is verified yet.

        Raises:
            MalformedError: another shape, or signatures where there are none to be, or none
                where there are.
        """
        if len(data) > MAX_ENTRY_BYTES:
            raise MalformedError("an entry is longer than 65,535 bytes", section="19.1")
        fields = Fields(decode_canonical_json(data), where="journal entry", section="19.1")
        fields.integer("evote_journal", VERSION, VERSION)
        kind = decode_kind(fields)
        entry = cls(
            own_uuid(fields),
            fields.integer("index", 0, MAX_INTEGER),
            fields.integer("at", 0, MAX_TIME),
            LogPosition.decode(fields.raw("board"), section="19.1"),
            decode_body(kind, fields.raw("body")),
            _decode_signatures(fields) if kind in SIGNED_KINDS else (),
        )
        fields.finish()
        if entry.at % MINUTE:
            raise fields.error("has a time that is not a whole minute")
        require_canonical(entry.encode(), data, where="a journal entry")
        return entry

    def encode(self) -> bytes:
        """Return the canonical bytes, members in the order of §19.1."""
        members: dict[str, JsonValue] = {
            "evote_journal": VERSION,
            "uuid": self.uuid,
            "index": self.index,
            "at": self.at,
            "board": self.board.encode(),
            "kind": self.kind.value,
            "body": self.body.encode(),
        }
        if self.kind in SIGNED_KINDS:
            members["signatures"] = [signed.encode() for signed in self.signatures]
        return encode_json(members)


def _decode_signatures(fields: Fields) -> tuple[TrusteeSignature, ...]:
    signatures = decode_signatures(fields.items("signatures"), section="19.1")
    if not are_in_order(signatures):
        raise fields.error("has signatures that are not in increasing order of trustee")
    return signatures


def next_entry(
    uuid: str,
    previous: JournalEntry | None,
    now: int,
    board: BoardPosition,
    body: Body,
    signatures: Iterable[TrusteeSignature] = (),
) -> JournalEntry:
    """Return the entry that follows ``previous``, None for an empty journal: §19.1.

    Args:
        uuid: of the election.
        previous: the last entry.
        now: the server's time in seconds; rounded down, and never before ``previous``, even
            where the clock was set back.
        board: where the board stands in the same transaction.
        body: what happened.
        signatures: of members, in any order.
    """
    index, earliest = (0, 0) if previous is None else (previous.index + 1, previous.at)
    at = max(now - now % MINUTE, earliest)
    ordered = tuple(sorted(signatures, key=lambda signed: signed.trustee))
    return JournalEntry(uuid, index, at, board, body, ordered)


def encode_journal(entries: Sequence[JournalEntry]) -> bytes:
    """Return ``journal.jsonl``: each entry followed by one newline: §19.1."""
    return b"".join(entry.encode() + b"\n" for entry in entries)


def decode_journal(data: bytes) -> tuple[JournalEntry, ...]:
    """Read ``journal.jsonl``: §19.1. The story it tells is not looked at: journal_rules.py.

    Raises:
        MalformedError: more than 16 MiB, a line that is no entry, or no newline at the end; the
            message names the line, from 1.
    """
    if len(data) > MAX_JOURNAL_BYTES:
        raise MalformedError("the journal is longer than 16 MiB", section="19.1")
    *lines, rest = data.split(b"\n")
    if rest:
        raise MalformedError("the journal does not end with a newline", section="19.1")
    return tuple(_decode_line(number, line) for number, line in enumerate(lines, 1))


def _decode_line(number: int, line: bytes) -> JournalEntry:
    try:
        return JournalEntry.decode(line)
    except MalformedError as cause:
        where = f"line {number} of the journal: {cause.message}"
        raise MalformedError(where, section=cause.section) from cause
