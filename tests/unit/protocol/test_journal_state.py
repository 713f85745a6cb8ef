# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which entry may follow which, and with which values: docs/protocol.md §19.2, §19.3, §19.5."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from protocol.credentials import public_credential
from protocol.errors import ProtocolError
from protocol.events import EventKind
from protocol.journal import JournalEntry
from protocol.journal_bodies import (
    Archived,
    Body,
    BoothReplaced,
    Case,
    Contested,
    EntryKind,
    HoursChanged,
    Incident,
    Reissued,
    Resumed,
    Suspended,
)
from protocol.journal_state import Hours, JournalState, Phase
from protocol.merkle import LogPosition
from protocol.server_binding import BoothFile
from tests.simulator import CLOSES_AT, DAY, OPENS_AT, SimulatedElection

NEW_BOOTH = (BoothFile("/booth/booth.js", "ab" * 32),)
PLAIN = SimulatedElection(server=True)
LOST = [public_credential(key) for key in PLAIN.private_credentials]
LATER = CLOSES_AT + 7200
OURS = SimulatedElection(
    server=True,
    voters=(0, 1, 2, 6),
    happenings=(
        (0, Incident("Les affiches sont posées")),
        (0, HoursChanged(1, OPENS_AT + 60, CLOSES_AT + 3600, 60, "Jour férié")),
        (1, Incident("Ouverture sans file d'attente")),
        (2, Reissued(LOST[3], 1)),
        (3, Suspended("Panne du réseau")),
        (3, Contested(Case.BOTH_USED)),
        (3, Resumed("Le réseau est revenu")),
        (4, BoothReplaced(2, NEW_BOOTH, "Faute d'accent")),
        (4, HoursChanged(3, OPENS_AT + 60, LATER, 60, "Panne du réseau")),
    ),
)
ENTRIES = OURS.journal()
KINDS = [entry.kind for entry in ENTRIES]


def state_before(index: int) -> JournalState:
    start = JournalState.start(OURS.election, OURS.statement.setup_event)
    return start.after_all(ENTRIES[:index])


def find(kind: EntryKind, nth: int = 0) -> int:
    return [i for i, each in enumerate(KINDS) if each is kind][nth]


def test_a_rich_story_is_told() -> None:
    state = state_before(len(ENTRIES))
    assert state.phase is Phase.TALLIED
    assert state.hours == Hours(OPENS_AT + 60, LATER, 60)
    assert state.booth == NEW_BOOTH
    assert (state.amendments, state.reissued) == (3, ((LOST[3], 2),))
    assert state.position == OURS.journal_position()
    assert state.before_tallied == OURS.journal_position(EventKind.PARTIAL_DECRYPTION)


def test_before_any_entry_the_sealed_values_are_in_force() -> None:
    start = state_before(0)
    assert start.phase is None
    assert start.hours == Hours(OPENS_AT, CLOSES_AT, 300)
    assert start.booth == OURS.server_binding.booth


@pytest.mark.parametrize("election", [SimulatedElection(), SimulatedElection(preau=False)])
def test_another_election_has_no_journal(election: SimulatedElection) -> None:
    with pytest.raises(ProtocolError, match="version 2"):
        JournalState.start(election.election, election.statement.setup_event)


def size(number: int) -> Callable[[JournalEntry], JournalEntry]:
    return lambda entry: replace(entry, board=LogPosition(number, "a" * 64))


def body(**members: object) -> Callable[[JournalEntry], JournalEntry]:
    return lambda entry: replace(entry, body=replace(entry.body, **members))  # type: ignore[arg-type]


def at(time: int) -> Callable[[JournalEntry], JournalEntry]:
    return lambda entry: replace(entry, at=time - time % 60)


def both(
    *changes: Callable[[JournalEntry], JournalEntry],
) -> Callable[[JournalEntry], JournalEntry]:
    def change(entry: JournalEntry) -> JournalEntry:
        for each in changes:
            entry = each(entry)
        return entry

    return change


SEALED, OPENED = find(EntryKind.SEALED), find(EntryKind.OPENED)
FIRST_HOURS, LAST_HOURS = (find(EntryKind.HOURS_CHANGED, nth) for nth in (0, 1))
BOOTH, REISSUED = find(EntryKind.BOOTH_REPLACED), find(EntryKind.REISSUED)
CONTESTED, RESUMED = find(EntryKind.CONTESTED), find(EntryKind.RESUMED)
CLOSED, SIGNED = find(EntryKind.CLOSED), find(EntryKind.CLOSING_SIGNED)

