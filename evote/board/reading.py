# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions to a board: docs/protocol.md §8, §9.5, §10, §11.1."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, exists, func, select

from evote.database.board_tables import AlphaRow, BallotRow, DatumRow, EventRow, RevokedRow
from evote.database.elections import HeldElection
from protocol.ballot import BallotContext
from protocol.election import Election
from protocol.public_credentials import PublicCredentials


@dataclass(frozen=True, slots=True)
class SealedSetup:
    """What was sealed, as a ballot meets it: §8. It never changes.

    ``credentials`` and ``reserves`` are public credentials in their text form.
    """

    election: Election
    context: BallotContext
    credentials: frozenset[str]
    reserves: frozenset[str]


@dataclass(frozen=True, slots=True)
class FoundBallot:
    """Where a ballot stands on the board, and its bytes: §9.3, §9.5."""

    height: int
    event_hash: str
    tracker: str
    data: bytes


def read_setup(connection: Connection, election: HeldElection) -> SealedSetup:
    """Return what was sealed, from the data of the ``Setup`` event: §8.5.

    Raises:
        ProtocolError: it is not what was stored, so the database is damaged.
    """
    data = select(DatumRow.data).where(DatumRow.election_id == election.id, DatumRow.height == 0)
    election_data, _, credentials_data, *_ = connection.scalars(data.order_by(DatumRow.ordinal))
    sealed = Election.decode(election_data)
    credentials = PublicCredentials.decode(credentials_data)
    return SealedSetup(
        election=sealed,
        context=sealed.context,
        credentials=frozenset(item.key.encode() for item in credentials.items),
        reserves=frozenset(key.encode() for key in (sealed.evote.reserves if sealed.evote else ())),
    )


def has_ballot(connection: Connection, election: HeldElection, ballot_hash: str) -> bool:
    """Tell whether exactly this ballot, by the hash of its bytes, is on the board."""
    return _any(connection, election, BallotRow.ballot_hash == ballot_hash)


def has_voted(connection: Connection, election: HeldElection, credential: str) -> bool:
    """Tell whether a ballot of this credential is on the board: §11.1."""
    return _any(connection, election, BallotRow.credential == credential)


def is_revoked(connection: Connection, election: HeldElection, credential: str) -> bool:
    """Tell whether this credential was replaced by a reserve."""
    mine = (RevokedRow.election_id == election.id, RevokedRow.credential == credential)
    return bool(connection.scalar(select(exists().where(*mine))))


def count_revoked(connection: Connection, election: HeldElection) -> int:
    """Return how many credentials were replaced, which is how many reserves may vote: §19.5."""
    query = select(func.count()).where(RevokedRow.election_id == election.id)
    return connection.scalar(query) or 0


def count_voted(connection: Connection, election: HeldElection, credentials: Iterable[str]) -> int:
    """Return of how many of these credentials a ballot is on the board."""
    mine = (BallotRow.election_id == election.id, BallotRow.credential.in_(tuple(credentials)))
    return connection.scalar(select(func.count()).where(*mine)) or 0


def has_alpha(connection: Connection, election: HeldElection, alphas: Sequence[str]) -> bool:
    """Tell whether any choice on the board has one of these α: §11.1."""
    mine = (AlphaRow.election_id == election.id, AlphaRow.alpha.in_(alphas))
    return bool(connection.scalar(select(exists().where(*mine))))


def count_ballots(connection: Connection, election: HeldElection) -> int:
    """Return the number of ballots on the board."""
    query = select(func.count()).select_from(BallotRow).where(BallotRow.election_id == election.id)
    return connection.scalar(query) or 0


def find_ballots(
    connection: Connection, election: HeldElection, tracker: str
) -> tuple[FoundBallot, ...]:
    """Return the ballots with this tracker, in the order of the board; one, or none: §9.5."""
    query = (
        select(BallotRow.height, EventRow.hash, BallotRow.tracker, DatumRow.data)
        .join(EventRow, EventRow.height == BallotRow.height)
        .join(DatumRow, DatumRow.height == BallotRow.height)
        .where(*(row.election_id == election.id for row in (BallotRow, EventRow, DatumRow)))
        .where(BallotRow.tracker == tracker)
        .order_by(BallotRow.height)
    )
    return tuple(FoundBallot(*row) for row in connection.execute(query))


def _any(connection: Connection, election: HeldElection, condition: ColumnElement[bool]) -> bool:
    query = select(exists().where(BallotRow.election_id == election.id, condition))
    return bool(connection.scalar(query))
