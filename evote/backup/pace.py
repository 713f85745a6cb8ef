# SPDX-License-Identifier: AGPL-3.0-or-later
"""How close two backups may be: whoever holds both sees who signed in between, and which ballots.

So an hour and ten ballots lie between them, or no ballot at all (ADR 16). Closing changes nothing:
the last one of before it and the first one after it are a pair too.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from evote.board.journal import last_entry
from evote.clock import HOUR
from evote.database.board_tables import BallotRow
from evote.database.common_tables import BackupRow, ElectionRow
from evote.database.elections import RowDamaged, State, find_election

FEWEST_BALLOTS: Final = 10
MINUTE: Final = 60
DAY: Final = 24 * HOUR
TAKING_BALLOTS: Final = (State.OPEN.value, State.SUSPENDED.value)


def number_in(cell: object) -> int | None:
    """Return the number in a cell of the last backup; None of what is none, as if never made.

    A damaged cell of one election would keep all of them from being saved.
    """
    return cell if isinstance(cell, int) else None


@dataclass(frozen=True, slots=True)
class TooClose:
    """A vote of which a backup now would tell too much.

    Attributes:
        uuid: its number.
        ballots: how many came since its last backup, at least one.
        since: seconds since that backup, None if there was none.
        is_over: whether no more will come.
    """

    uuid: str
    ballots: int
    since: int | None
    is_over: bool = False


def ballots_of(connection: Connection) -> dict[int, int]:
    """Return how many ballots each election has, by its number in the database."""
    query = (
        select(ElectionRow.id, func.count(BallotRow.height))
        .outerjoin(BallotRow, BallotRow.election_id == ElectionRow.id)
        .group_by(ElectionRow.id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def too_close(connection: Connection, now: int) -> tuple[TooClose, ...]:
    """Return the votes that forbid a backup now, unless a person asks for it all the same.

    Of a vote that is over, a first backup tells no more than its list of who signed in.
    """
    ballots = ballots_of(connection)
    query = (
        select(
            ElectionRow.id,
            ElectionRow.uuid,
            ElectionRow.state,
            BackupRow.made_at,
            BackupRow.ballots,
        )
        .outerjoin(BackupRow, BackupRow.election_id == ElectionRow.id)
        .order_by(ElectionRow.uuid)
    )
    found = []
    for row in connection.execute(query):
        saved, made_at = number_in(row.ballots), number_in(row.made_at)
        new = ballots[row.id] - (saved or 0)
        since = None if made_at is None else now - made_at
        is_over = row.state not in TAKING_BALLOTS
        if is_over and not saved:
            continue
        if new > 0 and (new < FEWEST_BALLOTS or (since is not None and since < HOUR)):
            found.append(TooClose(row.uuid, new, since, is_over))
    return tuple(found)


def is_quiet(connection: Connection, now: int) -> bool:
    """Tell whether a backup now would have nothing that the last one has not, as far as is known.

    The PINs of a whole school are made while it is sealed, and no journal tells it: so a sealed
    election is never quiet. Renewed PINs and decryptions are in no journal either: so nothing is
    quiet for longer than a day.
    """
    ballots = ballots_of(connection)
    query = select(
        ElectionRow.id,
        ElectionRow.uuid,
        ElectionRow.state,
        BackupRow.made_at,
        BackupRow.ballots,
        BackupRow.is_whole,
    ).outerjoin(BackupRow, BackupRow.election_id == ElectionRow.id)
    rows = connection.execute(query).all()
    return all(
        number_in(row.made_at) is not None
        and row.state != State.SEALED.value
        and row.is_whole
        and row.ballots == ballots[row.id]
        and 0 <= now - row.made_at < DAY
        and not _told_since(connection, row.uuid, row.made_at)
        for row in rows
    )


def _told_since(connection: Connection, uuid: str, made_at: int) -> bool:
    try:
        last = last_entry(connection, find_election(connection, uuid, drafts=True))
    except RowDamaged:
        return True  # whoever asks for a backup is to be told
    return last is not None and last.at + MINUTE > made_at  # times are whole minutes


def count_from_now(connection: Connection, now: int) -> bool:
    """Let the hour begin now after backups whose time is still to come; tell if there were some.

    The clock was ahead when they were made: how long ago that was, nobody knows.
    """
    rows = connection.execute(select(BackupRow.election_id, BackupRow.made_at))
    # Compared here: to SQLite any text is more than any number.
    ahead = [row.election_id for row in rows if (number_in(row.made_at) or 0) > now]
    if ahead:
        late = update(BackupRow).where(BackupRow.election_id.in_(ahead))
        connection.execute(late.values(made_at=now))
    return bool(ahead)


def remember_backup(
    connection: Connection,
    made_at: int,
    ballots: Mapping[int, int],
    *,
    is_whole: bool = True,
) -> None:
    """Write down when a backup was made, and how many ballots of each election it has.

    One of which nobody knows yet whether it brings elections back counts for the pace all the same.
    """
    places = select(ElectionRow.id, ElectionRow.school_id).where(ElectionRow.id.in_(ballots))
    rows = [
        {
            "school_id": row.school_id,
            "election_id": row.id,
            "made_at": made_at,
            "ballots": ballots[row.id],
            "is_whole": is_whole,
        }
        for row in connection.execute(places)
    ]
    connection.execute(delete(BackupRow).where(BackupRow.election_id.in_(ballots)))
    if rows:
        connection.execute(insert(BackupRow), rows)


def confirm_backup(
    connection: Connection, ballots: Mapping[int, int], wrong: Collection[str]
) -> None:
    """Write down that the last backup brings these elections back, but those of these numbers."""
    whole = select(ElectionRow.id).where(
        ElectionRow.id.in_(ballots), ElectionRow.uuid.not_in(tuple(wrong))
    )
    connection.execute(
        update(BackupRow).where(BackupRow.election_id.in_(whole)).values(is_whole=True)
    )
