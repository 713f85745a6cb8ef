# SPDX-License-Identifier: AGPL-3.0-or-later
"""§10: the one permitted form of an archive, of its chain, and of the order of its events."""

from __future__ import annotations

import hashlib
import io
import json

import pytest

from audit.archive import Framing, header, read_members
from audit.board import Board, read_board
from audit.words import Unreadable, Unsupported
from tests.unit.audit import peer

WHOLE = peer.archive("plain").read_bytes()


def read(data: bytes) -> Board:
    return read_board(io.BytesIO(data))


def member(content: bytes, *, event: bool = False, time: int = 1795438291) -> bytes:
    name = f"{hashlib.sha256(content).hexdigest()}.{'event' if event else 'data'}.json"
    return header(name.encode(), len(content), time) + content + bytes(-len(content) % 512)


def first(content: bytes, time: int) -> bytes:
    return header(b"BELENIOS", len(content), time) + content + bytes(-len(content) % 512)


@pytest.mark.parametrize("name", peer.RESULTS)
def test_the_archives_of_the_peer_are_whole(name: str) -> None:
    board = read(peer.archive(name).read_bytes())
    assert (board.whole, board.state) == (True, "tallied")


@pytest.mark.parametrize("offset", [0, 100, 107, 108, 116, 124, 135, 136, 147, 148, 154, 155, 156])
def test_each_field_of_each_header_is_fixed(offset: int) -> None:
    for start in (0, 1024):
        damaged = bytearray(WHOLE)
        damaged[start + offset] ^= 1
        try:
            board = read(bytes(damaged))
        except Unreadable:
            assert start + offset == 0
            continue
        assert board.framing.faults


@pytest.mark.parametrize("offset", [99, 157, 257, 263, 345, 511])
def test_the_rest_of_each_header_is_zero(offset: int) -> None:
    damaged = bytearray(WHOLE)
    damaged[1024 + offset] = 1
    damaged[1024 + 148 : 1024 + 156] = b"        "
    checksum = sum(damaged[1024:1536])
    damaged[1024 + 148 : 1024 + 156] = b"%06o\0 " % checksum
    assert read(bytes(damaged)).framing.faults


def test_padding_is_zero() -> None:
    damaged = bytearray(WHOLE)
    damaged[1023] = 1  # the first member has 38 bytes of content
    assert read(bytes(damaged)).framing.faults


APPENDED = {
    "one byte": b"\0",
    "end-of-archive blocks": bytes(1024),
    "a header cut short": WHOLE[:300],
    "a datum": member(b"{}"),
    "a second BELENIOS": WHOLE[:1024],
    "the whole archive": WHOLE,
    "a size beyond the file": header(b"0" * 64 + b".data.json", 8**11 - 1, 1795438291),
    "another name": header(b"../etc/passwd", 0, 1795438291),
}


@pytest.mark.parametrize("tail", APPENDED.values(), ids=APPENDED)
def test_nothing_follows_the_last_event(tail: bytes) -> None:
    assert read(WHOLE + tail).framing.faults


@pytest.mark.parametrize("cut", [1, 511, 512, 700, 5000])
def test_a_member_cut_short_is_a_fault(cut: int) -> None:
    assert read(WHOLE[:-cut]).framing.faults


def test_an_archive_cut_between_events_is_an_earlier_state() -> None:
    states = [read(peer.without_members_after("plain", count)) for count in range(1, 37)]
    seen = {board.state for board in states if board.whole}
    assert seen == {"set-up", "open", "closed", "tallied"}


def test_the_time_may_be_a_number_or_a_text() -> None:
    for content in (b'{"version":1,"timestamp":7}', b'{"version":1,"timestamp":"7"}'):
        framing = Framing()
        data = io.BytesIO(first(content, 7) + member(b"1", time=7))
        assert [found.content for found in read_members(data, framing)] == [b"1"]
        assert framing.faults == []


@pytest.mark.parametrize(
    "content",
    [
        b'{"timestamp":7,"version":1}',
        b'{"version":1,"timestamp":7 }',
        b'{"version":1,"timestamp":"07"}',
        b'{"version":1,"timestamp":-7}',
        b'{"version":1,"timestamp":7,"x":1}',
        b'{"version":"1","timestamp":7}',
        b'{"version":true,"timestamp":7}',
        b'{"version":1,"timestamp":8}',
    ],
)
def test_another_first_member_is_a_fault(content: bytes) -> None:
    framing = Framing()
    assert list(read_members(io.BytesIO(first(content, 7)), framing)) == []
    assert framing.faults


def test_what_is_no_archive_is_unreadable() -> None:
    for data in (b"", b"PK", WHOLE[1024:], bytes(512), b"belenios" + bytes(600)):
        with pytest.raises(Unreadable):
            read(data)
    with pytest.raises(Unsupported):
        read(first(b'{"version":2,"timestamp":7}', 7))


def event(board_data: bytes, changes: dict[str, object], *, raw: bytes | None = None) -> bytes:
    """The archive with one more event, which continues the chain but for ``changes``."""
    board = read(board_data)
    offset, last = 0, b""
    while offset < len(board_data):
        size = int(board_data[offset + 124 : offset + 135], 8)
        if b".event" in board_data[offset : offset + 100]:
            last = board_data[offset + 512 : offset + 512 + size]
        offset += 512 + -(-size // 512) * 512
    value = {
        "parent": hashlib.sha256(last).hexdigest(),
        "height": board.events,
        "type": "EndBallots",
        **changes,
    }
    content = raw or json.dumps(value, separators=(",", ":")).encode()
    return board_data + member(content, event=True)


OPEN = peer.archive("plain", still_open=True).read_bytes()


def test_a_further_event_of_the_chain_is_read() -> None:
    board = read(event(OPEN, {}))
    assert (board.whole, board.state) == (True, "closed")


@pytest.mark.parametrize(
    "changes",
    [{"height": 9}, {"height": 11}, {"parent": "0" * 64}, {"payload": "0" * 64}, {"x": 1}],
)
def test_a_broken_chain_is_a_fault_of_the_chain(changes: dict[str, object]) -> None:
    board = read(event(OPEN, changes))
    assert board.chain.faults
    assert not board.chain.order_faults


@pytest.mark.parametrize("kind", ["Shuffle", "EndShuffles", "Setup", "ballot"])
def test_a_stray_event_is_a_fault_of_the_order(kind: str) -> None:
    assert read(event(OPEN, {"type": kind, "payload": "0" * 64})).chain.order_faults


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b"[" * 50_000, b'{"height":' + b"1" * 9999 + b"}"]
)
def test_an_unreadable_event_is_a_fault_of_the_chain(raw: bytes) -> None:
    board = read(event(OPEN, {}, raw=raw or b" "))
    assert board.chain.faults
    assert board.lost == 1


def test_data_before_an_event_are_exactly_its_own() -> None:
    board = read(event(OPEN + member(b'"note"'), {}))
    assert board.data_faults
    assert not board.chain.faults
    assert not read(event(OPEN, {})).data_faults