REFUSED: dict[str, tuple[int, Callable[[JournalEntry], JournalEntry], str]] = {
    "another uuid": (1, lambda e: replace(e, uuid="1" * 14), "another election"),
    "an index left out": (2, lambda e: replace(e, index=3), "stands at place 2"),
    "an index again": (2, lambda e: replace(e, index=1), "stands at place 2"),
    "seconds": (2, lambda e: replace(e, at=e.at + 1), "whole minute"),
    "a minute back": (2, lambda e: replace(e, at=ENTRIES[1].at - 60), "earlier"),
    "a smaller board": (RESUMED + 1, size(2), "smaller board"),
    "another board of the same size": (RESUMED, size(3), "another board of the same size"),
    "a board without events": (SEALED, size(0), "without events"),
    "sealed on two events": (SEALED, size(2), "more than the set-up"),
    "an incident before opening on two events": (1, size(2), "more than the set-up"),
    "opened on two events": (OPENED, size(2), "more than the set-up"),
    "another fingerprint": (SEALED, body(fingerprint="A" * 43), "names another election"),
    "another set-up": (SEALED, body(setup_event="0" * 64), "names another election"),
    "opened at the closing": (OPENED, at(CLOSES_AT + 3600), "before the closing time"),
    "a ballot while suspended": (CONTESTED, size(4), "when ballots were stopped"),
    "a ballot before resuming": (RESUMED, size(4), "when ballots were stopped"),
    "amendment 2 first": (FIRST_HOURS, body(amendment=2), "is not amendment 1"),
    "amendment 1 again": (BOOTH, body(amendment=1), "is not amendment 2"),
    "amendment 2 again": (LAST_HOURS, body(amendment=2), "is not amendment 3"),
    "hours changed at the closing": (LAST_HOURS, at(CLOSES_AT + 3600), "before the closing time"),
    "hours that end before": (FIRST_HOURS, body(closes_at=OPENS_AT), "does not open before"),
    "an opening moved after opening": (LAST_HOURS, body(opens_at=OPENS_AT), "opening time"),
    "reissued as number 2": (REISSUED, body(activated=2), "is not number 1"),
    "closed a minute early": (CLOSED, at(LATER - 60), "before the closing time"),
    "closed with a ballot less": (CLOSED, body(ballots=3), "not the ballots that it says"),
    "closed on too few events": (CLOSED, both(body(ballots=2), size(5)), "fewer ballots"),
    "closing of other ballots": (SIGNED, body(ballots=3), "does not repeat the closing"),
    "closing of another tally": (SIGNED, body(tally_event="0" * 64), "does not repeat"),
    "closing of another journal": (
        SIGNED,
        body(journal=OURS.journal_position(EventKind.PARTIAL_DECRYPTION)),
        "does not repeat",
    ),
    "closing on another board": (SIGNED, size(8), "the board of the closing"),
}


@pytest.mark.parametrize(("index", "change", "reason"), REFUSED.values(), ids=REFUSED)
def test_an_entry_that_may_not_follow_is_refused(
    index: int, change: Callable[[JournalEntry], JournalEntry], reason: str
) -> None:
    state = state_before(index)
    state.after(ENTRIES[index])
    with pytest.raises(ProtocolError, match=reason):
        state.after(change(ENTRIES[index]))


def follow(
    state: JournalState, body: Body, *, board: int | None = None, time: int = 0
) -> JournalState:
    assert state.last is not None
    position = state.last.board if board is None else OURS.board_position(board)
    moment = max(time - time % 60, state.last.at)
    return state.after(JournalEntry(state.uuid, state.journal_size, moment, position, body))


def test_the_hours_in_force_are_compared_by_whole_minutes() -> None:
    last_minute = LATER - LATER % 60
    state_before(CLOSED).after(replace(ENTRIES[CLOSED], at=last_minute))
    with pytest.raises(ProtocolError, match="before the closing time"):
        follow(state_before(CLOSED), HoursChanged(4, OPENS_AT + 60, LATER + 60, 0, "a"), time=LATER)


def test_what_was_sealed_stays_in_force_until_it_is_amended() -> None:
    late = (CLOSES_AT - CLOSES_AT % 60) - 60
    state = follow(state_before(1), HoursChanged(1, OPENS_AT, LATER, 0, "a"), time=late)
    assert state.hours.closes_at == LATER
    with pytest.raises(ProtocolError, match="before the closing time"):
        follow(state_before(1), HoursChanged(1, OPENS_AT, LATER, 0, "a"), time=late + 60)


def test_a_rehearsal_may_be_closed_early_and_nothing_else() -> None:
    rehearsal = SimulatedElection(server=True, rehearsal=True)
    entries = rehearsal.journal()
    start = JournalState.start(rehearsal.election, rehearsal.statement.setup_event)
    start.after_all(entries[:2]).after(replace(entries[2], at=entries[1].at))
    with pytest.raises(ProtocolError, match="before the closing time"):
        start.after_all(entries[:1]).after(replace(entries[1], at=LATER - LATER % 60))


def test_a_vote_closed_while_suspended_has_the_ballots_of_the_suspension() -> None:
    suspended = follow(state_before(CLOSED), Suspended("Panne"), board=5, time=LATER)
    closed = replace(ENTRIES[CLOSED], index=suspended.journal_size)
    assert suspended.after(closed).held_at is None
    early = follow(state_before(CLOSED), Suspended("Panne"), board=4, time=LATER)
    with pytest.raises(ProtocolError, match="the ballots of the suspension"):
        early.after(closed)


def test_codes_are_replaced_once_each_and_no_more_than_there_are_reserves() -> None:
    state = state_before(REISSUED)
    for number in (1, 2, 3):
        state = follow(state, Reissued(LOST[number], number))
    with pytest.raises(ProtocolError, match="more reserves than there are"):
        follow(state, Reissued(LOST[4], 4))
    with pytest.raises(ProtocolError, match="a second time"):
        follow(state_before(REISSUED + 1), Reissued(LOST[3], 2))


def test_after_the_end_the_board_gets_nothing_more() -> None:
    state = state_before(len(ENTRIES))
    for told in (Incident("a"), Archived()):
        later = JournalEntry(
            state.uuid,
            len(ENTRIES),
            LATER + DAY - (LATER + DAY) % 60,
            size(11)(ENTRIES[-1]).board,
            told,
        )
        with pytest.raises(ProtocolError, match="when ballots were stopped"):
            state.after(later)
        assert follow(state, told).held_at == 10


def test_what_may_follow_can_be_asked_before() -> None:
    open_state = state_before(OPENED + 1)
    assert open_state.may_follow(EntryKind.SUSPENDED)
    assert not open_state.may_follow(EntryKind.RESUMED)
    assert not open_state.may_follow(EntryKind.OPENED)
