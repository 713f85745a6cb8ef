# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the pages of a board show: docs/protocol.md §8, §9.5, §10.1. All of it is public."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from evote.database.board_tables import BallotRow, DatumRow, EventRow
from evote.database.elections import HeldElection
from protocol.errors import MalformedError

# Election object, trustees, public credentials.
SETUP_DATA: Final = 3


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """An event as the list shows it; ``tracker`` only of a ballot."""

    height: int
    kind: str
    hash: str
    tracker: str | None


@dataclass(frozen=True, slots=True)
class ListedBallot:
    """By what a ballot is found: its tracker, or its public credential."""

    tracker: str
    credential: str


def setup_bytes(connection: Connection, election: HeldElection) -> tuple[bytes, bytes, bytes]:
    """Return the exact bytes of election object, trustees and public credentials: §8.2 to §8.4.

    Raises:
        MalformedError: they are not there: the database is damaged.
    """
    query = (
        select(DatumRow.data)
        .where(DatumRow.election_id == election.id, DatumRow.height == 0)
        .order_by(DatumRow.ordinal)
    )
    found = tuple(connection.scalars(query))
    if len(found) < SETUP_DATA:
        raise MalformedError("the board has not the data of its set-up", section="8.2")
    sealed, trustees, credentials, *_ = found
    return sealed, trustees, credentials


def list_events(
    connection: Connection, election: HeldElection, before: int, count: int
) -> tuple[ListedEvent, ...]:
    """Return up to ``count`` events below the height ``before``, the latest first."""
    same = (BallotRow.election_id == EventRow.election_id, BallotRow.height == EventRow.height)
    query = (
        select(EventRow.height, EventRow.kind, EventRow.hash, BallotRow.tracker)
        .outerjoin(BallotRow, same[0] & same[1])
        .where(EventRow.election_id == election.id, EventRow.height < before)
        .order_by(EventRow.height.desc())
        .limit(count)
    )
    return tuple(ListedEvent(*row) for row in connection.execute(query))


def list_ballots(
    connection: Connection, election: HeldElection, before: int
) -> tuple[ListedBallot, ...]:
    """Return what every ballot below the height ``before`` is found by, in the board's order."""
    query = (
        select(BallotRow.tracker, BallotRow.credential)
        .where(BallotRow.election_id == election.id, BallotRow.height < before)
        .order_by(BallotRow.height)
    )
    return tuple(ListedBallot(*row) for row in connection.execute(query))
