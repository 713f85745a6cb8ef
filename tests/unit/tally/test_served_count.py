# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counting an election on a server: who decrypts signs the closing, §17.4, §19.4."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest

from protocol.board import Board, read_board
from protocol.encoding import decode_canonical_json, encode_json
from protocol.events import EventKind
from protocol.journal import next_entry
from protocol.journal_rules import verify_journal
from protocol.journal_state import JournalState, Phase
from tally.combine import closing_of, combine, gather_decryptions
from tally.decrypt import decrypt_count, make_decryption_message, require_decryptable
from tally.errors import Refusal
from tally.memory import SeenBoard
from tally.messages import DecryptionMessage
from tests.simulator import SimulatedElection
from tests.unit.tally.records import OURS, memory_of

CLOSED = EventKind.ENCRYPTED_TALLY


def board_of(election: SimulatedElection = OURS, until: EventKind = CLOSED) -> Board:
    return read_board(io.BytesIO(election.archive(until)))


def state_of(election: SimulatedElection = OURS, until: EventKind = CLOSED) -> JournalState:
    return verify_journal(board_of(election, until), election.journal(until))


def message_of(number: int) -> DecryptionMessage:
    board, state, memory = board_of(), state_of(), memory_of(number)
    after, partial = decrypt_count(memory, board, number, journal=state.position)
    assert after.seen == SeenBoard(board.head.height, board.head.hash, state.position)
    return make_decryption_message(memory, board, partial, closing_of(state))


def test_who_decrypts_signs_the_closing_and_all_else_follows() -> None:
    files = {f"d{i}": message_of(i).encode() for i in (3, 1)}
    board, state = board_of(), state_of()
    gathered = gather_decryptions(board, files, closing_of(state))
    assert gathered.rejected == ()
    assert [signed.trustee for signed in gathered.signatures] == [1, 3]
    assert list(gathered.added) == [1, 3]
    assert state.last is not None
    entry = next_entry(
        OURS.uuid,
        state.last,
        state.last.at,
        state.last.board,
        closing_of(state),
        gathered.signatures,
    )
    signed = verify_journal(board, (*OURS.journal(CLOSED), entry))
    assert signed.phase is Phase.CLOSING_SIGNED
    result = combine(board, gathered, journal=signed.position)
    assert result.evote is not None
    assert (result.evote.version, result.evote.journal) == (2, signed.position)
    assert result.votes == ((1, 2, 2, 0),)


def test_a_message_of_version_2_is_read_as_it_was_written() -> None:
    message = message_of(1)
    assert message.encode().startswith(b'{"evote_decryption":2,')
    assert DecryptionMessage.decode(message.encode()) == message


Change = Callable[[dict[str, object]], object]
GOOD = message_of(1)


def changed(**members: object) -> DecryptionMessage:
    return replace(GOOD, **members)  # type: ignore[arg-type]


def closing(**members: object) -> DecryptionMessage:
    assert GOOD.closing is not None
    body = replace(GOOD.closing.body, **members)  # type: ignore[arg-type]
    return replace(GOOD, closing=replace(GOOD.closing, body=body))


SET_ASIDE = {
    "no closing": (changed(closing=None), "d'une autre version"),
    "another number of ballots": (closing(ballots=4), "une autre clôture"),
    "another tally": (closing(tally_event="0" * 64), "une autre clôture"),
    "another journal": (closing(journal=OURS.journal_position()), "un autre journal"),
    "somebody else's signature": (changed(closing=message_of(2).closing), "n'est pas valable"),
}


@pytest.mark.parametrize(("message", "reason"), SET_ASIDE.values(), ids=SET_ASIDE)
def test_a_part_without_its_signature_of_the_closing_is_set_aside(
    message: DecryptionMessage, reason: str
) -> None:
    gathered = gather_decryptions(board_of(), {"d1": message.encode()}, closing_of(state_of()))
    (rejected,) = gathered.rejected
    assert reason in rejected.reason
    assert (gathered.added, gathered.signatures) == ({}, ())


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree.pop("closing"),
        lambda tree: tree.update(evote_decryption=1),
        lambda tree: tree.update(evote_decryption=3),
        lambda tree: tree["closing"].update(x=1),
        lambda tree: tree["closing"]["body"].update(sign_ins=1),
    ],
)
def test_a_message_of_another_shape_is_set_aside(change: Change) -> None:
    tree = decode_canonical_json(GOOD.encode())
    assert isinstance(tree, dict)
    change(tree)  # type: ignore[arg-type]
    gathered = gather_decryptions(board_of(), {"d1": encode_json(tree)}, closing_of(state_of()))
    assert [each.who for each in gathered.rejected] == [""]


def test_a_closing_has_no_place_in_version_1() -> None:
    files = SimulatedElection()
    board = board_of(files)
    message = replace(
        GOOD,
        uuid=files.uuid,
        fingerprint=files.election.fingerprint,
        tally_event=board.context.tally_event,
        decryption=files.decryption(1),
    )
    (rejected,) = gather_decryptions(board, {"d1": message.encode()}).rejected
    assert "d'une autre version" in rejected.reason


def test_the_version_says_whether_a_closing_is_signed() -> None:
    board, state = board_of(), state_of()
    _, partial = decrypt_count(memory_of(), board, 1)
    with pytest.raises(RuntimeError):
        make_decryption_message(memory_of(), board, partial)
    with pytest.raises(Refusal, match="avec son journal"):
        gather_decryptions(board, {})
    with pytest.raises(RuntimeError):
        gather_decryptions(board_of(SimulatedElection()), {}, closing_of(state))


def test_there_is_nothing_to_sign_before_the_closing_or_after_a_cancellation() -> None:
    with pytest.raises(Refusal, match="ne dit pas encore"):
        closing_of(state_of(until=EventKind.BALLOT))
    with pytest.raises(Refusal, match="annulée"):
        closing_of(replace(state_of(), phase=Phase.CANCELLED))


def test_an_archive_alone_is_not_decrypted() -> None:
    with pytest.raises(Refusal, match="l'archive seule ne suffit pas") as refused:
        require_decryptable(memory_of(), board_of())
    assert "téléchargez" in refused.value.advice
