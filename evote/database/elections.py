# SPDX-License-Identifier: AGPL-3.0-or-later
"""An election as the server holds it: found, or locked by the one who changes it."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

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


class UnknownElection(LookupError):
    """No election has this number here."""


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
    """
    return _held(connection.execute(_FIND, {"uuid": uuid}).one_or_none(), drafts=drafts)


def lock_election(connection: Connection, uuid: str, *, drafts: bool = False) -> HeldElection:
    """Return the election, which nobody else changes until this transaction ends.

    Raises:
        UnknownElection: there is none; or a draft, unless ``drafts`` are asked for.
    """
    return _held(connection.execute(_LOCK, {"uuid": uuid}).one_or_none(), drafts=drafts)


def set_state(connection: Connection, election: HeldElection, state: State) -> None:
    """Write the state; whether the step is allowed is the caller's to know, who has the lock."""
    mine = ElectionRow.id == election.id
    connection.execute(update(ElectionRow).where(mine).values(state=state.value))


_COLUMNS = select(
    ElectionRow.id,
    ElectionRow.school_id,
    ElectionRow.uuid,
    ElectionRow.state,
    ElectionRow.archive_timestamp,
    ElectionRow.opens_at,
    ElectionRow.closes_at,
    ElectionRow.grace_seconds,
    ElectionRow.setup_signatures,
    ElectionRow.head_height,
    ElectionRow.head_hash,
    ElectionRow.head_kind,
    ElectionRow.server,
    ElectionRow.booth,
)
# Made once: a statement is costlier to put together than to run.
_FIND = _COLUMNS.where(ElectionRow.uuid == bindparam("uuid"))
# NO KEY UPDATE: rows that name this election by foreign key may still be written.
_LOCK = _FIND.with_for_update(key_share=True)


def _held(row: Row[*tuple[Any, ...]] | None, *, drafts: bool) -> HeldElection:
    if row is None or (row.state == State.DRAFT.value and not drafts):
        raise UnknownElection("no election has this number")
    head = None
    if row.head_height is not None:
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
