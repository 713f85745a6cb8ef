# SPDX-License-Identifier: AGPL-3.0-or-later
"""The story that a journal tells, entry by entry: docs/protocol.md §19.3, and sizes of §19.2.

The server asks before it writes an entry whether it may follow; a trustee runs through a whole
journal. What only the board itself can show (roots, events, ballots) is in ``journal_rules.py``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from protocol.bindings import EvoteBinding
from protocol.election import Election
from protocol.errors import ProofError, ProtocolError
from protocol.group import Element
from protocol.journal import MINUTE, BoardPosition, JournalEntry
from protocol.journal_bodies import (
    Amendment,
    BoothReplaced,
    Closed,
    ClosingSigned,
    EntryKind,
    HoursChanged,
    Reissued,
    Sealed,
)
from protocol.journal_phases import BEFORE_CLOSING, FOLLOWING, LEADS_TO, Phase
from protocol.merkle import LogPosition, TreeHasher
from protocol.server_binding import BoothFile

__all__ = ["BEFORE_CLOSING", "Closing", "Hours", "JournalState", "Phase", "require_server"]


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours in force, in seconds since 1970 UTC: §19.3."""

    opens_at: int
    closes_at: int
    grace_seconds: int


@dataclass(frozen=True, slots=True)
class Closing:
    """What ``closed`` said, where the board stood, and the journal up to and with it: §19.4."""

    body: Closed
    board: BoardPosition
    journal: LogPosition


@dataclass(frozen=True, slots=True)
class JournalState:
    """What the entries so far have told, and so what may follow.

    Attributes:
        uuid, fingerprint, setup_event, rehearsal, reserves: of the sealed election; reserves is
            how many there are.
        hours: in force.
        booth: the files in force.
        phase: None before ``sealed``.
        last: the last entry.
        journal: size and hashes of the journal's tree so far.
        amendments: how many, of both kinds.
        reissued: each revoked credential with the board's size then, in order.
        held_at: the board's size that a suspension, a cancellation or the end holds.
        closing: from ``closed`` on.
        before_tallied: the journal just before ``tallied``, which the result names.
    """

    uuid: str
    fingerprint: str
    setup_event: str
    rehearsal: bool
    reserves: int
    hours: Hours
    booth: tuple[BoothFile, ...]
    phase: Phase | None = None
    last: JournalEntry | None = None
    journal_size: int = 0
    journal_hashes: tuple[bytes, ...] = ()
    amendments: int = 0
    reissued: tuple[tuple[Element, int], ...] = ()
    held_at: int | None = None
    closing: Closing | None = None
    before_tallied: LogPosition | None = None

    @classmethod
    def start(cls, election: Election, setup_event: str) -> "JournalState":
        """Return the state before the first entry, from what was sealed: §8.3.

        Raises:
            ProtocolError: the election is not of version 2, and has no journal.
        """
        evote = require_server(election)
        hours = Hours(evote.opens_at, evote.closes_at, evote.grace_seconds)
        booth = () if evote.server is None else evote.server.booth
        return cls(
            election.uuid,
            election.fingerprint,
            setup_event,
            evote.rehearsal,
            len(evote.reserves),
            hours,
            booth,
        )

    @property
    def position(self) -> LogPosition:
        """Size and root of the journal so far: §18.1."""
        return self._tree().position()

    def may_follow(self, kind: EntryKind) -> bool:
        """Tell whether an entry of this kind may follow, its values aside: §19.3."""
        return kind in FOLLOWING[self.phase]

    def after(self, entry: JournalEntry) -> "JournalState":
        """Return the state with one more entry: §19.3.

        Raises:
            ProofError: the entry may not follow.
        """
        self._verify_sequence(entry)
        if not self.may_follow(entry.kind):
            raise _untold(entry, "is out of order")
        _verify_board_size(self, entry)
        _verify_body(self, entry)
        tree = self._tree()
        tree.append(entry.encode())
        told = replace(
            self,
            phase=LEADS_TO.get(entry.kind, self.phase),
            last=entry,
            journal_size=tree.size,
            journal_hashes=tree.hashes,
        )
        return _with_body(self, told, entry)

    def after_all(self, entries: Iterable[JournalEntry]) -> "JournalState":
        """Return the state with all these entries after the ones so far: §19.3."""
        state = self
        for entry in entries:
            state = state.after(entry)
        return state

    def _tree(self) -> TreeHasher:
        return TreeHasher(self.journal_size, self.journal_hashes)

    def _verify_sequence(self, entry: JournalEntry) -> None:
        if entry.uuid != self.uuid:
            raise _untold(entry, "is of another election", "19.1")
        if entry.index != self.journal_size:
            raise _untold(entry, f"stands at place {self.journal_size}", "19.1")
        if entry.at % MINUTE:
            raise _untold(entry, "has a time that is not a whole minute", "19.1")
        if self.last is None:
            return
        if entry.at < self.last.at:
            raise _untold(entry, "is earlier than the one before", "19.1")
        if entry.board.size < self.last.board.size:
            raise _untold(entry, "has a smaller board than the one before", "19.2")
        if entry.board.size == self.last.board.size and entry.board != self.last.board:
            raise _untold(entry, "names another board of the same size", "19.2")


