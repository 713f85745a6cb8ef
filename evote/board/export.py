# SPDX-License-Identifier: AGPL-3.0-or-later
"""The archive of a board, as a stream: docs/protocol.md §10.3. The bytes are those of a file's.

A few events a time, each in a short transaction of its own: a slow reader of the archive holds up
nobody. What is on a board never changes, so the parts fit.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Final

from sqlalchemy import Connection, func, select

from evote.board.published import read_published
from evote.database.board_tables import DatumRow, EventRow
from evote.database.connection import Database
from evote.database.elections import HeldElection, find_election
from protocol.archive_entries import entry_bytes
from protocol.archive_members import ArchiveHeader, archive_start, member_span
from protocol.events import Event

EVENTS_A_TIME: Final = 64


@dataclass(frozen=True, slots=True)
class PublishedArchive:
    """The archive up to the last step: where each of its events ends, and its bytes from anywhere.

    ``ends`` begins with where the first event begins.
    """

    election: HeldElection
    ends: tuple[int, ...]

    @property
    def length(self) -> int:
        """The number of its bytes."""
        return self.ends[-1]

    def part(self, database: Database, start: int, end: int) -> Iterator[bytes]:
        """Give the bytes from ``start`` to before ``end``, reading no event that they do not touch.

        Raises:
            DatabaseUnavailable: at any part.
        """
        first = max(bisect_right(self.ends, start) - 1, 0)
        at = self.ends[first]
        if start < self.ends[0]:
            head = archive_start(ArchiveHeader(self.election.archive_timestamp))
            yield head[start:end]
        for chunk in _chunks(database, self.election, first, len(self.ends) - 2):
            if at >= end:
                return
            yield chunk[max(start - at, 0) : end - at]
            at += len(chunk)


def published_archive(connection: Connection, election: HeldElection) -> PublishedArchive:
    """Return the archive of this election up to the last published step: §10.3, §18.7.

    Raises:
        NothingPublished: before the first step.
    """
    size = read_published(connection, election).board.size
    data = select(DatumRow.height, func.length(DatumRow.data)).where(
        DatumRow.election_id == election.id, DatumRow.height < size
    )
    events = select(EventRow.height, func.length(EventRow.event)).where(
        EventRow.election_id == election.id, EventRow.height < size
    )
    spans = [0] * size
    for height, length in [*connection.execute(data), *connection.execute(events)]:
        spans[height] += member_span(length)
    start = len(archive_start(ArchiveHeader(election.archive_timestamp)))
    return PublishedArchive(election, tuple(accumulate(spans, initial=start)))


def published_chunks(database: Database, uuid: str) -> Iterator[bytes]:
    """Give the archive of this election up to the last published step: §10.3, §18.7.

    Raises:
        UnknownElection: at the first part: there is none, or nothing of it is published.
    """
    with database.read() as connection:
        published = read_published(connection, find_election(connection, uuid))
    yield from archive_chunks(database, uuid, published.board.size - 1)


def archive_chunks(database: Database, uuid: str, until: int | None = None) -> Iterator[bytes]:
    """Give the archive of this election as it is now, up to the event of height ``until``: §10.3.

    It may show more than is published: what the public asks is ``published_chunks``.

    Raises:
        UnknownElection: at the first part: there is none.
        DatabaseUnavailable: at any part.
    """
    with database.read() as connection:
        election = find_election(connection, uuid)
    yield archive_start(ArchiveHeader(election.archive_timestamp))
    head = -1 if election.head is None else election.head.height
    yield from _chunks(database, election, 0, head if until is None else min(until, head))


def _chunks(database: Database, election: HeldElection, first: int, last: int) -> Iterator[bytes]:
    for start in range(first, last + 1, EVENTS_A_TIME):
        with database.read() as connection:
            entries = _entries(connection, election, start, min(start + EVENTS_A_TIME - 1, last))
        yield entries


def recorded_archive(connection: Connection, election: HeldElection) -> Iterator[bytes]:
    """Give the archive of this election as the caller's transaction sees it: §10.3."""
    yield archive_start(ArchiveHeader(election.archive_timestamp))
    head = -1 if election.head is None else election.head.height
    for start in range(0, head + 1, EVENTS_A_TIME):
        yield _entries(connection, election, start, min(start + EVENTS_A_TIME - 1, head))


def _entries(connection: Connection, election: HeldElection, start: int, end: int) -> bytes:
    events = connection.execute(
        select(EventRow.height, EventRow.event)
        .where(EventRow.election_id == election.id, EventRow.height.between(start, end))
        .order_by(EventRow.height)
    ).all()
    rows = connection.execute(
        select(DatumRow.height, DatumRow.data)
        .where(DatumRow.election_id == election.id, DatumRow.height.between(start, end))
        .order_by(DatumRow.height, DatumRow.ordinal)
    ).all()
    data = {height: [row.data for row in some] for height, some in groupby(rows, lambda r: r[0])}
    return b"".join(
        entry_bytes(Event.decode(content), data.get(height, ()), election.archive_timestamp)
        for height, content in events
    )
