# SPDX-License-Identifier: AGPL-3.0-or-later
"""Closing: the encrypted tally, the entry ``closed`` and the state, in one transaction: §11.2, §19.

The sum is made before it, outside any lock: from the closing time on no ballot enters. Should one
still come in between (a rehearsal that is closed early), the sum is made again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection, Select, select

from evote.board.appending import append_event
from evote.board.hours import require_hours
from evote.board.listing import setup_bytes
from evote.clock import Clock
from evote.database.common_tables import ElectionRow
from evote.database.connection import Database, DatabaseUnavailable
from evote.database.elections import HeldElection, State
from evote.database.one_by_one import of_one, read_of_all, require_answer
from evote.election.french_calendar import say_with_day
from evote.errors import Refusal
from evote.lifecycle.boards import hosted_board
from evote.lifecycle.states import NotNow, found, locked, require_state
from evote.lifecycle.story import move, read_story, tell
from evote.roll.sign_ins import count_signed_in
from evote.sign_in_rewriting import rewrite_sign_ins
from protocol.bindings import EvoteBinding
from protocol.counting import SizedTally, count_ballots
from protocol.election import Election
from protocol.encoding import sha256_hex
from protocol.errors import ProtocolError
from protocol.events import EventKind, Head
from protocol.journal_bodies import Closed
from protocol.setup_signatures import SetupSignatures
from tally.errors import cite
from tally.french import count as count_of

TAKING_BALLOTS: Final = frozenset({State.OPEN, State.SUSPENDED})
ATTEMPTS: Final = 5
_GOING_ON: Final = (
    select(ElectionRow.uuid)
    .where(ElectionRow.state.in_([state.value for state in TAKING_BALLOTS]))
    .order_by(ElectionRow.id)
)
_WHAT: Final = "on ne clôt qu'un vote ouvert ou suspendu"


@dataclass(frozen=True, slots=True)
class ClosedVote:
    """What the box held; ``separated`` tells that nothing on the disk joins both sides any more."""

    uuid: str
    ballots: int
    electors: int
    separated: bool


@dataclass(frozen=True, slots=True)
class _Sum:
    head: Head
    ballots: int
    electors: int
    tally: bytes
    sized: bytes


def close_vote(database: Database, uuid: str, clock: Clock) -> ClosedVote:
    """Close a vote whose hours and grace are over, or a rehearsal at any time: §19.3.

    Raises:
        NotNow: not open, or its time has not come.
        RowDamaged: its row says other hours than those in force, or what no row can.
        Refusal: ballots and sign-ins are not as many, or the box is not in order; nothing was
            changed.
    """
    try:
        total = _counted_and_closed(database, uuid, clock)
    except ProtocolError as cause:
        raise Refusal(
            f"l'urne ou le journal de ce vote est abîmé dans la base {cite(cause)}",
            "le vote n'a pas été clos ; gardez tout, et voyez evote doctor",
        ) from cause
    return ClosedVote(uuid, total.ballots, total.electors, _separate(database, clock()))


def _separate(database: Database, now: int) -> bool:
    """Rewrite the sign-ins after the last one, in a transaction of its own: docs/adr/0011.

    Whatever keeps it from being done, the vote is closed; who is told that it was not tries again,
    and meets it there.
    """
    try:
        return rewrite_sign_ins(database, now).log_dropped
    except Exception:  # noqa: BLE001 -- see above
        return False


def _counted_and_closed(database: Database, uuid: str, clock: Clock) -> _Sum:
    for _ in range(ATTEMPTS):
        held = _find(database, uuid)
        total = _add_up(database, held, clock())
        with database.write() as connection:
            if _close(connection, uuid, total, clock()):
                return total
    raise NotNow("des bulletins arrivent encore : le vote n'est pas clos", "recommencez")


def is_early(database: Database, uuid: str, now: int) -> bool:
    """Tell whether ``close_vote`` would end a rehearsal before its hour.

    Raises:
        NotNow: not open, or its time has not come and it is no rehearsal.
        RowDamaged: as in ``close_vote``.
    """
    held = _find(database, uuid)
    if _is_over(held, now):
        return False
    with database.read() as connection:
        sealed = Election.decode(setup_bytes(connection, held)[0])
    _check_time(sealed.evote, held, now)
    return True


def _find(database: Database, uuid: str) -> HeldElection:
    """Return a vote that may be closed, by hours that are those in force."""
    with database.snapshot() as connection:
        held = found(connection, uuid)
        require_state(held, TAKING_BALLOTS, _WHAT)
        require_hours(connection, held)
    return held


def votes_going_on(database: Database) -> tuple[str, ...]:
    """Return the number of every vote that is open or suspended, or whose row is not read.

    Raises:
        DatabaseUnavailable: no row is.
    """
    return _read(database, _GOING_ON, unread=lambda uuid: (uuid,))


def due_votes(database: Database, now: int) -> tuple[str, ...]:
    """Return the number of every vote whose hours and grace are over, and that is not closed.

    Of one whose row is not read that is not known: it is not among them.

    Raises:
        DatabaseUnavailable: no row is.
    """
    return _read(database, _due(now), unread=lambda _uuid: ())


def is_over(database: Database, uuid: str, now: int) -> bool:
    """Tell whether this vote is among ``due_votes``.

    Raises:
        DatabaseUnavailable: the database answers for none.
    """
    try:
        with database.read() as connection:
            return connection.scalar(of_one(_due(now), uuid)) is not None
    except DatabaseUnavailable:
        require_answer(database)
        return False


def _due(now: int) -> Select[str]:
    return _GOING_ON.where(ElectionRow.closes_at + ElectionRow.grace_seconds < now)


def _read(
    database: Database, query: Select[str], unread: Callable[[str], tuple[str, ...]]
) -> tuple[str, ...]:
    def read(connection: Connection, uuid: str | None) -> tuple[str, ...]:
        return tuple(connection.scalars(of_one(query, uuid)))

    return read_of_all(database, read, unread)


def _add_up(database: Database, held: HeldElection, now: int) -> _Sum:
    with hosted_board(database, held.uuid) as board:
        evote = board.election.evote
        if evote is None or held.setup_signatures is None:
            raise RuntimeError("an open election has bindings and set-up signatures")
        _check_time(evote, held, now)
        try:
            count = count_ballots(
                board.election.questions,
                board.credentials,
                (recorded.ballot for recorded in board.ballots()),
                final=True,
            )
        except ProtocolError as cause:
            raise Refusal(
                f"l'urne n'est pas en ordre {cite(cause)}",
                "n'allez pas plus loin ; faites vérifier le dossier par evote-audit verify",
            ) from cause
        head = board.head
    tally = count.encrypted_tally.encode()
    sized = SizedTally(
        num_tallied=count.num_tallied,
        total_weight=count.total_weight,
        encrypted_tally=sha256_hex(tally),
        setup_signatures=SetupSignatures.decode(held.setup_signatures).signatures,
    )
    return _Sum(head, count.num_tallied, evote.electors, tally, sized.encode())


def _is_over(held: HeldElection, now: int) -> bool:
    return now > held.closes_at + held.grace_seconds


def _check_time(evote: EvoteBinding | None, held: HeldElection, now: int) -> None:
    if _is_over(held, now) or (evote is not None and evote.rehearsal):
        return
    grace = held.grace_seconds // 60
    more = f", et {count_of(grace, 'minute')} de plus pour les bulletins en route" if grace else ""
    raise NotNow(
        f"le vote ferme {say_with_day(held.closes_at, now)}{more}",
        "attendez ; pour fermer plus tôt, le bureau signe de nouvelles heures : evote election "
        "amend",
    )


def _close(connection: Connection, uuid: str, total: _Sum, now: int) -> bool:
    held = locked(connection, uuid, TAKING_BALLOTS, _WHAT)
    if held.head != total.head:
        return False
    sign_ins = count_signed_in(connection, held)
    if sign_ins != total.ballots:
        raise Refusal(
            f"il y a {count_of(total.ballots, 'bulletin')} dans l'urne et "
            f"{count_of(sign_ins, 'émargement')}",
            "le vote n'a pas été clos ; suspendez-le et cherchez d'où vient l'écart",
        )
    story = read_story(connection, held)
    ended = append_event(connection, held, EventKind.END_BALLOTS)
    held = replace(held, head=Head.of(ended))
    event = append_event(connection, held, EventKind.ENCRYPTED_TALLY, (total.tally, total.sized))
    story = story.at(replace(held, head=Head.of(event)))
    move(connection, tell(connection, story, now, Closed(sign_ins, event.hash())), State.CLOSED)
    return True
