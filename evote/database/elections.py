# SPDX-License-Identifier: AGPL-3.0-or-later
"""An election as the server holds it: found, or locked by the one who changes it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, cast

from sqlalchemy import Column, Connection, Select, Table, bindparam, select, update

from evote.database.cells import DamagedText, as_they_are, is_of_type
from evote.database.common_tables import ElectionRow
from protocol.events import EventKind, Head


class State(Enum):
    """How far an election has come; only ``OPEN`` takes ballots."""

    DRAFT = "draft"
    SEALED = "sealed"
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    TALLIED = "tallied"
    ARCHIVED = "archived"
    CANCELLED = "cancelled"


# What the columns that are no free text can say.
WORDS: Final[Mapping[str, frozenset[str]]] = {
    "state": frozenset(each.value for each in State),
    "head_kind": frozenset(each.value for each in EventKind),
}


class UnknownElection(LookupError):
    """No election has this number here."""


class RowDamaged(Exception):
    """The row of an election says what no election can say: its number, and the column."""

    def __init__(self, uuid: str, column: str) -> None:
        super().__init__(f"election {uuid}: its row is damaged ({column})")
        self.uuid = uuid
        self.column = column


@dataclass(frozen=True, slots=True)
class HeldElection:
    """What the election's row said when it was read; true until the end of a transaction with lock.

    ``id`` and ``school_id`` stand in every row of the election.
    """

    id: int
    school_id: int
    uuid: str
    state: State
    archive_timestamp: int
    opens_at: int
    closes_at: int
    grace_seconds: int
    setup_signatures: bytes | None
    head: Head | None
    server: bytes | None
    booth: bytes | None

    @property
    def place(self) -> dict[str, int]:
        """The two columns that every row of this election has."""
        return {"school_id": self.school_id, "election_id": self.id}


def find_election(connection: Connection, uuid: str, *, drafts: bool = False) -> HeldElection:
    """Return the election with this number, as it is now.

    Raises:
        UnknownElection: there is none; or a draft, unless ``drafts`` are asked for.
        RowDamaged: see there.
    """
    return _held(connection, _FIND, uuid, drafts=drafts)


def lock_election(connection: Connection, uuid: str, *, drafts: bool = False) -> HeldElection:
    """Return the election, which nobody else changes until this transaction ends.

    Raises:
        UnknownElection: there is none; or a draft, unless ``drafts`` are asked for.
        RowDamaged: see there.
    """
    return _held(connection, _LOCK, uuid, drafts=drafts)


def set_state(connection: Connection, election: HeldElection, state: State) -> None:
    """Write the state; whether the step is allowed is the caller's to know, who has the lock."""
    mine = ElectionRow.id == election.id
    connection.execute(update(ElectionRow).where(mine).values(state=state.value))


_TABLE = cast("Table", ElectionRow.__table__)
_COLUMNS = select(*as_they_are(_TABLE))
# Made once: a statement is costlier to put together than to run.
_FIND = _COLUMNS.where(ElectionRow.uuid == bindparam("uuid"))
# NO KEY UPDATE: rows that name this election by foreign key may still be written.
_LOCK = _FIND.with_for_update(key_share=True)


def _held(connection: Connection, query: Select[Any], uuid: str, *, drafts: bool) -> HeldElection:
    if isinstance(uuid, DamagedText):  # the database's own: by it nothing is found
        raise RowDamaged(uuid, "uuid")
    row = connection.execute(query, {"uuid": uuid}).one_or_none()
    if row is None or (row.state == State.DRAFT.value and not drafts):
        raise UnknownElection("no election has this number")
    for column in damaged_columns(row):
        raise RowDamaged(row.uuid, column)
    head = None
    if row.head_height is not None:
        if None in (row.head_hash, row.head_kind):
            raise RowDamaged(row.uuid, "head_height")
        head = Head(row.head_height, row.head_hash, EventKind(row.head_kind))
    return HeldElection(
        id=row.id,
        school_id=row.school_id,
        uuid=row.uuid,
        state=State(row.state),
        archive_timestamp=row.archive_timestamp,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        grace_seconds=row.grace_seconds,
        setup_signatures=row.setup_signatures,
        head=head,
        server=row.server,
        booth=row.booth,
    )


def damaged_columns(row: Sequence[object]) -> Iterator[str]:
    """Give the columns of an election's row, in their order, that cannot be as they are.

    Args:
        row: the value of every column, as the database gives it.
    """
    for column, value in zip(_TABLE.columns, row, strict=True):
        if not _can_say(column, value):
            yield column.name
    if row[_TIMES[0]] != row[_TIMES[1]]:
        yield _TABLE.columns[_TIMES[0]].name


_TIMES: Final = [
    _TABLE.columns.keys().index(name) for name in ("archive_timestamp", "archive_timestamp_again")
]


def _can_say(column: Column[Any], value: object) -> bool:
    words = WORDS.get(column.name)
    return is_of_type(column, value) and (words is None or value is None or value in words)