def require_server(election: Election) -> EvoteBinding:
    """Return the bindings of an election of version 2; ProtocolError where it is another: §8.3."""
    if election.evote is None or election.evote.server is None:
        raise ProtocolError("only an election of version 2 has a journal", section="8.3")
    return election.evote


def _verify_board_size(state: JournalState, entry: JournalEntry) -> None:
    # §19.2: what the sizes alone can show.
    kind, size = entry.kind, entry.board.size
    if size < 1:
        raise _untold(entry, "names a board without events", "19.2")
    if state.phase in {None, Phase.SEALED} and size != 1:
        raise _untold(entry, "has more than the set-up on its board", "19.2")
    if state.held_at is not None and kind is not EntryKind.CLOSED and size != state.held_at:
        raise _untold(entry, "has more on its board than when ballots were stopped", "19.2")


def _verify_body(state: JournalState, entry: JournalEntry) -> None:
    body = entry.body
    if isinstance(body, Sealed):
        if (body.fingerprint, body.setup_event) != (state.fingerprint, state.setup_event):
            raise _untold(entry, "names another election", "19.2")
    elif isinstance(body, Reissued):
        _verify_reissued(state, entry, body)
    elif isinstance(body, HoursChanged | BoothReplaced):
        _verify_amendment(state, entry, body)
    elif isinstance(body, Closed):
        _verify_closed(state, entry, body)
    elif isinstance(body, ClosingSigned):
        _verify_closing(state, entry, body)
    elif entry.kind is EntryKind.OPENED and not _is_before_closing(state, entry):
        raise _untold(entry, "is not before the closing time")


def _verify_reissued(state: JournalState, entry: JournalEntry, body: Reissued) -> None:
    if body.activated != len(state.reissued) + 1:
        raise _untold(entry, f"is not number {len(state.reissued) + 1}", "19.5")
    if body.activated > state.reserves:
        raise _untold(entry, "activates more reserves than there are", "19.5")
    if any(body.revoked == revoked for revoked, _ in state.reissued):
        raise _untold(entry, "revokes a credential a second time", "19.5")


def _verify_amendment(state: JournalState, entry: JournalEntry, body: Amendment) -> None:
    if body.amendment != state.amendments + 1:
        raise _untold(entry, f"is not amendment {state.amendments + 1}")
    if not _is_before_closing(state, entry):
        raise _untold(entry, "is not before the closing time")
    if isinstance(body, BoothReplaced):
        return
    if body.opens_at >= body.closes_at:
        raise _untold(entry, "does not open before it closes", "8.3")
    if state.phase is not Phase.SEALED and body.opens_at != state.hours.opens_at:
        raise _untold(entry, "changes the opening time after opening")


def _verify_closed(state: JournalState, entry: JournalEntry, body: Closed) -> None:
    if _is_before_closing(state, entry) and not state.rehearsal:
        raise _untold(entry, "is before the closing time")
    if entry.board.size != body.ballots + 3:
        raise _untold(entry, "has not the ballots that it says", "19.2")
    if state.held_at is not None and body.ballots + 1 != state.held_at:
        raise _untold(entry, "has not the ballots of the suspension", "19.2")
    if state.last is not None and body.ballots + 1 < state.last.board.size:
        raise _untold(entry, "has fewer ballots than the board had before", "19.3")


def _verify_closing(state: JournalState, entry: JournalEntry, body: ClosingSigned) -> None:
    closing = state.closing
    if closing is None or entry.board != closing.board:
        raise _untold(entry, "has not the board of the closing", "19.2")
    if body != ClosingSigned.of(closing.body, closing.journal):
        raise _untold(entry, "does not repeat the closing and name the journal", "19.4")


def _with_body(before: JournalState, told: JournalState, entry: JournalEntry) -> JournalState:
    body = entry.body
    told = replace(told, held_at=_held_at(before.held_at, entry))
    if isinstance(body, Reissued):
        told = replace(told, reissued=(*told.reissued, (body.revoked, entry.board.size)))
    elif isinstance(body, HoursChanged):
        hours = Hours(body.opens_at, body.closes_at, body.grace_seconds)
        told = replace(told, hours=hours, amendments=body.amendment)
    elif isinstance(body, BoothReplaced):
        told = replace(told, booth=body.booth, amendments=body.amendment)
    elif isinstance(body, Closed):
        told = replace(told, closing=Closing(body, entry.board, told.position))
    elif entry.kind is EntryKind.TALLIED:
        told = replace(told, before_tallied=before.position)
    return told


def _held_at(before: int | None, entry: JournalEntry) -> int | None:
    if entry.kind in {EntryKind.SUSPENDED, EntryKind.CANCELLED, EntryKind.TALLIED}:
        return entry.board.size
    return None if entry.kind in {EntryKind.RESUMED, EntryKind.CLOSED} else before


def _is_before_closing(state: JournalState, entry: JournalEntry) -> bool:
    # §19.3: hours are compared by whole minutes rounded down.
    return entry.at // MINUTE < state.hours.closes_at // MINUTE


def _untold(entry: JournalEntry, reason: str, section: str = "19.3") -> ProofError:
    return ProofError(f"journal entry {entry.index}, {entry.kind.value}, {reason}", section=section)
