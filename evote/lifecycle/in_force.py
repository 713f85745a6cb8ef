# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of a sealed election is in force stands in its row: docs/protocol.md §19.3.

The journal decides; the row repeats it, so that nobody reads a journal to answer a parent.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, update

from evote.database.common_tables import ElectionRow
from evote.database.elections import HeldElection, State
from protocol.encoding import encode_json
from protocol.errors import ProtocolError
from protocol.journal import JournalEntry
from protocol.journal_bodies import Opened
from protocol.journal_phases import Phase
from protocol.journal_state import Hours, JournalState
from protocol.server_binding import BoothFile
from protocol.setup_signatures import SetupSignatures

STATES: Final = {
    Phase.SEALED: State.SEALED,
    Phase.OPEN: State.OPEN,
    Phase.SUSPENDED: State.SUSPENDED,
    Phase.CLOSED: State.CLOSED,
    Phase.CLOSING_SIGNED: State.CLOSED,
    Phase.TALLIED: State.TALLIED,
    Phase.ARCHIVED: State.ARCHIVED,
    Phase.CANCELLED: State.CANCELLED,
}


def put_in_force(
    connection: Connection, election: HeldElection, hours: Hours, booth: Iterable[BoothFile]
) -> HeldElection:
    """Write the row as ``election`` says it, with these hours and this booth; return it so.

    Its head is left as it stands, which moves with the board. Whether the step is allowed is the
    caller's to know, who has the lock.
    """
    held = replace(
        election,
        opens_at=hours.opens_at,
        closes_at=hours.closes_at,
        grace_seconds=hours.grace_seconds,
        booth=encode_booth(booth),
    )
    row = update(ElectionRow).where(ElectionRow.id == held.id)
    connection.execute(
        row.values(
            school_id=held.school_id,
            state=held.state.value,
            archive_timestamp=held.archive_timestamp,
            archive_timestamp_again=held.archive_timestamp,
            opens_at=held.opens_at,
            closes_at=held.closes_at,
            grace_seconds=held.grace_seconds,
            setup_signatures=held.setup_signatures,
            booth=held.booth,
        )
    )
    return held


def is_in_force(held: HeldElection, told: JournalState, entries: Iterable[JournalEntry]) -> bool:
    """Tell whether the row says what the journal of these entries has told."""
    if told.phase is None or held.state is not STATES[told.phase]:
        return False
    if Hours(held.opens_at, held.closes_at, held.grace_seconds) != told.hours:
        return False
    if held.booth != encode_booth(told.booth):
        return False
    return all(
        _signatures(held) == SetupSignatures(told.uuid, told.setup_event, body.setup_signatures)
        for body in (entry.body for entry in entries)
        if isinstance(body, Opened)
    )


def _signatures(held: HeldElection) -> SetupSignatures | None:
    try:
        return SetupSignatures.decode(held.setup_signatures or b"")
    except ProtocolError:
        return None


def encode_booth(files: Iterable[BoothFile]) -> bytes:
    """Return the canonical JSON of these files, by which two booths are compared: §8.3."""
    return encode_json([each.encode() for each in files])
