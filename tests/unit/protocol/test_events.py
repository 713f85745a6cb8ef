# SPDX-License-Identifier: AGPL-3.0-or-later
"""Events and their grammar: §10.1, §10.2."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import pytest

from protocol.encoding import sha256_hex
from protocol.errors import MalformedError, ProtocolError
from protocol.events import BoardState, Event, EventKind, Head, next_event, state_after, verify_next

PAYLOAD = sha256_hex(b"payload")
LETTERS = dict(zip(EventKind, "SBETPR", strict=True))
GRAMMAR = re.compile(r"S(B*(E(T(P+R?)?)?)?)?")


def payload_of(kind: EventKind) -> str | None:
    return None if kind is EventKind.END_BALLOTS else PAYLOAD


@pytest.mark.parametrize("length", range(1, 7))
def test_the_state_machine_is_the_grammar(length: int) -> None:
    for kinds in product(EventKind, repeat=length):
        head: Head | None = None
        accepted = True
        try:
            for kind in kinds:
                head = Head.of(next_event(head, kind, payload_of(kind)))
        except ProtocolError:
            accepted = False
        word = "".join(LETTERS[kind] for kind in kinds)
        assert accepted == (GRAMMAR.fullmatch(word) is not None), word


def test_the_state_is_that_of_the_last_event() -> None:
    assert [state_after(kind) for kind in EventKind] == [
        BoardState.SET_UP,
        BoardState.OPEN,
        BoardState.CLOSED,
        BoardState.CLOSED,
        BoardState.CLOSED,
        BoardState.TALLIED,
    ]


def test_the_events_of_the_peer_are_written_as_it_writes_them() -> None:
    data = (
        b'{"parent":"eb41e34b3aafea41179e8c4a5a422a045e5af34c1bea3143973cf94bee719327","height":1,'
        b'"type":"Ballot","payload":"0c0826978510795ece083bd130bdcb0d1416d2325995d8a1883a10148da2ac65"}'
    )
    event = Event.decode(data)
    assert event.encode() == data
    assert event.hash() == "e61bfe1364680d9c12926eac3382e6fff7cfb7b3c9acd672195f98b78dd870b9"


SETUP = next_event(None, EventKind.SETUP, PAYLOAD)
BALLOT = next_event(Head.of(SETUP), EventKind.BALLOT, PAYLOAD)


def test_an_event_stands_on_the_one_before() -> None:
    verify_next(Head.of(SETUP), BALLOT)
    for bad in (
        replace(BALLOT, height=2),
        replace(BALLOT, height=0),
        replace(BALLOT, parent=PAYLOAD),
        replace(BALLOT, parent=None),
        replace(BALLOT, kind=EventKind.SETUP),
    ):
        with pytest.raises(ProtocolError):
            verify_next(Head.of(SETUP), bad)
    with pytest.raises(ProtocolError):
        verify_next(None, BALLOT)


def test_only_the_end_of_ballots_has_no_payload() -> None:
    with pytest.raises(ProtocolError):
        next_event(Head.of(SETUP), EventKind.END_BALLOTS, PAYLOAD)
    with pytest.raises(ProtocolError):
        next_event(Head.of(SETUP), EventKind.BALLOT, None)


END = next_event(Head.of(SETUP), EventKind.END_BALLOTS, None).encode()

MALFORMED = {
    "an unknown type": BALLOT.encode().replace(b"Ballot", b"Shuffle"),
    "the end of shuffles": END.replace(b"EndBallots", b"EndShuffles"),
    "an unknown member": BALLOT.encode()[:-1] + b',"x":1}',
    "a space": BALLOT.encode().replace(b",", b", ", 1),
    "another order": BALLOT.encode().replace(
        b'"height":1,"type":"Ballot"', b'"type":"Ballot","height":1'
    ),
    "a parent at height 0": BALLOT.encode().replace(b'"height":1', b'"height":0'),
    "no parent at height 1": SETUP.encode().replace(b'"height":0', b'"height":1'),
    "a negative height": SETUP.encode().replace(b'"height":0', b'"height":-1'),
    "a height as a text": SETUP.encode().replace(b'"height":0', b'"height":"0"'),
    "a hash in capitals": BALLOT.encode().replace(PAYLOAD.encode(), PAYLOAD.upper().encode()),
    "no payload": BALLOT.encode().replace(b',"payload":"' + PAYLOAD.encode() + b'"', b""),
    "a payload at the end of ballots": END[:-1] + b',"payload":"' + PAYLOAD.encode() + b'"}',
    "a null payload": END[:-1] + b',"payload":null}',
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_an_event_of_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        Event.decode(data)
