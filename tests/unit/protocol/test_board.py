# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whole boards, the peer's and ours, at every state, and damaged ones: §10, §11, §14."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from protocol.board import Board, read_board
from protocol.board_checks import (
    verify_ballots,
    verify_board,
    verify_decryptions,
    verify_result,
    verify_tally,
)
from protocol.counting import Count, EncryptedTally
from protocol.decryption import OwnedPayload
from protocol.election import Election
from protocol.elgamal import Ciphertext
from protocol.encoding import decode_json, encode_json, sha256_hex
from protocol.errors import MalformedError, ProtocolError, UnsupportedError
from protocol.events import BoardState, EventKind
from protocol.group import GENERATOR
from protocol.result import Result
from tests.peer_secrets import ARCHIVES, archive_name
from tests.simulator import SimulatedElection, write_archive

RESULTS = {
    "plain": [(3, 3, 1, 2)],
    "server": [(3, 3, 1, 2)],
    "t35": [(3, 3, 1, 2)],
    "multi": [(5, 3), (5, 2, 1, 2), (2, 1, 2, 6)],
    "six-lists-300": [(122, 70, 40, 23, 16, 10, 19)],
}
OURS = SimulatedElection(decrypting=(1, 3))
PLAIN = SimulatedElection(preau=False)

Entries = list[tuple[EventKind, list[bytes]]]


def board_of(entries: Sequence[tuple[EventKind, Sequence[bytes]]]) -> Board:
    return read_board(io.BytesIO(write_archive(entries)))


@pytest.mark.parametrize("path", ARCHIVES, ids=archive_name)
def test_a_board_of_the_peer_holds(path: Path) -> None:
    with path.open("rb") as stream:
        board = read_board(stream)
        assert not board.is_preau
        if path.parent.name == "open":
            assert board.state is BoardState.OPEN
            assert board.result is None
            verify_ballots(board)
            return
        assert board.state is BoardState.TALLIED
        assert board.result is not None
        assert list(board.result.votes) == RESULTS[path.parent.name]
        if board.ballot_count < 50:
            verify_board(board)
        verify_decryptions(board)
        verify_result(board)


@pytest.mark.parametrize("until", EventKind)
@pytest.mark.parametrize("election", [OURS, PLAIN], ids=["ours", "plain"])
def test_our_board_holds_at_every_state(election: SimulatedElection, until: EventKind) -> None:
    data = election.archive(until)
    board = read_board(io.BytesIO(data))
    verify_board(board)
    assert board.head.kind is until
    assert len(board.event_hashes) == board.head.height + 1
    assert board.event_hash(board.head.height) == board.head.hash
    assert [r.data for r in board.ballots()] == [
        data[0] for kind, data in election.entries(until) if kind is EventKind.BALLOT
    ]


@pytest.mark.parametrize("preau", [True, False])
def test_an_election_without_ballots_holds(*, preau: bool) -> None:
    verify_board(read_board(io.BytesIO(SimulatedElection(votes=(), preau=preau).archive())))


def test_progress_counts_the_ballots() -> None:
    seen: list[int] = []
    verify_ballots(board_of(OURS.entries()), progress=seen.append)
    assert seen == [1, 2, 3, 4]


def test_the_ballots_can_be_read_again() -> None:
    board = board_of(OURS.entries())
    assert [r.event_hash for r in board.ballots()] == [r.event_hash for r in board.ballots()]
    assert [r.height for r in board.ballots()] == [1, 2, 3, 4]


def member_of(archive: bytes, content: bytes) -> bytes:
    """Return header, content and padding of the member with this content."""
    start = archive.index(content)
    return archive[start - 512 : start + len(content) + -len(content) % 512]


def test_ballots_that_changed_between_two_readings_are_refused() -> None:
    # The chain names the ballots of one election, the tally is the product of other ballots.
    shown, counted = (SimulatedElection(votes=votes) for votes in ((0, 1, 0), (2, 2, 2)))
    entries = shown.entries(EventKind.END_BALLOTS)
    (tally,) = (e for e in counted.entries() if e[0] is EventKind.ENCRYPTED_TALLY)
    first_reading = write_archive([*entries, tally])
    stick = io.BytesIO(first_reading)
    board = read_board(stick)
    second_reading = first_reading
    for one, other in zip(shown.ballots, counted.ballots, strict=True):
        was = member_of(first_reading, one.encode())
        second_reading = second_reading.replace(was, member_of(counted.archive(), other.encode()))
    assert len(second_reading) == len(first_reading)
    stick.seek(0)
    stick.write(second_reading)
    with pytest.raises(MalformedError, match="has changed since it was read"):
        verify_board(board)


