# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions to a board: docs/protocol.md §8, §9.5, §10, §11.1."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BindParameter, Connection, bindparam, exists, func, select

from evote.board.appending import NewBallot
from evote.database.board_tables import AlphaRow, BallotRow, DatumRow, EventRow, RevokedRow
from evote.database.elections import HeldElection
from protocol.ballot import BallotContext
from protocol.election import Election
from protocol.encoding import sha256_hex
from protocol.events import Event
from protocol.public_credentials import PublicCredentials

# Asked at every cast, so made once: a statement is costlier to put together than to run.
_OF: Final[BindParameter[int]] = bindparam("of")
_CREDENTIAL: Final[BindParameter[str]] = bindparam("credential")
_ALPHAS: Final[BindParameter[str]] = bindparam("alphas", expanding=True)
_SAME = exists().where(BallotRow.election_id == _OF, BallotRow.ballot_hash == bindparam("hash"))
_VOTED = exists().where(BallotRow.election_id == _OF, BallotRow.credential == _CREDENTIAL)
_REVOKED = exists().where(RevokedRow.election_id == _OF, RevokedRow.credential == _CREDENTIAL)
_ALPHA = exists().where(AlphaRow.election_id == _OF, AlphaRow.alpha.in_(_ALPHAS))
_COMPARE = select(_SAME, _VOTED, _REVOKED, _ALPHA)


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
class OnBoard:
    """What of a new ballot is on the board already: §11.1, §13.5.

    Attributes:
        same: exactly these bytes.
        voted: a ballot of its credential.
        revoked: that its credential was replaced by a reserve.
        alpha: a choice with one of its α.
    """

    same: bool
    voted: bool
    revoked: bool
    alpha: bool


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


def compare_with_board(
    connection: Connection, election: HeldElection, ballot: NewBallot
) -> OnBoard:
    """Say what of a ballot is on the board already, by one question: §11.1."""
    asked = {
        "of": election.id,
        "hash": sha256_hex(ballot.data),
        "credential": ballot.credential,
        "alphas": ballot.alphas,
    }
    return OnBoard(*map(bool, connection.execute(_COMPARE, asked).one()))


def has_voted(connection: Connection, election: HeldElection, credential: str) -> bool:
    """Tell whether a ballot of this credential is on the board: §11.1."""
    return bool(connection.scalar(select(_VOTED), {"of": election.id, "credential": credential}))


def is_revoked(connection: Connection, election: HeldElection, credential: str) -> bool:
    """Tell whether this credential was replaced by a reserve."""
    return bool(connection.scalar(select(_REVOKED), {"of": election.id, "credential": credential}))


def count_revoked(connection: Connection, election: HeldElection) -> int:
    """Return how many credentials were replaced, which is how many reserves were given: §19.5."""
    query = select(func.count()).where(RevokedRow.election_id == election.id)
    return connection.scalar(query) or 0


def count_activated(connection: Connection, election: HeldElection, reserves: Iterable[str]) -> int:
    """Return how many reserves may vote: as many as electors' own credentials are void: §19.5."""
    mine = (
        RevokedRow.election_id == election.id,
        RevokedRow.credential.not_in(tuple(reserves)),
    )
    return connection.scalar(select(func.count()).where(*mine)) or 0


def count_voted(connection: Connection, election: HeldElection, credentials: Iterable[str]) -> int:
    """Return of how many of these credentials a ballot is on the board."""
    mine = (BallotRow.election_id == election.id, BallotRow.credential.in_(tuple(credentials)))
    return connection.scalar(select(func.count()).where(*mine)) or 0


def count_ballots(connection: Connection, election: HeldElection, before: int | None = None) -> int:
    """Return the number of ballots on the board, or of those below the height ``before``."""
    query = select(func.count()).select_from(BallotRow).where(BallotRow.election_id == election.id)
    if before is not None:
        query = query.where(BallotRow.height < before)
    return connection.scalar(query) or 0


def event_of_ballot(connection: Connection, election: HeldElection, data: bytes) -> Event:
    """Return the event of exactly this ballot, which is on the board: §10.1."""
    query = (
        select(EventRow.event)
        .join(BallotRow, BallotRow.height == EventRow.height)
        .where(EventRow.election_id == election.id, BallotRow.election_id == election.id)
        .where(BallotRow.ballot_hash == sha256_hex(data))
    )
    return Event.decode(connection.execute(query).scalar_one())


def find_ballots(
    connection: Connection, election: HeldElection, tracker: str, before: int
) -> tuple[FoundBallot, ...]:
    """Return the ballots with this tracker below the height ``before``; one, or none: §9.5."""
    query = (
        select(BallotRow.height, EventRow.hash, BallotRow.tracker, DatumRow.data)
        .join(EventRow, EventRow.height == BallotRow.height)
        .join(DatumRow, DatumRow.height == BallotRow.height)
        .where(*(row.election_id == election.id for row in (BallotRow, EventRow, DatumRow)))
        .where(BallotRow.tracker == tracker, BallotRow.height < before)
        .order_by(BallotRow.height)
    )
    return tuple(FoundBallot(*row) for row in connection.execute(query))
