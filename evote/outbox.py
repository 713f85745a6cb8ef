# SPDX-License-Identifier: AGPL-3.0-or-later
"""Messages on their way: posted in the transaction that makes them, handed over later.

A message waits under the election's key; its row is deleted once it has been handed over. A crash
in between hands it over again, so a transport writes the same message to the same place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from evote.database.common_tables import ElectionRow
from evote.database.connection import Database, DatabaseUnavailable
from evote.database.elections import HeldElection, RowDamaged, find_election
from evote.database.roll_tables import OutboxRow, PinWatchRow
from evote.keys import DoesNotOpen, ElectionKeys, KeyFolder, KeyUnavailable
from evote.roll.electors import Contact, NoSuchElector, read_elector, read_salt
from protocol.secret import Secret
from tally.errors import Refusal
from tally.files import write_file

# While one worker hands a message over, others leave it alone for so long.
LEASE_SECONDS: Final = 120
LONGEST_WAIT: Final = 3600
MOST_DOUBLINGS: Final = 10  # more are longer than the longest wait, whatever a damaged cell says


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """What a transport is given. ``number`` counts the messages of an election from 1."""

    uuid: str
    number: int
    kind: str
    recipient: Contact
    text: Secret[str]


@dataclass(frozen=True, slots=True)
class _Waiting:
    number: int
    elector: int
    kind: str
    sealed: bytes


class MessageDamaged(RowDamaged):
    """A message does not open, or its elector's row, by a key that is the right one."""


class TransportFailed(Exception):
    """The message could not be handed over now."""


class Transport(Protocol):
    """A way to reach electors."""

    def send(self, message: Message) -> None:
        """Hand the message over.

        Raises:
            TransportFailed: not now; it will be tried again.
        """


class FileTransport:
    """Writes each message to a file of its own, readable by its owner, to be handed out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: Message) -> None:
        """Write ``<uuid>-<number>.txt``; again if it is there."""
        to = message.recipient
        lines = [f"{to.surname} {to.given_name}", to.email, to.mobile, "", message.text.reveal()]
        path = self._folder / f"{message.uuid}-{message.number:06d}.txt"
        try:
            write_file(path, "\n".join([*lines, ""]).encode(), secret=True, replace=True)
        except Refusal as cause:
            raise TransportFailed(str(cause)) from cause


def post(
    connection: Connection,
    election: HeldElection,
    keys: ElectionKeys,
    elector: int,
    kind: str,
    text: Secret[str],
) -> None:
    """Put a message for an elector into the outbox; the caller has locked the election."""
    number = connection.execute(
        update(PinWatchRow)
        .where(PinWatchRow.election_id == election.id)
        .values(messages=PinWatchRow.messages + 1)
        .returning(PinWatchRow.messages)
    ).scalar_one()
    sealed = keys.seal(("outbox", number, elector, kind), text.reveal().encode())
    row = {"number": number, "elector": elector, "kind": kind, "sealed": sealed}
    connection.execute(insert(OutboxRow), {**election.place, **row})


def deliver(database: Database, folder: KeyFolder, transport: Transport, now: int) -> int:
    """Hand over every message that is due, once each; return how many went out.

    Raises:
        Exception: the first that kept messages of an election back: its key is missing, a row of
            it is damaged (``MessageDamaged``), or the database says what none can say; it
            waits, and all of that election where the key is missing; all others went out.
    """
    with database.read() as connection:
        elections = connection.scalars(select(OutboxRow.election_id).distinct()).all()
    sent, waiting = 0, list[Exception]()
    for election in sorted(elections):
        try:
            sent += _deliver_of(election, database, folder, transport, now)
        except Exception as cause:  # noqa: BLE001 -- whatever it is, the others have their letters
            waiting.append(cause)
    if waiting:
        raise waiting[0]
    return sent


def _deliver_of(
    election: int, database: Database, folder: KeyFolder, transport: Transport, now: int
) -> int:
    sent, damaged = 0, list[Exception]()
    for number in _due(election, database, now):
        try:
            message = _claim(election, number, database, folder, now)
        except KeyUnavailable:
            raise  # it is so for all of them
        except DatabaseUnavailable as cause:
            _due(election, database, now)  # raises where it is so for all, not of a damaged page
            damaged.append(cause)
            continue
        except Exception as cause:  # noqa: BLE001 -- whatever it is, the others have their letters
            damaged.append(cause)
            continue
        if message is None:
            continue
        try:
            transport.send(message)
        except TransportFailed:
            continue  # it is due again when its lease is over
        with database.write() as connection:
            connection.execute(delete(OutboxRow).where(*_of(election, number)))
        sent += 1
    if damaged:
        raise damaged[0]
    return sent


def _due(election: int, database: Database, now: int) -> Sequence[int]:
    query = select(OutboxRow.number).where(OutboxRow.election_id == election, _is_due(now))
    with database.read() as connection:
        return connection.scalars(query.order_by(OutboxRow.number)).all()


def _claim(
    election: int, number: int, database: Database, folder: KeyFolder, now: int
) -> Message | None:
    """Return this message, and let nobody else have it for a while; None if somebody else has."""
    with database.write() as connection:
        row = connection.execute(
            select(
                ElectionRow.uuid,
                OutboxRow.number,
                OutboxRow.elector,
                OutboxRow.kind,
                OutboxRow.sealed,
                OutboxRow.tries,
            )
            .join(ElectionRow, ElectionRow.id == OutboxRow.election_id)
            .where(*_of(election, number), _is_due(now))
            .with_for_update(of=OutboxRow, skip_locked=True)
        ).one_or_none()
        if row is None:
            return None
        wait = min(LEASE_SECONDS * 2 ** min(row.tries, MOST_DOUBLINGS), LONGEST_WAIT)
        connection.execute(
            update(OutboxRow)
            .where(*_of(election, number))
            .values(tries=row.tries + 1, next_try_at=now + wait)
        )
        keys, held = folder.load(row.uuid), find_election(connection, row.uuid)
        waiting = _Waiting(row.number, row.elector, row.kind, row.sealed)
        return _opened(connection, held, keys, waiting)


def _of(election: int, number: int) -> tuple[ColumnElement[bool], ...]:
    return OutboxRow.election_id == election, OutboxRow.number == number


def _is_due(now: int) -> ColumnElement[bool]:
    # One that seems to wait longer than any does has a damaged hour.
    return or_(OutboxRow.next_try_at <= now, OutboxRow.next_try_at > now + LONGEST_WAIT)


def damaged_messages(connection: Connection, election: HeldElection, keys: ElectionKeys) -> int:
    """Return how many messages that wait do not open by this key.

    Raises:
        KeyUnavailable: the key is not that of this election.
    """
    columns = (OutboxRow.number, OutboxRow.elector, OutboxRow.kind, OutboxRow.sealed)
    damaged = 0
    for row in connection.execute(select(*columns).where(OutboxRow.election_id == election.id)):
        try:
            _opened(connection, election, keys, _Waiting(*row))
        except MessageDamaged:
            damaged += 1
    return damaged


def _opened(
    connection: Connection, held: HeldElection, keys: ElectionKeys, row: _Waiting
) -> Message:
    cell = "outbox.sealed"
    try:
        text = keys.open(("outbox", row.number, row.elector, row.kind), row.sealed).decode()
        cell = "elector.sealed"
        recipient = read_elector(connection, held, keys, row.elector)
    except (DoesNotOpen, NoSuchElector) as cause:
        read_salt(connection, held, keys)  # which another key does not open either
        raise MessageDamaged(held.uuid, cell) from cause
    return Message(held.uuid, row.number, row.kind, recipient, Secret(text))
