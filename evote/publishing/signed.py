# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is published of both logs, held against what was signed and against the entries' own bytes.

A row of ``published_log`` is derived: its note says size, root and stamp under the sealed key, and
the entries give the tree. So of the three, only the entries cannot be made again: docs/adr/0015.
"""

from collections.abc import Iterable, Mapping
from enum import Enum

from sqlalchemy import Connection

from evote.board.leaves import hasher_from
from evote.board.listing import setup_bytes
from evote.board.published import PublishedLog, readable_logs
from evote.database.elections import HeldElection
from protocol.cosignatures import CosignerVerifierKey, SeenCheckpoint, verify_seen
from protocol.election import Election
from protocol.errors import ProtocolError
from protocol.notes import VerifierKey
from protocol.server_binding import BOARD, JOURNAL, ServerBinding


class Harm(Enum):
    """What is wrong with what is published of a log."""

    ENTRIES = "they are not those that were signed"
    ROW = "it does not say what was signed"


class NotAsSigned(Exception):
    """What is published of a log is not what was signed of it.

    Attributes:
        harm: whether the entries are others, or only what is derived from them and from the keys.
        log: the board or the journal, by its name.
    """

    def __init__(self, harm: Harm, log: str) -> None:
        super().__init__(f"{log}: {harm.value}")
        self.harm = harm
        self.log = log


def read_signed(published: PublishedLog, key: VerifierKey) -> SeenCheckpoint | None:
    """Return what the note of a row says, None if this key did not sign and stamp it."""
    try:
        seen = verify_seen(published.note, key)
    except ProtocolError:
        return None
    return None if seen.stamped_at is None else seen


def last_signed(
    rows: Iterable[PublishedLog], key: VerifierKey
) -> tuple[PublishedLog, SeenCheckpoint] | None:
    """Return the row whose note this key signed, and what it says: whatever log the row names.

    The name of the log is a cell like the others; what a note is of, its signature says.
    """
    signed = [(row, seen) for row in rows if (seen := read_signed(row, key)) is not None]
    return max(
        signed, key=lambda each: (each[1].checkpoint.size, each[1].stamped_at or 0), default=None
    )


def is_signed(published: PublishedLog, key: VerifierKey) -> bool:
    """Tell whether the note of a row says, under this key, the size, root and stamp of the row."""
    signed = read_signed(published, key)
    return signed is not None and (signed.checkpoint.position, signed.stamped_at) == (
        published.position,
        published.stamp,
    )


def server_of(connection: Connection, held: HeldElection) -> ServerBinding:
    """Return the keys of a server that were sealed in an election on one: §8.3."""
    evote = Election.decode(setup_bytes(connection, held)[0]).evote
    if evote is None or evote.server is None:
        raise RuntimeError("an election on a server names its keys")
    return evote.server


def witnesses_of(connection: Connection, held: HeldElection) -> tuple[CosignerVerifierKey, ...]:
    """Return the keys of the witnesses that an election names, none where it names none: §8.3."""
    evote = Election.decode(setup_bytes(connection, held)[0]).evote
    return evote.witnesses.keys if evote and evote.witnesses else ()


def verify_signed(connection: Connection, held: HeldElection) -> None:
    """Compute both trees again, and compare with them notes, rows and hashes.

    Args:
        connection: in a transaction that sees one state, in which every leaf was found to be that
            of its entry.
        held: the election as that transaction sees it.

    Raises:
        NotAsSigned: see there; of entries first.
    """
    rows, server = readable_logs(connection, held), server_of(connection, held)
    if not rows:
        return
    keys = {BOARD: server.board_key, JOURNAL: server.journal_key}
    harmed = [
        log
        for log, key in keys.items()
        if not _says_what_was_signed(connection, held, log, rows, key)
    ]
    harmed += rows.keys() - keys.keys()
    if harmed:
        raise NotAsSigned(Harm.ROW, harmed[0])


def _says_what_was_signed(
    connection: Connection,
    held: HeldElection,
    log: str,
    rows: Mapping[str, PublishedLog],
    key: VerifierKey,
) -> bool:
    row, signed = rows.get(log), last_signed(rows.values(), key)
    if signed is not None:
        position = signed[1].checkpoint.position
    elif row is not None and row.says_how_far:
        position = row.position
    else:
        return False
    tree = hasher_from(connection, held, log, None, position.size)
    if tree.position() != position:
        raise NotAsSigned(Harm.ENTRIES, log)
    return row is not None and is_signed(row, key) and row.hashes == tree.hashes
