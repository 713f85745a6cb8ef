# SPDX-License-Identifier: AGPL-3.0-or-later
"""The journal beside the board, and where both stand: docs/protocol.md §18.1, §19.

The caller of ``append_entry`` has locked the election, and changes in the same transaction what
the entry tells.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, insert, select

from evote.board.leaves import log_position
from evote.board.published import PublishedDamaged, find_published
from evote.database.common_tables import JournalRow
from evote.database.elections import HeldElection
from protocol.errors import ProtocolError
from protocol.journal import JournalEntry, next_entry
from protocol.journal_bodies import Body
from protocol.journal_kinds import EntryKind
from protocol.merkle import LogPosition, leaf_hash
from protocol.server_binding import BOARD
from protocol.trustee_signatures import TrusteeSignature


def append_entry(
    connection: Connection,
    election: HeldElection,
    now: int,
    body: Body,
    signatures: Iterable[TrusteeSignature] = (),
) -> JournalEntry:
    """Add the next entry, with the board's position in this transaction: §19.1.

    Raises:
        IntegrityError: the election was not locked.
    """
    entry = next_entry(
        election.uuid,
        last_entry(connection, election),
        now,
        board_position(connection, election),
        body,
        signatures,
    )
    store_entry(connection, election, entry)
    return entry


def store_entry(connection: Connection, election: HeldElection, entry: JournalEntry) -> None:
    """Store an entry that was judged; ``append_entry`` makes one, a restore has one: ADR 16.

    Raises:
        IntegrityError: an entry of this number is there.
    """
    data = entry.encode()
    row = {"number": entry.index, "kind": entry.kind.value, "leaf": leaf_hash(data).hex()}
    connection.execute(insert(JournalRow), {**election.place, **row, "entry": data})


def board_position(connection: Connection, election: HeldElection) -> LogPosition:
    """Return size and root of the board as this transaction sees it: §18.1."""
    published = find_published(connection, election)
    return log_position(connection, election, BOARD, published.board if published else None)


def journal_bytes(connection: Connection, election: HeldElection, size: int) -> bytes:
    """Return ``journal.jsonl`` of the first ``size`` entries: §19.1."""
    query = select(JournalRow.entry).where(
        JournalRow.election_id == election.id, JournalRow.number < size
    )
    entries = connection.scalars(query.order_by(JournalRow.number))
    return b"".join(entry + b"\n" for entry in entries)


def is_announced(connection: Connection, election: HeldElection, kind: EntryKind) -> bool:
    """Tell whether every entry of a kind is published; so it is where there is none.

    By what the entries say: the kind beside each only repeats it. One that cannot be read may be of
    any kind.
    """
    try:
        published = find_published(connection, election)
    except PublishedDamaged:
        published = None  # of nothing it is known that it is
    size = 0 if published is None else published.journal.size
    query = select(JournalRow.entry).where(
        JournalRow.election_id == election.id, JournalRow.number >= size
    )
    read = map(readable_entry, connection.scalars(query))
    return all(entry is not None and entry.kind is not kind for entry in read)


def readable_entry(entry: bytes) -> JournalEntry | None:
    """Return what an entry of the database says; None if it cannot be read."""
    try:
        return JournalEntry.decode(entry)
    except (ProtocolError, TypeError):  # SQLite may give a text where bytes were put
        return None


def read_entries(connection: Connection, election: HeldElection) -> tuple[JournalEntry, ...]:
    """Return every entry, in order."""
    query = select(JournalRow.entry).where(JournalRow.election_id == election.id)
    return tuple(map(JournalEntry.decode, connection.scalars(query.order_by(JournalRow.number))))


def last_entry(connection: Connection, election: HeldElection) -> JournalEntry | None:
    """Return the last entry, None before there is any."""
    query = select(JournalRow.entry).where(JournalRow.election_id == election.id)
    found = connection.scalar(query.order_by(JournalRow.number.desc()).limit(1))
    return None if found is None else JournalEntry.decode(found)
