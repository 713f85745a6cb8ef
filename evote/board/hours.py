# SPDX-License-Identifier: AGPL-3.0-or-later
"""The hours of the election's row are those in force: as sealed, or last amended: §8.3, §19.3.

The row repeats them, so that nobody reads a journal to answer a parent; on a disk its numbers
change without a word.
"""

from dataclasses import astuple, fields
from typing import Final

from sqlalchemy import BindParameter, Connection, bindparam, select

from evote.board.journal import readable_entry
from evote.board.listing import setup_bytes
from evote.database.common_tables import JournalRow
from evote.database.elections import HeldElection, RowDamaged
from protocol.election import Election
from protocol.errors import ProtocolError
from protocol.journal_bodies import HoursChanged
from protocol.journal_kinds import EntryKind
from protocol.journal_state import Hours, require_server

_OF: Final[BindParameter[int]] = bindparam("of")
_ENTRIES = select(JournalRow.entry).where(JournalRow.election_id == _OF)
_AMENDED = (
    _ENTRIES.where(JournalRow.kind == EntryKind.HOURS_CHANGED.value)
    .order_by(JournalRow.number.desc())
    .limit(1)
)


class HoursDamaged(RowDamaged):
    """The row says other hours than what was signed, or that cannot be read: which column."""


class KnownHours:
    """The hours of each election that were last found to be those in force.

    They are compared again when the row says others; shared by all threads of a process.
    """

    def __init__(self) -> None:
        self._last: dict[str, Hours] = {}

    def require(self, connection: Connection, election: HeldElection) -> None:
        """Let go on by the hours of the row; raises what ``require_hours`` does."""
        if self._last.get(election.uuid) != hours_of(election):
            require_hours(connection, election)
            self._last[election.uuid] = hours_of(election)


def require_hours(connection: Connection, election: HeldElection) -> None:
    """Check that the hours of the row are those in force: docs/protocol.md §19.3.

    Args:
        connection: in the transaction that has locked the election, or that sees one state.
        election: sealed, as that transaction sees it.

    Raises:
        HoursDamaged: they are others, or what was signed cannot be read.
    """
    said = hours_of(election)
    in_force = _sealed(connection, election)
    if said == (_amended(connection.scalar(_AMENDED, {"of": election.id})) or in_force):
        return
    # The kind beside an entry only repeats what the entry says.
    entries = connection.scalars(_ENTRIES.order_by(JournalRow.number), {"of": election.id}).all()
    for entry in entries:
        in_force = _amended(entry) or in_force
    if in_force != said and not all(map(_is_readable, entries)):
        raise HoursDamaged(election.uuid, "journal_entry.entry")
    names = (field.name for field in fields(Hours))
    for name, true, here in zip(names, astuple(in_force), astuple(said), strict=True):
        if true != here:
            raise HoursDamaged(election.uuid, name)


def hours_of(election: HeldElection) -> Hours:
    """Return the hours that the row says."""
    return Hours(election.opens_at, election.closes_at, election.grace_seconds)


def _sealed(connection: Connection, election: HeldElection) -> Hours:
    try:
        evote = require_server(Election.decode(setup_bytes(connection, election)[0]))
    except (ProtocolError, TypeError) as cause:
        raise HoursDamaged(election.uuid, "board_data.data") from cause
    return Hours(evote.opens_at, evote.closes_at, evote.grace_seconds)


def _amended(entry: bytes | None) -> Hours | None:
    """Return what an entry makes the hours; None if it leaves them, or cannot be read."""
    read = None if entry is None else readable_entry(entry)
    if read is None or not isinstance(read.body, HoursChanged):
        return None
    changed = read.body
    return Hours(changed.opens_at, changed.closes_at, changed.grace_seconds)


def _is_readable(entry: bytes) -> bool:
    return readable_entry(entry) is not None
