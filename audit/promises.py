# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server's word that a ballot will be published by a time: docs/protocol.md §20.1."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audit.notes import Note, VerifierKey, decode_note
from audit.receipts import FIRST_LINE as RECEIPT
from audit.strict_json import read_hash
from audit.words import Malformed, Text

FIRST_LINE = "evote/v1/promise"
LONGEST = 960  # seconds: a step of 600, 300 more, rounded up to a minute
LONGEST_STEP = 600
LAST_AFTER_CLOSING = 366 * 86_400
_LINES = 6
_NUMBER = re.compile("[0-9]{10}", re.ASCII)
_A_RECEIPT = Text(
    "c'est un reçu, pas une promesse : son bulletin est déjà publié (§20.2)",
    "this is a receipt, not a promise: its ballot is published already (§20.2)",
)
_VERIFY_IT = Text(
    "vérifiez-le par « evote-audit receipt FICHIER DOSSIER » ; une promesse est le fichier"
    " ….promise que la page du vote donne dès le dépôt",
    "verify it by “evote-audit receipt FILE RECORD --lang en”; a promise is the file ….promise"
    " that the voting page gives at casting",
)


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise, well formed; not yet known to be signed by anybody.

    Args:
        note: its text and its one signature line.
        origin: of the board that is to have the event.
        ballot: the hash of the ballot's bytes, in hexadecimal.
        leaf: of the event, as the board's tree has it.
        index: of the event, from 0.
        until: seconds since 1970 UTC.
    """

    note: Note
    origin: str
    ballot: str
    leaf: bytes
    index: int
    until: int

    def signed_by(self, key: VerifierKey) -> bool:
        """Whether the board of this key promised it: its name, and its one signature (§20.1)."""
        return self.origin == key.name and self.note.signed_by(key)

    @property
    def signer(self) -> str:
        """The board that its signature line names, which nothing has verified."""
        return self.note.lines[0].name

    @property
    def text(self) -> str:
        """The note as it was."""
        lines = b"".join(line.encode() for line in self.note.lines)
        return (self.note.text + b"\n" + lines).decode("utf-8")

    def is_beyond(self, closes_at: int) -> bool:
        """Whether no server may promise so, whatever the hour and the amendments (§20.1).

        Args:
            closes_at: the closing time that the election seals.
        """
        return self.until > closes_at + LAST_AFTER_CLOSING

    def is_too_far(self, clock: int, stamp: int | None) -> bool:
        """Whether no server may have promised so by now (§20.1).

        Args:
            clock: of whoever reads it.
            stamp: the last that is known of this board.
        """
        return is_too_far(self.until, clock, stamp)


def is_too_far(time: int, clock: int, stamp: int | None) -> bool:
    """Whether no server may have signed this time by now, with the arguments as above."""
    by_stamp = 0 if stamp is None else stamp + LONGEST_STEP
    return time > LONGEST + max(clock, by_stamp)


def decode_promise(data: bytes) -> Promise:
    """The promise that these bytes are (§20.1); who signed it is another question.

    Raises:
        Malformed: they are none; of a receipt, it says that it is one and what to do with it.
    """
    if data.partition(b"\n")[0] == RECEIPT.encode("ascii"):
        raise Malformed(*_A_RECEIPT, _VERIFY_IT)
    lines, note = decode_note(data, _LINES)
    first, origin, *rest = lines
    if first != FIRST_LINE or not origin or len(note.lines) != 1:
        raise _bad()
    ballot, leaf, index, until = (
        _said(line, word)
        for line, word in zip(rest, ("ballot", "event", "index", "until"), strict=True)
    )
    leaf = read_hash(leaf, "event")
    return Promise(
        note,
        origin,
        read_hash(ballot, "ballot"),
        bytes.fromhex(leaf),
        _number(index),
        _number(until),
    )


def _said(line: str, word: str) -> str:
    """What stands after the word of a line."""
    found, space, said = line.partition(" ")
    if found != word or not space:
        raise _bad()
    return said


def _number(digits: str) -> int:
    if not _NUMBER.fullmatch(digits):
        raise _bad()
    return int(digits)


def _bad() -> Malformed:
    return Malformed("une promesse mal formée (§20.1)", "a malformed promise (§20.1)")
