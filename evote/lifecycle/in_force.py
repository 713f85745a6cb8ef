# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of a sealed election is in force stands in its row: docs/protocol.md §19.3.

The journal decides; the row repeats it, so that nobody reads a journal to answer a parent.
"""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, update

from evote.database.common_tables import ElectionRow
from evote.database.elections import HeldElection
from protocol.encoding import encode_json
from protocol.journal_state import Hours
from protocol.server_binding import BoothFile


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
            opens_at=held.opens_at,
            closes_at=held.closes_at,
            grace_seconds=held.grace_seconds,
            setup_signatures=held.setup_signatures,
            booth=held.booth,
        )
    )
    return held


def encode_booth(files: Iterable[BoothFile]) -> bytes:
    """Return the canonical JSON of these files, by which two booths are compared: §8.3."""
    return encode_json([each.encode() for each in files])
