# SPDX-License-Identifier: AGPL-3.0-or-later
"""How close two backups may be: whoever holds both sees who signed in between, and which ballots.

So while a vote is open, an hour and ten ballots lie between them, or no ballot at all (ADR 16).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from evote.clock import HOUR
from evote.database.board_tables import BallotRow
from evote.database.common_tables import BackupRow, ElectionRow
from evote.database.elections import State

FEWEST_BALLOTS: Final = 10
TAKING_BALLOTS: Final = (State.OPEN.value, State.SUSPENDED.value)


@dataclass(frozen=True, slots=True)
class TooClose:
    """An open vote of which a backup now would tell too much.

    Attributes:
        uuid: its number.
        ballots: how many came since its last backup, at least one.
        since: seconds since that backup, None if there was none.
    """

    uuid: str
    ballots: int
    since: int | None


def ballots_of(connection: Connection) -> dict[int, int]:
    """Return how many ballots each election has, by its number in the database."""
    query = (
        select(ElectionRow.id, func.count(BallotRow.height))
        .outerjoin(BallotRow, BallotRow.election_id == ElectionRow.id)
        .group_by(ElectionRow.id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def too_close(connection: Connection, now: int) -> tuple[TooClose, ...]:
    """Return the open votes that forbid a backup now, unless a person asks for it all the same."""
    ballots = ballots_of(connection)
    query = (
        select(ElectionRow.id, ElectionRow.uuid, BackupRow.made_at, BackupRow.ballots)
        .outerjoin(BackupRow, BackupRow.election_id == ElectionRow.id)
        .where(ElectionRow.state.in_(TAKING_BALLOTS))
        .order_by(ElectionRow.uuid)
    )
    found = []
    for row in connection.execute(query):
        new = ballots[row.id] - (row.ballots or 0)
        since = None if row.made_at is None else now - row.made_at
        if new > 0 and (new < FEWEST_BALLOTS or (since is not None and since < HOUR)):
            found.append(TooClose(row.uuid, new, since))
    return tuple(found)


def remember_backup(connection: Connection, made_at: int, ballots: Mapping[int, int]) -> None:
    """Write down when a backup was made, and how many ballots of each election it has."""
    places = select(ElectionRow.id, ElectionRow.school_id).where(ElectionRow.id.in_(ballots))
    rows = [
        {
            "school_id": row.school_id,
            "election_id": row.id,
            "made_at": made_at,
            "ballots": ballots[row.id],
        }
        for row in connection.execute(places)
    ]
    connection.execute(delete(BackupRow).where(BackupRow.election_id.in_(ballots)))
    if rows:
        connection.execute(insert(BackupRow), rows)
