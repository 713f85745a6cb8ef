# SPDX-License-Identifier: AGPL-3.0-or-later
"""The journal beside the board, and where both stand: docs/protocol.md §18.1, §19.

The caller of ``append_entry`` has locked the election, and changes in the same transaction what
the entry tells.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, insert, select

from evote.database.board_tables import EventRow
from evote.database.common_tables import JournalRow
from evote.database.elections import HeldElection
from protocol.journal import JournalEntry, next_entry
from protocol.journal_bodies import Body
from protocol.merkle import LogPosition, TreeHasher, leaf_hash
from protocol.trustee_signatures import TrusteeSignature

EVENTS_A_TIME = 1000


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
    data = entry.encode()
    row = {"number": entry.index, "kind": entry.kind.value, "leaf": leaf_hash(data).hex()}
    connection.execute(insert(JournalRow), {**election.place, **row, "entry": data})
    return entry


def board_position(connection: Connection, election: HeldElection) -> LogPosition:
    """Return size and root of the board as this transaction sees it: §18.1."""
    query = (
        select(EventRow.event)
        .where(EventRow.election_id == election.id)
        .order_by(EventRow.height)
        .execution_options(yield_per=EVENTS_A_TIME)
    )
    return LogPosition.of(connection.scalars(query))


def journal_position(connection: Connection, election: HeldElection) -> LogPosition:
    """Return size and root of the journal as this transaction sees it: §18.1."""
    query = select(JournalRow.leaf).where(JournalRow.election_id == election.id)
    hasher = TreeHasher()
    for leaf in connection.scalars(query.order_by(JournalRow.number)):
        hasher.append_leaf(bytes.fromhex(leaf))
    return hasher.position()


def journal_bytes(connection: Connection, election: HeldElection) -> bytes:
    """Return ``journal.jsonl``: §19.1."""
    query = select(JournalRow.entry).where(JournalRow.election_id == election.id)
    entries = connection.scalars(query.order_by(JournalRow.number))
    return b"".join(entry + b"\n" for entry in entries)


def read_entries(connection: Connection, election: HeldElection) -> tuple[JournalEntry, ...]:
    """Return every entry, in order."""
    query = select(JournalRow.entry).where(JournalRow.election_id == election.id)
    return tuple(map(JournalEntry.decode, connection.scalars(query.order_by(JournalRow.number))))


def last_entry(connection: Connection, election: HeldElection) -> JournalEntry | None:
    """Return the last entry, None before there is any."""
    query = select(JournalRow.entry).where(JournalRow.election_id == election.id)
    found = connection.scalar(query.order_by(JournalRow.number.desc()).limit(1))
    return None if found is None else JournalEntry.decode(found)
