# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which of the witnesses that an election names co-signed what is published of it: §18.4."""

from dataclasses import dataclass

from sqlalchemy import Connection

from evote.board.listing import setup_bytes
from evote.board.published import PublishedDamaged, PublishedLog, read_published
from evote.database.elections import HeldElection
from protocol.cosignatures import CosignerVerifierKey, cosigned_at
from protocol.election import Election
from protocol.errors import ProtocolError
from protocol.note_format import Note
from protocol.notes import Checkpoint
from protocol.witness_binding import Witnesses


@dataclass(frozen=True, slots=True)
class Cosigned:
    """How far the witnesses are with the last step of both logs.

    Attributes:
        witnesses: that the election names.
        found: how many co-signed, of the log that has fewer: the quorum is of each.
        missing: the names of those that a log lacks, in their order.
        stepped_at: when the step was, by the server's own clock.
    """

    witnesses: Witnesses
    found: int
    missing: tuple[str, ...]
    stepped_at: int

    @property
    def are_enough(self) -> bool:
        """Whether the quorum of the election is there."""
        return self.found >= self.witnesses.quorum


def named_witnesses(connection: Connection, held: HeldElection) -> Witnesses | None:
    """Return the witnesses that a sealed election names, None if it names none.

    Raises:
        ProtocolError: its set-up is damaged.
    """
    evote = Election.decode(setup_bytes(connection, held)[0]).evote
    return None if evote is None else evote.witnesses


def find_cosigned(connection: Connection, held: HeldElection) -> Cosigned | None:
    """Return who co-signed what is published, None of an election that names no witness.

    Raises:
        NothingPublished: before the first step.
        PublishedDamaged: of one log alone, or no note.
        ProtocolError: its set-up is damaged.
    """
    witnesses = named_witnesses(connection, held)
    if witnesses is None:
        return None
    published = read_published(connection, held)
    try:
        board, journal = (_names(each, witnesses) for each in (published.board, published.journal))
    except ProtocolError as cause:
        raise PublishedDamaged(held.uuid, "the last note of one of its logs is none") from cause
    names = [key.name for key in witnesses.keys]
    return Cosigned(
        witnesses,
        min(len(board), len(journal)),
        tuple(name for name in names if name not in board or name not in journal),
        published.board.stepped_at,
    )


def _names(log: PublishedLog, witnesses: Witnesses) -> set[str]:
    note = Note.decode(log.note)
    checkpoint = Checkpoint.decode(note.text)
    return {key.name for key in witnesses.keys if _has_line(checkpoint, note, key)}


def _has_line(checkpoint: Checkpoint, note: Note, key: CosignerVerifierKey) -> bool:
    try:
        return cosigned_at(checkpoint, note.signatures, key) is not None
    except ProtocolError:
        return False
