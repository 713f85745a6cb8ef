# SPDX-License-Identifier: AGPL-3.0-or-later
"""Laws of the journal: its story is the regular expression of §19.3, and bytes have one meaning."""

from __future__ import annotations

import re
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.ceremony import Member
from protocol.errors import ProtocolError
from protocol.journal import JournalEntry
from protocol.journal_bodies import (
    SIGNED_KINDS,
    Archived,
    Body,
    BoothReplaced,
    Cancelled,
    Case,
    Closed,
    ClosingSigned,
    Contested,
    EntryKind,
    HoursChanged,
    Incident,
    Opened,
    Reissued,
    Resumed,
    Sealed,
    Suspended,
    Tallied,
)
from protocol.journal_state import JournalState, Phase
from protocol.merkle import LogPosition
from protocol.server_binding import BoothFile
from protocol.trustee_signatures import TrusteeSignature
from tests.properties.strategies import elements, proofs
from tests.simulator import CLOSES_AT, OPENS_AT, SimulatedElection

OURS = SimulatedElection(server=True, electors=60, reserves=20, votes=())
START = JournalState.start(OURS.election, OURS.statement.setup_event)

# The expression of §19.3, a letter a kind, so that any prefix matches; X is `cancelled`.
LETTERS = {
    EntryKind.SEALED: "S",
    EntryKind.OPENED: "O",
    EntryKind.SUSPENDED: "U",
    EntryKind.RESUMED: "R",
    EntryKind.INCIDENT: "i",
    EntryKind.REISSUED: "r",
    EntryKind.CONTESTED: "c",
    EntryKind.HOURS_CHANGED: "h",
    EntryKind.BOOTH_REPLACED: "b",
    EntryKind.CLOSED: "C",
    EntryKind.CLOSING_SIGNED: "G",
    EntryKind.TALLIED: "T",
    EntryKind.CANCELLED: "X",
    EntryKind.ARCHIVED: "V",
}
A, B, F = "[irhb]", "[irhbc]", "[ic]"
OPENED = f"O({B}|U{B}*R)*"
CLOSED = f"{OPENED}(U{B}*)?C{F}*"
UNTIL_SIGNED = f"S{A}*({OPENED}(U{B}*)?|{CLOSED}(G{F}*)?)?"
STORY = re.compile(f"{UNTIL_SIGNED}(Xi*)?|S{A}*{CLOSED}G{F}*T{F}*(Vi*)?")


def board(size: int) -> LogPosition:
    return LogPosition(size, sha256(str(size).encode()).hexdigest())


def fitting(state: JournalState, kind: EntryKind) -> JournalEntry:
    """Return an entry of this kind with the values that the state asks for."""
    size = 1 if state.last is None else state.last.board.size
    if state.phase is Phase.OPEN and kind not in {EntryKind.CLOSED, EntryKind.OPENED}:
        size += 1
    closing = state.closing
    number = state.amendments + 1
    hours = state.hours
    bodies: dict[EntryKind, Body] = {
        EntryKind.SEALED: Sealed(state.fingerprint, state.setup_event),
        EntryKind.OPENED: Opened(()),
        EntryKind.SUSPENDED: Suspended("a"),
        EntryKind.RESUMED: Resumed("a"),
        EntryKind.INCIDENT: Incident("a"),
        EntryKind.REISSUED: Reissued(
            OURS.credentials.items[len(state.reissued)].key, len(state.reissued) + 1
        ),
        EntryKind.CONTESTED: Contested(Case.BOTH_USED),
        EntryKind.HOURS_CHANGED: HoursChanged(number, hours.opens_at, CLOSES_AT, 0, "a"),
        EntryKind.BOOTH_REPLACED: BoothReplaced(number, state.booth, "a"),
        EntryKind.CLOSED: Closed(size - 1, "a" * 64),
        EntryKind.CLOSING_SIGNED: ClosingSigned(0, "a" * 64, board(1))
        if closing is None
        else ClosingSigned.of(closing.body, closing.journal),
        EntryKind.TALLIED: Tallied("a" * 64),
        EntryKind.CANCELLED: Cancelled("a", (Member("a", "b"), Member("c", "d"))),
        EntryKind.ARCHIVED: Archived(),
    }
    size += {EntryKind.CLOSED: 2, EntryKind.TALLIED: 3}.get(kind, 0)
    at = CLOSES_AT if closing or kind is EntryKind.CLOSED else OPENS_AT
    return JournalEntry(state.uuid, state.journal_size, at - at % 60, board(size), bodies[kind], ())


