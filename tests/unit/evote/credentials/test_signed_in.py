# SPDX-License-Identifier: AGPL-3.0-or-later
"""After a restore the desk says which sign-ins the board's ballots are, as a set: §17.4."""

from __future__ import annotations

import pytest

from evote.credentials.reissuing import reissue
from evote.credentials.signed_in import signed_in
from evote.election.desk_messages import SignedInMessage
from evote.errors import Refusal
from protocol.encoding import JsonValue, decode_json, encode_json
from protocol.errors import MalformedError
from protocol.group import Element
from protocol.merkle import LogPosition
from tests.unit.evote.credentials.test_reissuing import CODES, MEMORY, NUMBERS, UUID

BOARD = LogPosition(6, "ab" * 32)
KEYS = [entry.key for entry in CODES.electors]
SIGN_INS = [entry.sign_in for entry in CODES.electors]


def test_every_ballot_gives_its_sign_in_and_the_order_tells_nothing() -> None:
    message = signed_in(MEMORY, NUMBERS, BOARD, [KEYS[4], KEYS[0], KEYS[2]], [])
    assert message.uuid == UUID
    assert message.board == BOARD
    assert message.sign_ins == tuple(sorted((SIGN_INS[4], SIGN_INS[0], SIGN_INS[2])))
    assert message.replaced == ()


def test_a_code_that_was_replaced_twice_gives_the_number_of_the_code_that_voted() -> None:
    first = reissue(MEMORY, NUMBERS, 2, ())
    second = reissue(first.memory, first.numbers, 2, ())
    memory, numbers = second.memory, second.numbers
    revoked = [first.message.revoked, second.message.revoked]
    chain = [SIGN_INS[1], first.message.sign_in_after, second.message.sign_in_after]
    voted = [memory.credentials[1]]
    message = signed_in(memory, numbers, BOARD, voted, revoked)
    assert message.sign_ins == (chain[2],)
    assert set(message.replaced) == {(chain[0], chain[1]), (chain[1], chain[2])}


def test_a_replacement_that_the_server_never_took_is_not_told() -> None:
    first = reissue(MEMORY, NUMBERS, 2, ())
    second = reissue(first.memory, first.numbers, 2, ())
    voted = [second.message.revoked]  # the parent found the second letter, which is still good
    message = signed_in(second.memory, second.numbers, BOARD, voted, [first.message.revoked])
    assert message.sign_ins == (first.message.sign_in_after,)
    assert message.replaced == ((SIGN_INS[1], first.message.sign_in_after),)


def test_a_ballot_or_a_replaced_code_of_another_desk_is_refused() -> None:
    stranger = CODES.reserves[2].key  # not given to anybody
    for voted, revoked in (([stranger], []), ([], [stranger])):
        with pytest.raises(Refusal, match="pas de ce bureau"):
            signed_in(MEMORY, NUMBERS, BOARD, voted, revoked)


def test_codes_that_were_not_replaced_in_this_order_are_refused() -> None:
    first = reissue(MEMORY, NUMBERS, 2, ())
    second = reissue(first.memory, first.numbers, 2, ())
    for memory, numbers, revoked in (
        (MEMORY, NUMBERS, [KEYS[1]]),
        (second.memory, second.numbers, [second.message.revoked]),
    ):
        with pytest.raises(Refusal, match="dans l'ordre"):
            signed_in(memory, numbers, BOARD, [], revoked)


def message_of(voted: list[Element]) -> SignedInMessage:
    done = reissue(MEMORY, NUMBERS, 2, ())
    return signed_in(done.memory, done.numbers, BOARD, voted, [KEYS[1]])


def test_it_has_one_form() -> None:
    message = message_of([KEYS[0], KEYS[2], KEYS[3]])
    data = message.encode()
    assert SignedInMessage.decode(data) == message
    assert not any(key.encode().encode() in data for key in KEYS)
    members = decode_json(data)
    assert isinstance(members, dict)
    numbers: list[JsonValue] = list(message.sign_ins)
    damages: tuple[tuple[str, JsonValue], ...] = (
        ("sign_ins", numbers[::-1]),
        ("sign_ins", [numbers[0], *numbers]),
        ("sign_ins", [message.sign_ins[0].upper() + "0"]),
        ("replaced", [{"sign_in_before": numbers[0]}]),
        ("evote_signed_in", 2),
        ("board", {"size": 1}),
    )
    for name, value in damages:
        with pytest.raises(MalformedError):
            SignedInMessage.decode(encode_json({**members, name: value}))
