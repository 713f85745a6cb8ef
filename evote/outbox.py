# SPDX-License-Identifier: AGPL-3.0-or-later
"""Messages on their way: those of evote/messages.py that wait are handed over.

The row of one is deleted once it has been handed over. A crash in between hands it over again, so
a transport writes the same message to the same place.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from evote.database.common_tables import ElectionRow
from evote.database.connection import Database, DatabaseUnavailable
from evote.database.elections import find_election
from evote.database.one_by_one import of_one, read_of_all, require_answer
from evote.database.roll_tables import OutboxRow
from evote.keys import KeyFolder, KeyUnavailable
from evote.messages import OVER, Message, Waiting, open_message
from tally.errors import Refusal
from tally.files import write_file

# While one worker hands a message over, others leave it alone for so long.
LEASE_SECONDS: Final = 120
LONGEST_WAIT: Final = 3600
MOST_DOUBLINGS: Final = 10  # more are longer than the longest wait, whatever a damaged cell says


@dataclass(frozen=True, slots=True)
class Kept:
    """Why a message of this election, or all of them, did not go out."""

    uuid: str
    cause: Exception


class KeptBack(Exception):
    """Messages that are due wait; all others went out.

    Attributes:
        sent: how many did, be it that the database keeps one, which then goes out again.
        kept: why the others did not: one for each damaged message (``MessageDamaged``), and for
            each election whose key is missing (``KeyUnavailable``) or for which the database does
            not answer or says what none can say; one for each that could not be handed over now
            (``TransportFailed``), which is due again when its lease is over.
    """

    def __init__(self, sent: int, kept: Sequence[Kept]) -> None:
        super().__init__(f"messages wait: {len(kept)} causes")
        self.sent = sent
        self.kept = tuple(kept)


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


def deliver(database: Database, folder: KeyFolder, transport: Transport, now: int) -> int:
    """Hand over every message that is due, once each; return how many went out.

    Those of a vote that is over are of no use any more: they stay where they are.

    Raises:
        KeptBack: some could not be handed over; all others were.
        DatabaseUnavailable: it answers for no election.
    """
    round_ = _Round(database, folder, transport, now)
    for election, uuid in _elections(database):
        round_.deliver_of(election, uuid)
    if round_.kept:
        raise KeptBack(round_.sent, round_.kept)
    return round_.sent


def count_waiting(connection: Connection) -> tuple[int, bool]:
    """Return how many messages wait of votes that are not over, and whether any was tried."""
    query = (
        select(func.count(), func.max(OutboxRow.tries))
        .join_from(OutboxRow, ElectionRow, ElectionRow.id == OutboxRow.election_id)
        .where(ElectionRow.state.not_in(OVER))
    )
    waiting, tries = connection.execute(query).one()
    return waiting, bool(tries)


@dataclass(slots=True)
class _Round:
    database: Database
    folder: KeyFolder
    transport: Transport
    now: int
    sent: int = 0
    kept: list[Kept] = field(default_factory=list)

    def deliver_of(self, election: int | None, uuid: str) -> None:
        """Hand over what is due of an election, by its number in the database if that is known."""
        try:
            if election is None:
                raise DatabaseUnavailable
            for number in _due(election, self.database, self.now):
                self._try(election, uuid, number)
        except Exception as cause:  # noqa: BLE001 -- whatever it is, the others have their letters
            self._keep(uuid, cause)

    def _try(self, election: int, uuid: str, number: int) -> None:
        try:
            self._hand_over(election, number)
        except KeyUnavailable:
            raise  # it is so for all of them
        except Exception as cause:  # noqa: BLE001 -- whatever it is, the others have their letters
            self._keep(uuid, cause)

    def _hand_over(self, election: int, number: int) -> None:
        message = _claim(election, number, self.database, self.folder, self.now)
        if message is None:
            return
        self.transport.send(message)
        self.sent += 1
        with self.database.write() as connection:
            connection.execute(delete(OutboxRow).where(*_of(election, number)))
        with contextlib.suppress(DatabaseUnavailable):  # what does not answer is told as that
            _drop_before(self.database, election, message)

    def _keep(self, uuid: str, cause: Exception) -> None:
        if isinstance(cause, DatabaseUnavailable):
            require_answer(self.database)  # what is so of a damaged page alone is said of this one
        self.kept.append(Kept(uuid, cause))


def _elections(database: Database) -> tuple[tuple[int | None, str], ...]:
    """Return the number in the database of each vote that is not over, None if it is not read."""
    # Not by their messages, of which a page may be damaged.
    query = (
        select(ElectionRow.id, ElectionRow.uuid)
        .where(ElectionRow.state.not_in(OVER))
        .order_by(ElectionRow.id)
    )

    def read(connection: Connection, uuid: str | None) -> tuple[tuple[int | None, str], ...]:
        return tuple((row.id, row.uuid) for row in connection.execute(of_one(query, uuid)))

    return read_of_all(database, read, unread=lambda uuid: ((None, uuid),))


def _due(election: int, database: Database, now: int) -> Sequence[int]:
    mine = select(OutboxRow.number).where(OutboxRow.election_id == election)
    query = mine.order_by(OutboxRow.number)
    try:
        with database.read() as connection:
            return connection.scalars(query.where(_is_due(now))).all()
    except DatabaseUnavailable:
        # As of a damaged page. Their numbers stand on others too: each is then asked by itself.
        with database.read() as connection:
            return connection.scalars(query).all()


def _drop_before(database: Database, election: int, message: Message) -> None:
    """Take out what waits for an elector who has just had a later one: a PIN that is void."""
    before = OutboxRow.number < message.number
    mine = OutboxRow.election_id == election, OutboxRow.elector == message.recipient.elector
    with database.write() as connection:
        connection.execute(delete(OutboxRow).where(*mine, before))


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
        waiting = Waiting(row.number, row.elector, row.kind, row.sealed)
        return open_message(connection, held, keys, waiting)


def _of(election: int, number: int) -> tuple[ColumnElement[bool], ...]:
    return OutboxRow.election_id == election, OutboxRow.number == number


def _is_due(now: int) -> ColumnElement[bool]:
    # One that seems to wait longer than any does has a damaged hour.
    return or_(OutboxRow.next_try_at <= now, OutboxRow.next_try_at > now + LONGEST_WAIT)
