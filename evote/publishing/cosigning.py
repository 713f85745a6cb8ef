# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lines of witnesses in published notes: docs/protocol.md §18.6, §18.7."""

from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection, Table, select, update

from evote.board.published import PublishedLog, find_published
from evote.database.cells import is_of_type
from evote.database.common_tables import ElectionRow, PublishedRow
from evote.database.connection import Database
from evote.database.elections import lock_election
from protocol.merkle import LogPosition
from protocol.note_format import Note, SignatureLine


@dataclass(frozen=True, slots=True)
class NotedLog:
    """A log of an election, ``"board"`` or ``"journal"``, with what is published of it."""

    uuid: str
    log: str
    note: bytes
    stamp: int

    @property
    def place(self) -> tuple[str, str]:
        """Which log it is, of all of the server."""
        return self.uuid, self.log

    @property
    def text(self) -> bytes:
        """What was signed, without the lines of those who did."""
        return self.note.partition(b"\n\n")[0]


def add_line(
    database: Database, uuid: str, log: str, position: LogPosition, line: SignatureLine
) -> bool:
    """Put a verified line in the note of a log, in the place of an older one of the same key.

    It is of the tree at ``position``: tell whether that is still what is published.

    Raises:
        DatabaseUnavailable: try again.
    """
    with database.write() as connection:
        election = lock_election(connection, uuid)
        published = find_published(connection, election)
        if published is None or published.log(log).position != position:
            return False
        note = Note.decode(published.log(log).note)
        others = [
            each for each in note.signatures if (each.name, each.key_id) != (line.name, line.key_id)
        ]
        changed = Note(note.text, (*others, line)).encode()
        row = update(PublishedRow).where(
            PublishedRow.election_id == election.id, PublishedRow.log == log
        )
        connection.execute(row.values(note=changed))
    return True


def own_lines(note: bytes) -> bytes:
    """Return the note with the lines of its log alone: signature and stamp."""
    read = Note.decode(note)
    origin = read.text.partition("\n")[0]
    own = tuple(each for each in read.signatures if each.name == origin)
    return Note(read.text, own).encode()


def with_lines_of(note: bytes, before: PublishedLog | None) -> bytes:
    """Return a new note of the same tree with the witnesses' lines that the last one had.

    They are of the checkpoint and not of its stamp: where the tree has grown they are worth
    nothing.
    """
    read = Note.decode(note)
    if before is None:
        return note
    old = Note.decode(before.note)
    if old.text != read.text:
        return note
    origin = read.text.partition("\n")[0]
    lines = (each for each in old.signatures if each.name != origin)
    return Note(read.text, (*read.signatures, *lines)).encode()


def published_notes(connection: Connection, uuid: str | None = None) -> tuple[NotedLog, ...]:
    """Return the note of every log of which anything is published, or of those of one election.

    A damaged one is passed over: its election's step, and ``evote doctor``, say so.
    """
    query = (
        select(ElectionRow.uuid, PublishedRow.log, PublishedRow.note, PublishedRow.stamp)
        .join(PublishedRow, PublishedRow.election_id == ElectionRow.id)
        .order_by(ElectionRow.id, PublishedRow.log)
    )
    if uuid is not None:
        query = query.where(ElectionRow.uuid == uuid)
    return tuple(
        NotedLog(*row)
        for row in connection.execute(query)
        if all(is_of_type(column, value) for column, value in zip(_NOTED, row, strict=True))
    )


_NOTED = (
    cast("Table", ElectionRow.__table__).columns["uuid"],
    *(cast("Table", PublishedRow.__table__).columns[name] for name in ("log", "note", "stamp")),
)