def test_what_is_not_supported_is_said_of_a_sound_chain_only() -> None:
    tree = decode_json(OURS.election.data)
    data = encode_json({**tree, "version": 2})  # type: ignore[dict-item]
    setup = OURS.entries()[0][1]
    payload = setup[-1].replace(sha256_hex(setup[0]).encode(), sha256_hex(data).encode())
    entries = [(EventKind.SETUP, [data, *setup[1:-1], payload]), *OURS.entries()[1:]]
    archive = write_archive(entries)
    with pytest.raises(UnsupportedError):
        read_board(io.BytesIO(archive))
    with pytest.raises(MalformedError):
        read_board(io.BytesIO(archive[:-1]))


def test_the_election_is_looked_at_before_long_work(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(Exception):
        """What a caller raises for another election."""

    def refuse(election: Election) -> None:
        raise Other(election.uuid)

    def fail(*_arguments: object, **_options: object) -> None:
        pytest.fail("the trustees were verified before the election was looked at")

    monkeypatch.setattr("protocol.board.verify_setup", fail)
    with pytest.raises(Other, match=OURS.uuid):
        read_board(io.BytesIO(OURS.archive(EventKind.SETUP)), accept=refuse)


def test_before_closing_there_is_nothing_to_decrypt() -> None:
    board = board_of(OURS.entries(EventKind.BALLOT))
    for ask in (lambda: board.context, board.require_tally, lambda: verify_tally(board)):
        with pytest.raises(ProtocolError, match="no encrypted tally"):
            ask()
    with pytest.raises(ProtocolError, match="no result"):
        verify_result(board)
    with pytest.raises(ProtocolError, match="no event 5"):
        board.event_hash(5)


# -------------------------------------------------------------------- damage


def place_of(entries: Entries, kind: EventKind, nth: int = 0) -> int:
    return [i for i, (each, _) in enumerate(entries) if each is kind][nth]


def edit(data: bytes, change: Callable[[Any], object]) -> bytes:
    tree = decode_json(data)
    change(tree)
    return encode_json(tree)


def edited(
    kind: EventKind, place: int, change: Callable[[Any], object]
) -> Callable[[Entries], object]:
    """Change one datum of the first event of a kind, and the hashes that name it."""

    def damage(entries: Entries) -> None:
        data = entries[place_of(entries, kind)][1]
        before = sha256_hex(data[place]).encode()
        data[place] = edit(data[place], change)
        data[-1] = data[-1].replace(before, sha256_hex(data[place]).encode())

    return damage


def swap_ballots(entries: Entries) -> None:
    entries[1], entries[2] = entries[2], entries[1]


def again(entries: Entries) -> None:
    entries.insert(2, entries[1])


def foreign(entries: Entries) -> None:
    entries[1] = (EventKind.BALLOT, [SimulatedElection(seed="x").ballots[0].encode()])


def by_a_reserve(entries: Entries) -> None:
    entries[1] = (EventKind.BALLOT, [OURS.cast(OURS.electors, 0).encode()])


def second_ballot(entries: Entries) -> None:
    entries.insert(2, (EventKind.BALLOT, [OURS.cast(0, 1, "second").encode()]))


def same_owner(entries: Entries) -> None:
    first = place_of(entries, EventKind.PARTIAL_DECRYPTION)
    entries.insert(first, entries[first])


def owner(number: int) -> Callable[[Entries], object]:
    def damage(entries: Entries) -> None:
        data = entries[place_of(entries, EventKind.PARTIAL_DECRYPTION)][1]
        data[1] = OwnedPayload(number, sha256_hex(data[0])).encode()

    return damage


def swap_factors(partial: dict[str, Any]) -> None:
    row = partial["decryption_factors"][0]
    row[0], row[1] = row[1], row[0]


def no_signatures(sized: dict[str, Any]) -> None:
    sized["evote"]["setup_signatures"].pop()


TALLY, PARTIAL = EventKind.ENCRYPTED_TALLY, EventKind.PARTIAL_DECRYPTION

# What is done to the board, and the section whose rule must be the one that speaks.
DAMAGE: dict[str, tuple[Callable[[Entries], object], str]] = {
    "a ballot dropped": (lambda e: e.pop(1), "11.2"),
    "a ballot twice": (again, "11.1"),
    "a ballot of another election": (foreign, "9.3"),
    "a ballot by a reserve": (by_a_reserve, "13.5"),
    "a second ballot of one credential": (second_ballot, "11.1"),
    "a ballot's signature changed": (
        edited(EventKind.BALLOT, 0, lambda b: b["signature"]["proof"].update(response="1")),
        "9.4",
    ),
    "a ballot's proof changed": (
        edited(
            EventKind.BALLOT, 0, lambda b: b["answers"][0]["overall_proof"][0].update(response="1")
        ),
        "6.4",
    ),
    "an encrypted tally with two choices swapped": (
        edited(TALLY, 0, lambda t: t[0].reverse()),
        "11.2",
    ),
    "an encrypted tally of another shape": (edited(TALLY, 0, lambda t: t[0].pop()), "11.2"),
    "another number of ballots": (edited(TALLY, 1, lambda t: t.update(num_tallied=5)), "11.2"),
    "another weight": (edited(TALLY, 1, lambda t: t.update(total_weight=5)), "11.2"),
    "too few set-up signatures": (edited(TALLY, 1, no_signatures), "7.13"),
    "no set-up signatures": (edited(TALLY, 1, lambda t: t.pop("evote")), "14"),
    "an unknown member of the tally": (edited(TALLY, 1, lambda t: t.update(x=1)), "11.2"),
    "one owner twice": (same_owner, "11.3"),
    "an owner that is no trustee": (owner(4), "7.10"),
    "the owner of another": (owner(2), "6.5"),
    "owner 0": (owner(0), "11.3"),
    "no bound proofs": (edited(PARTIAL, 0, lambda p: p.pop("evote")), "14"),
    "two factors swapped": (edited(PARTIAL, 0, swap_factors), "6.5"),
    "fewer factors": (edited(PARTIAL, 0, lambda p: p["decryption_factors"][0].pop()), "11.3"),
    "fewer proofs": (edited(PARTIAL, 0, lambda p: p["decryption_proofs"][0].pop()), "11.3"),
    "fewer bound proofs": (
        edited(PARTIAL, 0, lambda p: p["evote"]["bound_proofs"][0].pop()),
        "11.3",
    ),
    "a bound proof for another choice": (
        edited(PARTIAL, 0, lambda p: p["evote"]["bound_proofs"][0].reverse()),
        "6.6",
    ),
    "too few partial decryptions": (lambda e: e.pop(place_of(e, PARTIAL)), "11.4"),
    "another result": (edited(EventKind.RESULT, 0, lambda r: r["result"][0].reverse()), "11.6"),
    "a result of another shape": (
        edited(EventKind.RESULT, 0, lambda r: r["result"][0].pop()),
        "11.6",
    ),
    "another number of sign-ins": (
        edited(EventKind.RESULT, 0, lambda r: r["evote"].update(sign_ins=5)),
        "11.7",
    ),
    "a result without bindings": (edited(EventKind.RESULT, 0, lambda r: r.pop("evote")), "14"),
}


@pytest.mark.parametrize(("damage", "section"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_board_is_refused(damage: Callable[[Entries], object], section: str) -> None:
    entries = OURS.entries()
    damage(entries)
    with pytest.raises(ProtocolError) as fault:
        verify_board(board_of(entries))
    assert fault.value.section == section


def test_another_order_of_ballots_is_another_board() -> None:
    # Nothing is wrong with the ballots, but the decryptions were bound to the other order.
    entries = OURS.entries()
    swap_ballots(entries)
    with pytest.raises(ProtocolError, match="bound proof"):
        verify_board(board_of(entries))


class Impossible(SimulatedElection):
    """All is decrypted well, but somebody has added a blank vote to the product."""

    @cached_property
    def count(self) -> Count:
        honest = super().count
        row = list(honest.encrypted_tally.ciphertexts[0])
        row[0] = Ciphertext(row[0].alpha, row[0].beta * GENERATOR)
        return replace(honest, encrypted_tally=EncryptedTally((tuple(row),)))

    @cached_property
    def result(self) -> bytes:
        honest = Result.decode(OURS.result, (self.question,))
        return replace(honest, votes=((2, *honest.votes[0][1:]),)).encode()


def test_an_impossible_result_is_refused_by_itself() -> None:
    board = read_board(io.BytesIO(Impossible().archive()))
    verify_decryptions(board)
    with pytest.raises(ProtocolError, match="not one that these ballots can give"):
        verify_result(board)


def add_evote(datum: dict[str, Any] | list[Any]) -> None:
    (datum[0][1] if isinstance(datum, list) else datum)["evote"] = {"version": 1}


def test_an_evote_of_one_object_alone_is_refused_in_the_plain_profile() -> None:
    for kind, place in ((TALLY, 1), (PARTIAL, 0), (EventKind.RESULT, 0), (EventKind.SETUP, 1)):
        entries = PLAIN.entries()
        edited(kind, place, add_evote)(entries)
        with pytest.raises(MalformedError, match="evote"):
            board_of(entries)


def test_plain_profile_ignores_what_servers_add() -> None:
    entries = PLAIN.entries(EventKind.END_BALLOTS)
    edited(EventKind.SETUP, 3, lambda s: s.update(x=1))(entries)
    verify_board(board_of(entries))


def test_a_re_vote_counts_in_the_plain_profile_alone() -> None:
    entries = PLAIN.entries(EventKind.BALLOT)
    entries.append((EventKind.BALLOT, [PLAIN.cast(0, 2, "second").encode()]))
    count = verify_ballots(board_of(entries))
    assert (count.num_tallied, count.total_weight) == (4, 4)
    assert count.encrypted_tally != PLAIN.count.encrypted_tally
    entries.append(entries[1])
    with pytest.raises(ProtocolError, match="twice"):
        verify_ballots(board_of(entries))


def test_a_board_without_event_is_refused() -> None:
    with pytest.raises(ProtocolError, match="no event"):
        board_of([])
