# SPDX-License-Identifier: AGPL-3.0-or-later
"""A lost letter replaced at the desk, and a contested vote looked up there: §13.7, §17.4, §19.5."""

from __future__ import annotations

import pytest

from evote.credentials.desk import code_key, encode_sign_in_numbers, make_codes
from evote.credentials.reissuing import contested, reissue
from evote.credentials.sealed import open_desk, seal_desk, seal_memory
from evote.election.desk_messages import ContestedMessage, ReissueMessage
from evote.errors import Refusal
from evote.roll.model import Elector
from evote.roll.sealing import seal_roll
from evote.roll.sign_in_file import decode_sign_in_numbers
from protocol.codes import encode_code, sign_in_number
from protocol.errors import MalformedError
from protocol.secret import Secret
from tests.rng import seeded_rng

UUID = "3yKpQvX2mBtRwZ"
WORDS = Secret("six mots qui ferment ce fichier")
ROLL = seal_roll(Elector(f"NOM {i}", "Ana", "", "", None, (), (i,)) for i in range(1, 6))
CODES = make_codes(UUID, ROLL, seeded_rng("desk"))
MEMORY = open_desk(seal_desk(CODES, WORDS), WORDS)
NUMBERS = decode_sign_in_numbers(encode_sign_in_numbers(CODES))


def test_the_next_reserve_takes_the_place_of_the_lost_code() -> None:
    done = reissue(MEMORY, NUMBERS, 2, ())
    reserve = CODES.reserves[0]
    assert done.code.reveal() == reserve.code.reveal()
    assert done.message.revoked == CODES.electors[1].key
    assert done.message.sign_in_before == CODES.electors[1].sign_in
    assert done.message.sign_in_after == sign_in_number(UUID, reserve.code)
    assert done.memory.credentials[1] == reserve.key
    assert len(done.memory.reserves) == 2
    assert done.numbers.number_of(2) == done.message.sign_in_after
    assert CODES.electors[1].sign_in not in done.numbers.by_number
    assert len(done.numbers.by_number) == 5


def test_the_servers_file_has_neither_the_code_nor_the_reserves_credential() -> None:
    done = reissue(MEMORY, NUMBERS, 2, ())
    data = done.message.encode()
    assert encode_code(done.code).reveal().encode() not in data
    assert done.code.reveal().hex().encode() not in data
    assert code_key(UUID, done.code).encode().encode() not in data


def test_what_was_replaced_is_remembered_under_the_words() -> None:
    first = reissue(MEMORY, NUMBERS, 2, ())
    again = open_desk(seal_memory(first.memory, WORDS), WORDS)
    assert again.replaced == first.memory.replaced
    second = reissue(again, decode_sign_in_numbers(first.numbers.encode()), 2, ())
    assert second.message.revoked == CODES.reserves[0].key
    assert [each.elector for each in second.memory.replaced] == [2, 2]
    assert second.code.reveal() == CODES.reserves[1].code.reveal()


def test_no_reserve_left_or_a_ballot_in_the_box_is_refused() -> None:
    with pytest.raises(Refusal, match="déjà été voté"):
        reissue(MEMORY, NUMBERS, 2, (CODES.electors[1].key,))
    reissue(MEMORY, NUMBERS, 2, (CODES.electors[2].key,))
    memory, numbers = MEMORY, NUMBERS
    for _ in CODES.reserves:
        done = reissue(memory, numbers, 1, ())
        memory, numbers = done.memory, done.numbers
    with pytest.raises(Refusal, match="plus de code de réserve"):
        reissue(memory, numbers, 1, ())


def test_a_contested_vote_is_looked_up_without_telling_the_credential() -> None:
    done = reissue(MEMORY, NUMBERS, 2, ())
    for voted, used in (
        ((), False),
        ((CODES.electors[0].key,), False),
        ((CODES.electors[1].key,), True),
        ((CODES.reserves[0].key,), True),
    ):
        message = contested(done.memory, done.numbers, 2, voted)
        assert message.credential_used is used
        assert message.sign_ins == (done.message.sign_in_after, done.message.sign_in_before)
        for key in (CODES.electors[1].key, CODES.reserves[0].key):
            assert key.encode().encode() not in message.encode()


@pytest.mark.parametrize("kind", [ReissueMessage, ContestedMessage])
def test_a_message_has_one_form(kind: type[ReissueMessage | ContestedMessage]) -> None:
    done = reissue(MEMORY, NUMBERS, 3, ())
    message: ReissueMessage | ContestedMessage = done.message
    if kind is ContestedMessage:
        message = contested(MEMORY, NUMBERS, 3, ())
    data = message.encode()
    assert kind.decode(data) == message
    number = NUMBERS.number_of(3).encode()
    changes = ((number, number.upper() + b"0"), (b'"uuid"', b'"Uuid"'), (b'":1', b'":2'))
    for before, after in changes:
        assert before in data
        with pytest.raises(MalformedError):
            kind.decode(data.replace(before, after, 1))
    with pytest.raises(MalformedError):
        kind.decode(data + b"\n")
