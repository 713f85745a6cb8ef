# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of an election is published: whoever shows anything to the public reads this first.

Between two steps nothing public shows more than the last one: docs/protocol.md §18.7.
"""

from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import Connection, Table, select

from evote.database.cells import as_bytes, as_they_are, is_of_type
from evote.database.common_tables import PublishedRow
from evote.database.derived import without_sense
from evote.database.elections import HeldElection, UnknownElection
from protocol.merkle import HASH_BYTES, LogPosition
from protocol.server_binding import BOARD, JOURNAL

_LOGS: Final = frozenset({BOARD, JOURNAL})


class NothingPublished(UnknownElection):
    """The election is sealed, and its first step is still to come."""


class DoesNotFollow(Exception):
    """This database is not, or not surely, the one that was published from: one sentence."""

    def __init__(self, uuid: str, why: str) -> None:
        super().__init__(f"election {uuid}: {why}")
        self.uuid = uuid


class PublishedDamaged(DoesNotFollow):
    """What the database keeps of a published tree, or of its entries, contradicts itself."""


@dataclass(frozen=True, slots=True)
class PublishedLog:
    """A log as its last step left it.

    Attributes:
        size: how many entries are public.
        root: over them, 64 hexadecimal digits.
        hashes: the roots of the complete subtrees, largest first, 32 bytes each.
        stamp: the time that was signed; never less than an earlier one.
        stepped_at: when the step was, by the server's own clock.
        note: the checkpoint with its signature, its stamp and the lines of witnesses.
    """

    size: int
    root: str
    hashes: tuple[bytes, ...]
    stamp: int
    stepped_at: int
    note: bytes

    @property
    def position(self) -> LogPosition:
        """Size and root."""
        return LogPosition(self.size, self.root)

    @property
    def says_how_far(self) -> bool:
        """Whether size and root say anything: of nothing there is no step, nor of no root."""
        return self.size > 0 and bool(self.root)


@dataclass(frozen=True, slots=True)
class Published:
    """Both logs after the same step: no entry of the journal names more of the board."""

    board: PublishedLog
    journal: PublishedLog

    def log(self, name: str) -> PublishedLog:
        """Return the board or the journal, by its name."""
        return self.board if name == BOARD else self.journal


def find_published(connection: Connection, election: HeldElection) -> Published | None:
    """Return what is published, None before the first step.

    Raises:
        PublishedDamaged: of one log alone: both move at once.
    """
    logs = published_logs(connection, election)
    if not logs:
        return None
    if logs.keys() != _LOGS:
        raise PublishedDamaged(election.uuid, "what is published of one of its logs is missing")
    return Published(logs[BOARD], logs[JOURNAL])


def published_logs(connection: Connection, election: HeldElection) -> dict[str, PublishedLog]:
    """Return what the rows say, by the name of the log, whether both are there or not.

    Raises:
        PublishedDamaged: a cell has what its column cannot have.
    """
    rows = connection.execute(
        select(PublishedRow.log, *_COLUMNS).where(PublishedRow.election_id == election.id)
    ).all()
    for row in rows:
        require_of_type(election.uuid, row)
    return {row.log: _log_of(*row[1:]) for row in rows}


def readable_logs(connection: Connection, election: HeldElection) -> dict[str, PublishedLog]:
    """Return what the rows say as a restore of them would read it, damaged or not.

    A cell that has what its column cannot have says nothing: ``evote.database.derived``. So nothing
    that is signed or taken may go on from this.
    """
    rows = connection.execute(_AS_THEY_ARE.where(PublishedRow.election_id == election.id))
    readable: list[dict[str, Any]] = [
        {
            column.name: each if is_of_type(column, each) else without_sense(column, as_bytes(each))
            for column, each in zip(_TABLE.columns, row, strict=True)
        }
        for row in rows
    ]
    return {
        str(cells["log"]): _log_of(*(cells[column.key] for column in _COLUMNS))
        for cells in readable
    }


def _log_of(
    size: int, root: str, hashes: bytes, stamp: int, stepped_at: int, note: bytes
) -> PublishedLog:
    return PublishedLog(size, root, split_hashes(hashes), stamp, stepped_at, note)


def require_of_type(uuid: str, row: object) -> None:
    """Check that each cell of a row of what is published is one that its column can have.

    Args:
        uuid: of the election.
        row: with columns of that table, under their names, and others.

    Raises:
        PublishedDamaged: one is not: SQLite gives whatever stands in its file.
    """
    for column in _TABLE.columns:
        name = column.name
        if hasattr(row, name) and not is_of_type(column, getattr(row, name)):
            raise PublishedDamaged(uuid, f"the cell {name} of what is published is damaged")


def read_published(connection: Connection, election: HeldElection) -> Published:
    """Return what is published.

    Raises:
        NothingPublished: before the first step.
        PublishedDamaged: of one log alone.
    """
    published = find_published(connection, election)
    if published is None:
        raise NothingPublished("nothing of this election is published yet")
    return published


_TABLE: Final = cast("Table", PublishedRow.__table__)
_AS_THEY_ARE: Final = select(*as_they_are(_TABLE))
_COLUMNS = (
    PublishedRow.size,
    PublishedRow.root,
    PublishedRow.hashes,
    PublishedRow.stamp,
    PublishedRow.stepped_at,
    PublishedRow.note,
)


def split_hashes(joined: bytes) -> tuple[bytes, ...]:
    """Return the hashes of a row one by one; of a damaged one the last may be too short."""
    return tuple(joined[i : i + HASH_BYTES] for i in range(0, len(joined), HASH_BYTES))
