# SPDX-License-Identifier: AGPL-3.0-or-later
"""What outsiders have seen of the logs, and what parents were promised.

A note counts only if the election's own key signed it; so whoever brings one can prove that a
backup is old, and nothing else. Where notes are found, ``note_files.py`` knows.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from evote.errors import Refusal
from protocol.cosignatures import verify_seen
from protocol.errors import ProtocolError
from protocol.merkle import LogPosition
from protocol.notes import VerifierKey
from protocol.promises import Promise, verify_promise
from protocol.server_binding import BOARD, JOURNAL, ServerBinding
from tally.errors import cite


@dataclass(frozen=True, slots=True)
class BroughtNote:
    """A note that somebody brought, whoever signed it.

    Attributes:
        data: its bytes.
        origin: the log that it names.
        source: where it was found.
        promises: whether it promises a ballot, and is no checkpoint.
        entrusted: whether it lay among the promises that a watcher was given: by anybody, and it
            has told itself which are of no election that it follows.
    """

    data: bytes
    origin: str
    source: str
    promises: bool = False
    entrusted: bool = False


@dataclass(frozen=True, slots=True)
class SeenLog:
    """How far a log was published, by a note that its key signed, or by the head file.

    Attributes:
        position: size and root.
        source: where that is known from.
        note: what was signed, None for the head file.
        stamp: its time, None without one.
    """

    position: LogPosition
    source: str
    note: bytes | None = None
    stamp: int | None = None


@dataclass(frozen=True, slots=True)
class SeenPromise:
    """A ballot that the board has, by a promise that its key signed, and where that was found."""

    promise: Promise
    source: str


@dataclass(frozen=True, slots=True)
class Seen:
    """All that is known of the two logs of one election, in no order."""

    board: tuple[SeenLog, ...]
    journal: tuple[SeenLog, ...]
    promises: tuple[SeenPromise, ...] = ()

    def and_of(self, other: "Seen") -> "Seen":
        """Return what both know."""
        return Seen(
            (*self.board, *other.board),
            (*self.journal, *other.journal),
            (*self.promises, *other.promises),
        )

    def log(self, name: str) -> tuple[SeenLog, ...]:
        """Return what is known of the board or of the journal, by its name."""
        return self.board if name == BOARD else self.journal


def seen_of(server: ServerBinding, notes: Iterable[BroughtNote]) -> Seen:
    """Return what these notes prove of one election; notes of others are passed over.

    So is what a watcher was entrusted with and this election did not sign: ``strange_notes``.

    Raises:
        Refusal: a note names a log of this election, and its key did not sign it.
    """
    logs: dict[str, list[SeenLog]] = {BOARD: [], JOURNAL: []}
    promises = []
    for note in notes:
        for log, key in ((BOARD, server.board_key), (JOURNAL, server.journal_key)):
            if note.origin != key.name or (note.entrusted and not is_signed(note, key)):
                continue
            if not note.promises:
                logs[log].append(_checkpoint(note, key))
            elif log == BOARD:
                promises.append(_promise(note, key))
    return Seen(tuple(logs[BOARD]), tuple(logs[JOURNAL]), tuple(promises))


def require_signed(note: BroughtNote, key: VerifierKey) -> None:
    """Check that the holder of a log's key signed a note of it.

    Raises:
        Refusal: somebody else wrote it.
    """
    if note.promises:
        _promise(note, key)
    else:
        _checkpoint(note, key)


def is_signed(note: BroughtNote, key: VerifierKey) -> bool:
    """Whether the holder of a log's key signed a note of it."""
    try:
        require_signed(note, key)
    except Refusal:
        return False
    return True


def _checkpoint(note: BroughtNote, key: VerifierKey) -> SeenLog:
    try:
        seen = verify_seen(note.data, key)
    except ProtocolError as cause:
        raise _unsigned("le point de contrôle", note, cause) from cause
    return SeenLog(seen.checkpoint.position, note.source, note.data, seen.stamped_at)


def _promise(note: BroughtNote, key: VerifierKey) -> SeenPromise:
    try:
        return SeenPromise(verify_promise(note.data, key), note.source)
    except ProtocolError as cause:
        raise _unsigned("la promesse", note, cause) from cause


def _unsigned(what: str, note: BroughtNote, cause: ProtocolError) -> Refusal:
    signed = "signée" if note.promises else "signé"
    return Refusal(
        f"{what} de « {note.source} » n'est pas {signed} par cette élection {cite(cause)}",
        "cela ne prouve rien ; demandez d'où vient ce fichier, et donnez-en un autre",
    )
