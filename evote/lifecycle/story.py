# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one place that adds to the journal: each entry is judged as the verifier will judge it.

What has been told so far is read again from the journal itself, under the election's lock, and the
next entry must follow from it: docs/protocol.md §19.3. A step that this refuses changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from evote.board.journal import append_entry, read_entries
from evote.board.listing import setup_bytes
from evote.database.board_tables import EventRow
from evote.database.elections import HeldElection, State, set_state
from evote.lifecycle.states import NotNow
from protocol.election import Election
from protocol.encoding import sha256_hex
from protocol.errors import ProtocolError
from protocol.journal import JournalEntry
from protocol.journal_bodies import Body
from protocol.journal_state import JournalState
from protocol.trustee_signatures import TrusteeSignature
from tally.errors import cite


@dataclass(frozen=True, slots=True)
class Story:
    """An election as it was sealed, and what its journal has told since."""

    held: HeldElection
    sealed: Election
    told: JournalState

    def at(self, held: HeldElection) -> "Story":
        """Return the same story of an election that has changed in this transaction."""
        return replace(self, held=held)


def read_story(connection: Connection, held: HeldElection) -> Story:
    """Return the story of an election so far."""
    sealed = Election.decode(setup_bytes(connection, held)[0])
    state = JournalState.start(sealed, setup_event(connection, held))
    return Story(held, sealed, state.after_all(read_entries(connection, held)))


def setup_event(connection: Connection, held: HeldElection) -> str:
    """Return the hash of the ``Setup`` event."""
    query = select(EventRow.event).where(EventRow.election_id == held.id, EventRow.height == 0)
    return sha256_hex(connection.execute(query).scalar_one())


def tell(
    connection: Connection,
    story: Story,
    now: int,
    body: Body,
    signatures: Iterable[TrusteeSignature] = (),
) -> Story:
    """Append an entry and return the story with it.

    Raises:
        NotNow: it may not follow; the caller lets the transaction fail.
    """
    entry = append_entry(connection, story.held, now, body, signatures)
    try:
        JournalEntry.decode(entry.encode())
        return replace(story, told=story.told.after(entry))
    except ProtocolError as cause:
        raise NotNow(
            f"le journal de l'élection ne permet pas cette étape {cite(cause)}",
            "rien n'a été changé ; evote election state dit où elle en est",
        ) from cause


def move(connection: Connection, story: Story, state: State) -> Story:
    """Write the state to which the last entry has led."""
    set_state(connection, story.held, state)
    return story.at(replace(story.held, state=state))
