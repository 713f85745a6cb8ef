# SPDX-License-Identifier: AGPL-3.0-or-later
"""The archive, byte by byte: §10.3. What the whole board must be is in test_board.py."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from protocol.archive import ArchiveWriter, read_archive
from protocol.archive_entries import Entry, entry_bytes
from protocol.archive_members import BLOCK, ArchiveHeader, archive_start
from protocol.encoding import sha256_hex
from protocol.errors import MalformedError, ProtocolError, UnsupportedError
from protocol.events import EventKind, Head
from tests.peer_secrets import ARCHIVES, PEER, archive_name

PLAIN = next((PEER / "plain").glob("*.bel")).read_bytes()
HEADER = ArchiveHeader(1_795_438_291)
SETUP_HASHES = ",".join(
    f'"{name}":"{sha256_hex(name.encode())}"' for name in ("election", "trustees", "credentials")
)
SETUP = [b"election", b"trustees", b"credentials", f"{{{SETUP_HASHES}}}".encode()]


def entries(data: bytes) -> list[Entry]:
    return list(read_archive(io.BytesIO(data)).entries())


@pytest.mark.parametrize("path", ARCHIVES, ids=archive_name)
def test_an_archive_of_the_peer_written_anew_is_the_same_bytes(path: Path) -> None:
    reader = read_archive(io.BytesIO(path.read_bytes()))
    copy = io.BytesIO()
    writer = ArchiveWriter.create(copy, reader.header)
    for entry in reader.entries():
        assert writer.append(entry.event.kind, entry.data) == entry.event
    assert copy.getvalue() == path.read_bytes()


def test_appending_goes_on_where_an_archive_ends() -> None:
    read = entries(PLAIN)
    start = PLAIN[: read[3].offset]
    head = Head.of(read[2].event)
    more = io.BytesIO()
    writer = ArchiveWriter.resume(more, HEADER, head)
    for entry in read[3:]:
        writer.append(entry.event.kind, entry.data)
    assert start + more.getvalue() == PLAIN


@pytest.mark.parametrize("header", [HEADER, ArchiveHeader(7, as_text=False), ArchiveHeader(0)])
def test_the_time_is_a_number_or_a_text(header: ArchiveHeader) -> None:
    reader = read_archive(io.BytesIO(archive_start(header)))
    assert reader.header == header
    assert list(reader.entries()) == []


@pytest.mark.parametrize(
    "content",
    [
        b'{"version":1,"timestamp":1.5}',
        b'{"version":1,"timestamp":-1}',
        b'{"version":1,"timestamp":true}',
        b'{"version":1,"timestamp":"01"}',
        b'{"version":1,"timestamp":"x"}',
        b'{"version":1,"timestamp":8589934592}',
        b'{"timestamp":1,"version":1}',
        b'{"version":1,"timestamp":1,"x":1}',
        b'{"version":1, "timestamp":1}',
        b'{"version":1}',
    ],
)
def test_another_header_content_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedError):
        ArchiveHeader.decode(content)


def test_another_version_is_unsupported() -> None:
    with pytest.raises(UnsupportedError):
        ArchiveHeader.decode(b'{"version":2,"timestamp":1}')


def test_every_byte_of_a_header_matters() -> None:
    offset = entries(PLAIN)[1].offset  # the first ballot's datum
    for position in range(BLOCK):
        for value in {0, 0x20, PLAIN[offset + position] ^ 1} - {PLAIN[offset + position]}:
            data = bytearray(PLAIN)
            data[offset + position] = value
            with pytest.raises(ProtocolError):
                entries(bytes(data))


def test_every_byte_of_the_first_member_matters() -> None:
    for position in range(2 * BLOCK):
        data = bytearray(PLAIN)
        data[position] ^= 1
        with pytest.raises(ProtocolError):
            entries(bytes(data))


def test_padding_and_content_matter() -> None:
    offset = entries(PLAIN)[-1].offset
    for position in (offset + BLOCK, offset + 2 * BLOCK - 1):
        data = bytearray(PLAIN)
        data[position] ^= 1
        with pytest.raises(MalformedError):
            entries(bytes(data))


def test_an_archive_may_end_between_events_and_nowhere_else() -> None:
    ends = {entry.offset for entry in entries(PLAIN)[1:]} | {2 * BLOCK, len(PLAIN)}
    for size in range(0, len(PLAIN) + 1, BLOCK // 2):
        if size in ends:
            entries(PLAIN[:size])
        else:
            with pytest.raises(ProtocolError):
                entries(PLAIN[:size])


@pytest.mark.parametrize("tail", [bytes(BLOCK), bytes(2 * BLOCK), b"x", b"\0", PLAIN[: 2 * BLOCK]])
def test_nothing_stands_after_the_last_event(tail: bytes) -> None:
    with pytest.raises(ProtocolError):
        entries(PLAIN + tail)


def test_what_is_no_archive_is_refused() -> None:
    for data in (b"", b"BELENIOS", bytes(BLOCK), PLAIN[2 * BLOCK :], b"BELENIOS\0" + bytes(503)):
        with pytest.raises(MalformedError):
            read_archive(io.BytesIO(data))


def test_a_member_may_come_in_small_reads() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(100, size or 0))

    assert len(list(read_archive(Slow(PLAIN)).entries())) == 15


BAD_DATA = {
    "none": [],
    "the payload alone": SETUP[3:],
    "another order": [SETUP[1], SETUP[0], *SETUP[2:]],
    "one missing": SETUP[1:],
    "one too many": [b"more", *SETUP],
    "another": [b"other", *SETUP[1:]],
}


@pytest.mark.parametrize("data", BAD_DATA.values(), ids=BAD_DATA)
def test_an_event_follows_exactly_the_data_it_names(data: list[bytes]) -> None:
    stream = io.BytesIO()
    writer = ArchiveWriter.create(stream, HEADER)
    written = stream.getvalue()
    with pytest.raises(ProtocolError):
        writer.append(EventKind.SETUP, data)
    assert stream.getvalue() == written
    writer.append(EventKind.SETUP, SETUP)
    assert writer.head == Head.of(entries(stream.getvalue())[0].event)


def test_data_that_an_event_names_must_be_right_before_it() -> None:
    first, second = entries(PLAIN)[1:3]
    start = PLAIN[: first.offset]
    one = entry_bytes(first.event, first.data, HEADER.timestamp)
    two = entry_bytes(second.event, second.data, HEADER.timestamp)
    entries(start + one + two)
    datum = len(two) - 2 * BLOCK
    for bad in (one[:datum] + two[:datum] + one[datum:], one + two[datum:], one + one):
        with pytest.raises(ProtocolError):
            entries(start + bad)
