# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server promises when it has recorded a ballot: docs/protocol.md §20.1.

A signed note of six lines: the board has this event at this index, and a checkpoint that is
stamped at ``until`` or before covers it. Whether it was kept, §20.3 says, with a record.
"""

import re
from dataclasses import dataclass
from typing import Final

from protocol.encoding import sha256_hex
from protocol.errors import MalformedError, ProofError, ProtocolError
from protocol.events import Event, EventKind
from protocol.merkle import leaf_hash
from protocol.note_format import Note, is_name
from protocol.notes import LogKey, VerifierKey, verify_own_signature

PROMISE: Final = "evote/v1/promise"
GRACE_SECONDS: Final = 300
MINUTE: Final = 60
DIGITS: Final = 10
LAST_AFTER_CLOSING: Final = 366 * 86_400
_TEXT: Final = re.compile(
    rf"{PROMISE}\n([^\n]+)\nballot ([0-9a-f]{{64}})\nevent ([0-9a-f]{{64}})"
    rf"\nindex ([0-9]{{{DIGITS}}})\nuntil ([0-9]{{{DIGITS}}})\n"
)


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise: §20.1.

    Attributes:
        origin: the name of the board's key, ``H/U/board``.
        ballot: SHA-256 of the ballot's bytes, 64 hexadecimal digits, the payload of its event.
        event: the leaf hash of that event, 64 hexadecimal digits.
        index: its height.
        until: seconds since 1970 UTC.
    """

    origin: str
    ballot: str
    event: str
    index: int
    until: int

    @classmethod
    def of(cls, origin: str, event: Event, until: int) -> "Promise":
        """Return the promise of a ballot's event, as it stands on the board: §20.1."""
        if event.kind is not EventKind.BALLOT or event.payload is None:
            raise ProtocolError("only a ballot is promised", section="20.1")
        leaf = leaf_hash(event.encode()).hex()
        return cls(origin, event.payload, leaf, event.height, until)

    @classmethod
    def decode(cls, text: str) -> "Promise":
        """Read the six lines, with the last newline: §20.1.

        Raises:
            MalformedError: another form.
        """
        match = _TEXT.fullmatch(text)
        if match is None or not is_name(match[1]):
            raise MalformedError("a promise has not the six lines of one", section="20.1")
        return cls(match[1], match[2], match[3], int(match[4]), int(match[5]))

    def encode(self) -> str:
        """Return the six lines that are signed, of one length for one origin: §20.1."""
        if not all(0 <= number < 10**DIGITS for number in (self.index, self.until)):
            raise ProtocolError(f"a number has not {DIGITS} digits", section="20.1")
        return (
            f"{PROMISE}\n{self.origin}\nballot {self.ballot}\nevent {self.event}\n"
            f"index {self.index:0{DIGITS}}\nuntil {self.until:0{DIGITS}}\n"
        )

    def is_of(self, ballot: bytes) -> bool:
        """Tell whether it promises the ballot with these exact bytes."""
        return self.ballot == sha256_hex(ballot)

    def is_beyond(self, closes_at: int) -> bool:
        """Tell whether no server may promise so, whatever the hour and the amendments: §20.1.

        Args:
            closes_at: the closing time that the election seals.
        """
        return self.until > closes_at + LAST_AFTER_CLOSING


def promised_until(now: int, period: int) -> int:
    """Return the time to promise: now plus P plus 300, rounded up to a whole minute: §20.1.

    Args:
        now: the server's time, in seconds since 1970 UTC.
        period: P, the seconds between two steps, 0 for a step after each ballot: §18.7.
    """
    latest = now + period + GRACE_SECONDS
    return -(-latest // MINUTE) * MINUTE


def sign_promise(promise: Promise, key: LogKey) -> bytes:
    """Return the signed note of a promise: §20.1."""
    if promise.origin != key.name:
        raise ProtocolError("the promise is not of the key's board", section="20.1")
    return key.sign_note(promise.encode())


def verify_promise(data: bytes, board_key: VerifierKey) -> Promise:
    """Read a promise, and check that the holder of the board's key made it: §20.1.

    Raises:
        MalformedError: another form, more than one line of signature among them.
        ProofError: of another board, not signed by this key, or an untrue signature.
    """
    note = Note.decode(data)
    promise = Promise.decode(note.text)
    if len(note.signatures) != 1:
        raise MalformedError("a promise has not exactly one signature", section="20.1")
    if promise.origin != board_key.name:
        raise ProofError("the promise is of another board", section="20.1")
    verify_own_signature(note, board_key)
    return promise
