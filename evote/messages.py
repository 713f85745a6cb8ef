# SPDX-License-Identifier: AGPL-3.0-or-later
"""A message to an elector: posted in the transaction that makes it, opened to be handed over.

It waits under the election's key, for its own place, until evote/outbox.py hands it over.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, insert, select, update

from evote.database.elections import HeldElection, RowDamaged, State
from evote.database.roll_tables import OutboxRow, PinWatchRow
from evote.keys import DoesNotOpen, ElectionKeys
from evote.roll.electors import Contact, NoSuchElector, read_elector, read_salt
from protocol.secret import Secret

# What it says is of no use to an elector any more.
OVER: Final = tuple(
    each.value for each in (State.CLOSED, State.TALLIED, State.ARCHIVED, State.CANCELLED)
)


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """What a transport is given. ``number`` counts the messages of an election from 1."""

    uuid: str
    number: int
    kind: str
    recipient: Contact
    text: Secret[str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message as its row has it."""

    number: int
    elector: int
    kind: str
    sealed: bytes


class MessageDamaged(RowDamaged):
    """A message does not open, or its elector's row, by a key that is the right one."""


def post(
    connection: Connection,
    election: HeldElection,
    keys: ElectionKeys,
    elector: int,
    kind: str,
    text: Secret[str],
) -> None:
    """Put a message for an elector into the outbox; the caller has locked the election.

    Once it has gone out, those that were posted before to the same elector are of no use any more.
    """
    number = connection.execute(
        update(PinWatchRow)
        .where(PinWatchRow.election_id == election.id)
        .values(messages=PinWatchRow.messages + 1)
        .returning(PinWatchRow.messages)
    ).scalar_one()
    sealed = keys.seal(("outbox", number, elector, kind), text.reveal().encode())
    row = {"number": number, "elector": elector, "kind": kind, "sealed": sealed}
    connection.execute(insert(OutboxRow), {**election.place, **row})


def damaged_messages(connection: Connection, election: HeldElection, keys: ElectionKeys) -> int:
    """Return how many messages that wait do not open by this key.

    Raises:
        KeyUnavailable: the key is not that of this election.
    """
    columns = (OutboxRow.number, OutboxRow.elector, OutboxRow.kind, OutboxRow.sealed)
    damaged = 0
    for row in connection.execute(select(*columns).where(OutboxRow.election_id == election.id)):
        try:
            open_message(connection, election, keys, Waiting(*row))
        except MessageDamaged:
            damaged += 1
    return damaged


def find_recipient(
    connection: Connection, held: HeldElection, keys: ElectionKeys, elector: int
) -> Contact:
    """Return to whom messages for an elector go.

    Raises:
        NoSuchElector: the roll has none of this number.
        MessageDamaged: the row of this one does not open: nothing can be handed over.
        KeyUnavailable: the key is not that of this election.
    """
    try:
        return read_elector(connection, held, keys, elector)
    except (DoesNotOpen, TypeError) as cause:  # SQLite may give a text where bytes were put
        raise _damaged(connection, held, keys, "elector.sealed") from cause


def open_message(
    connection: Connection, held: HeldElection, keys: ElectionKeys, row: Waiting
) -> Message:
    """Return a message with to whom it goes.

    Raises:
        MessageDamaged: it does not open, or the row of its elector.
        KeyUnavailable: the key is not that of this election.
    """
    try:
        text = keys.open(("outbox", row.number, row.elector, row.kind), row.sealed).decode()
    except (DoesNotOpen, TypeError) as cause:
        raise _damaged(connection, held, keys, "outbox.sealed") from cause
    try:
        recipient = find_recipient(connection, held, keys, row.elector)
    except NoSuchElector as cause:
        raise _damaged(connection, held, keys, "elector.sealed") from cause
    return Message(held.uuid, row.number, row.kind, recipient, Secret(text))


def _damaged(
    connection: Connection, held: HeldElection, keys: ElectionKeys, cell: str
) -> MessageDamaged:
    read_salt(connection, held, keys)  # which another key does not open either
    return MessageDamaged(held.uuid, cell)