# Mostly what may follow, so that stories come to their end; now and then anything.
@given(st.data())
def test_a_story_is_told_exactly_if_the_expression_matches(data: st.DataObject) -> None:
    state, story = START, ""
    for _ in range(data.draw(st.integers(0, 18))):
        permitted = [kind for kind in EntryKind if state.may_follow(kind)]
        anything = data.draw(st.integers(0, 9)) == 0
        kind = data.draw(st.sampled_from(list(EntryKind) if anything else permitted))
        story += LETTERS[kind]
        if STORY.fullmatch(story) is None:
            with pytest.raises(ProtocolError):
                state.after(fitting(state, kind))
            return
        state = state.after(fitting(state, kind))
    assert state.journal_size == len(story)


@given(st.lists(st.sampled_from(list(EntryKind)), max_size=8))
def test_any_order_of_kinds_is_told_exactly_if_the_expression_matches(
    kinds: list[EntryKind],
) -> None:
    state, told = START, True
    for kind in kinds:
        try:
            state = state.after(fitting(state, kind))
        except ProtocolError:
            told = False
            break
    story = "".join(LETTERS[kind] for kind in kinds)
    assert told is (not kinds or STORY.fullmatch(story) is not None)


plain = st.text("abcdefghijklmnopqrstuvwxyzéèà0123456789", min_size=1, max_size=200)
hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)
counts = st.integers(1, 2**30)
files = st.builds(BoothFile, st.sampled_from(["/a", "/b", "/booth/x.js"]), hashes)
booths = st.lists(files, min_size=1, max_size=3, unique_by=lambda each: each.path).map(
    lambda booth: tuple(sorted(booth, key=lambda each: each.path))
)
positions = st.builds(LogPosition, st.integers(0, 2**53 - 1), hashes)
bodies: st.SearchStrategy[Body] = st.one_of(
    st.builds(Suspended, plain),
    st.builds(Incident, plain),
    st.builds(Reissued, elements, counts),
    st.builds(Contested, st.sampled_from(Case)),
    st.builds(
        HoursChanged, counts, st.just(5), st.integers(6, 10**11), st.integers(0, 3600), plain
    ),
    st.builds(BoothReplaced, counts, booths, plain),
    st.builds(Closed, st.integers(0, 2**30), hashes),
    st.builds(ClosingSigned, st.integers(0, 2**30), hashes, positions),
    st.builds(Tallied, hashes),
    st.builds(Archived),
)


@st.composite
def entries(draw: st.DrawFn) -> JournalEntry:
    body = draw(bodies)
    numbers = draw(st.sets(st.integers(1, 100), max_size=3))
    signed = tuple(TrusteeSignature(number, draw(proofs)) for number in sorted(numbers))
    return JournalEntry(
        draw(st.text("123456789ABCDEFGH", min_size=14, max_size=22)),
        draw(st.integers(0, 2**53 - 1)),
        60 * draw(st.integers(0, 10**9)),
        draw(positions),
        body,
        signed if body.kind in SIGNED_KINDS else (),
    )


@given(entries())
def test_an_entry_is_read_as_it_was_written(entry: JournalEntry) -> None:
    assert JournalEntry.decode(entry.encode()) == entry


@given(entries(), st.data())
def test_an_entry_has_one_writing(entry: JournalEntry, data: st.DataObject) -> None:
    changed = bytearray(entry.encode())
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        other = JournalEntry.decode(bytes(changed))
    except ProtocolError:
        return
    assert other != entry
    assert other.encode() == changed
