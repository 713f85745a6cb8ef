# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening a vote, suspending and resuming it in public, noting an incident: §7.13, §19.2, §19.3.

A suspension never moves the closing time: docs/adr/0013.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, update

from evote.board.hours import require_hours
from evote.board.reading import count_ballots
from evote.clock import Clock
from evote.database.common_tables import ElectionRow
from evote.database.connection import Database
from evote.database.elections import HeldElection, State
from evote.election.french_calendar import say_with_day
from evote.election.opening import verify_signatures
from evote.errors import Refusal
from evote.lifecycle.boards import hosted_board
from evote.lifecycle.states import NotNow, find_held, locked, require_reason
from evote.lifecycle.story import move, read_story, tell
from evote.roll.sign_ins import count_signed_in
from protocol.journal_bodies import Archived, Incident, Opened, Resumed, Suspended
from protocol.setup_signatures import SetupSignatures
from tally.assembly import assemble_setup_signatures
from tally.boards import member_names
from tally.french import count
from tally.senders import Files

MINUTE: Final = 60
SEALED_OR_LATER: Final = frozenset(State) - {State.DRAFT}
_OPEN_ONCE: Final = "on ouvre le vote une seule fois, après le scellement"


@dataclass(frozen=True, slots=True)
class OpenedVote:
    """Which members signed the set-up and which did not, by name."""

    signed: tuple[str, ...]
    missing: tuple[str, ...]


def open_with_signatures(database: Database, uuid: str, files: Files, clock: Clock) -> OpenedVote:
    """Open the vote with the members' ``setup-signature-*.json``, at least t of them: §7.13.

    Raises:
        NotNow: it is not waiting to be opened, or its closing time has come.
        Refusal: a signature of another set-up or that does not hold, or too few.
    """
    find_held(database, uuid, {State.SEALED}, _OPEN_ONCE)
    with hosted_board(database, uuid, until=0) as board:
        names = member_names(board)
        setup = assemble_setup_signatures(board.trustees, board.setup_statement, files, names)
    open_vote(database, uuid, setup.encode(), clock)
    signed = {each.trustee for each in setup.signatures}
    numbered = tuple(enumerate(names, 1))
    return OpenedVote(
        tuple(name for index, name in numbered if index in signed),
        tuple(name for index, name in numbered if index not in signed),
    )


def open_vote(database: Database, uuid: str, signatures: bytes, clock: Clock) -> None:
    """Open the vote with at least t signatures of this very set-up: docs/protocol.md §7.13.

    Args:
        database: the server's.
        uuid: of an election that is sealed.
        signatures: ``setup-signatures.json``, as a trustee's signatures are put together.
        clock: the vote's hours are not over.

    Raises:
        NotNow: it is not waiting to be opened, or its closing time has come.
        RowDamaged: its row says other hours than those in force, or what no row can.
        ProtocolError: they are not such signatures.
    """
    find_held(database, uuid, {State.SEALED}, _OPEN_ONCE)
    setup = SetupSignatures.decode(signatures)
    with hosted_board(database, uuid, until=0) as board:
        verify_signatures(board, setup)
    with database.write() as connection:
        held, now = locked(connection, uuid, {State.SEALED}, _OPEN_ONCE), clock()
        require_hours(connection, held)
        if now // MINUTE >= held.closes_at // MINUTE:
            raise NotNow(
                f"l'heure de fermeture est passée : {say_with_day(held.closes_at, now)}",
                "le bureau peut signer de nouvelles heures : evote election amend",
            )
        story = read_story(connection, held)
        move(connection, tell(connection, story, now, Opened(setup.signatures)), State.OPEN)
        row = update(ElectionRow).where(ElectionRow.id == held.id)
        connection.execute(row.values(setup_signatures=signatures))


def suspend_vote(database: Database, uuid: str, reason: str, clock: Clock) -> None:
    """Take no ballot until the vote is resumed; everybody reads why.

    Raises:
        NotNow: the vote is not open.
    """
    body = Suspended(require_reason(reason))
    with database.write() as connection:
        held = locked(connection, uuid, {State.OPEN}, "on ne suspend qu'un vote ouvert")
        story = tell(connection, read_story(connection, held), clock(), body)
        move(connection, story, State.SUSPENDED)


def resume_vote(database: Database, uuid: str, reason: str, clock: Clock) -> None:
    """Take ballots again, until the same closing time.

    Raises:
        NotNow: the vote is not suspended.
        Refusal: ballots and sign-ins are not as many, as after a restore: docs/adr/0016.
    """
    body = Resumed(require_reason(reason))
    with database.write() as connection:
        held = locked(connection, uuid, {State.SUSPENDED}, "on ne reprend qu'un vote suspendu")
        _require_signed_in(connection, held)
        story = tell(connection, read_story(connection, held), clock(), body)
        move(connection, story, State.OPEN)


def _require_signed_in(connection: Connection, held: HeldElection) -> None:
    ballots, sign_ins = count_ballots(connection, held), count_signed_in(connection, held)
    if ballots != sign_ins:
        raise Refusal(
            f"il y a {count(ballots, 'bulletin')} dans l'urne et {count(sign_ins, 'émargement')} : "
            "le vote reste suspendu",
            "si le serveur vient d'être rétabli : evote credentials signed-in au bureau des codes, "
            "puis evote restore --sign-ins",
        )


def note_incident(database: Database, uuid: str, note: str, clock: Clock) -> None:
    """Write in the journal what people should know.

    Raises:
        NotNow: nothing is sealed yet.
    """
    body = Incident(require_reason(note, "l'incident"))
    with database.write() as connection:
        what = "son journal commence au scellement"
        held = locked(connection, uuid, SEALED_OR_LATER, what)
        tell(connection, read_story(connection, held), clock(), body)


def archive_election(database: Database, uuid: str, clock: Clock) -> None:
    """Say that nothing more is to come.

    Raises:
        NotNow: its result is not published.
    """
    with database.write() as connection:
        what = "on n'archive qu'une élection dont le résultat est publié"
        held = locked(connection, uuid, {State.TALLIED}, what)
        story = tell(connection, read_story(connection, held), clock(), Archived())
        move(connection, story, State.ARCHIVED)
