# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file of a backup opens as it was written, or not at all."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote.backup.recovery import make_recovery_key
from evote.backup.sealed_stream import CHUNK_BYTES, Kind, Label, SealedReader, SealedWriter
from evote.errors import Refusal, Unreadable
from protocol.encoding import encode_json

KEY = make_recovery_key()
LABEL = Label(Kind.DATA, "ab" * 16, 1_800_000_000)
SEALED_CHUNK = CHUNK_BYTES + 17
LONG = b"".join(n.to_bytes(4, "big") for n in range(5 * CHUNK_BYTES // 8))  # two chunks and a half


def sealed(plaintext: bytes, label: Label = LABEL, pieces: int = 1000) -> bytes:
    stream = io.BytesIO()
    writer = SealedWriter(stream, label, KEY.public)
    for start in range(0, len(plaintext), pieces):
        writer.write(plaintext[start : start + pieces])
    writer.finish()
    return stream.getvalue()


def opened(data: bytes) -> bytes:
    return b"".join(SealedReader(io.BytesIO(data), "x.data").chunks(KEY))


FILE = sealed(LONG)
CLEAR = FILE.index(b"\n", FILE.index(b"\n") + 1) + 1


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, len(LONG)])
def test_it_opens_as_it_was_written(size: int) -> None:
    data = sealed(LONG[:size])
    assert opened(data) == LONG[:size]
    chunks = max(1, -(-size // CHUNK_BYTES))
    assert len(data) - data.index(b"\n", data.index(b"\n") + 1) - 1 == size + 17 * chunks


@given(st.lists(st.binary(max_size=300)))
def test_how_it_came_in_pieces_does_not_matter(pieces: list[bytes]) -> None:
    stream = io.BytesIO()
    writer = SealedWriter(stream, LABEL, KEY.public)
    for piece in pieces:
        writer.write(piece)
    writer.finish()
    assert opened(stream.getvalue()) == b"".join(pieces)


def test_the_label_is_read_without_the_key() -> None:
    assert SealedReader(io.BytesIO(FILE), "x").label == LABEL


def test_nothing_of_what_is_sealed_stands_in_it() -> None:
    assert not any(LONG[start : start + 8] in FILE for start in range(4000, len(LONG), 4000))
    assert sealed(LONG) != FILE


@pytest.mark.parametrize(
    "size",
    [
        CLEAR,
        CLEAR + 1,
        CLEAR + SEALED_CHUNK - 1,
        CLEAR + SEALED_CHUNK,
        CLEAR + 2 * SEALED_CHUNK,
        len(FILE) - 1,
    ],
)
def test_a_file_that_was_cut_does_not_open(size: int) -> None:
    with pytest.raises(Unreadable, match="abîmée"):
        opened(FILE[:size])


@pytest.mark.parametrize("more", [b"\0", FILE[CLEAR : CLEAR + SEALED_CHUNK], FILE])
def test_a_file_with_more_at_its_end_does_not_open(more: bytes) -> None:
    with pytest.raises(Unreadable, match="abîmée"):
        opened(FILE + more)


def test_chunks_in_another_order_do_not_open() -> None:
    first, second = (FILE[CLEAR + i * SEALED_CHUNK :][:SEALED_CHUNK] for i in (0, 1))
    rest = FILE[CLEAR + 2 * SEALED_CHUNK :]
    for body in (second + first + rest, second + rest, first + first + rest, rest):
        with pytest.raises(Unreadable, match="coupé ou modifié"):
            opened(FILE[:CLEAR] + body)


def test_a_file_of_two_does_not_open() -> None:
    other = sealed(LONG)
    start = other.index(b"\n", other.index(b"\n") + 1) + 1
    with pytest.raises(Unreadable, match="coupé ou modifié"):
        opened(FILE[:CLEAR] + other[start:])


@pytest.mark.parametrize("place", range(CLEAR, len(FILE), 4999))
def test_a_changed_byte_is_noticed(place: int) -> None:
    changed = FILE[:place] + bytes([FILE[place] ^ 0x40]) + FILE[place + 1 :]
    with pytest.raises(Unreadable, match="coupé ou modifié"):
        opened(changed)


@pytest.mark.parametrize("place", range(CLEAR))
def test_a_changed_byte_of_the_header_is_noticed(place: int) -> None:
    changed = FILE[:place] + bytes([FILE[place] ^ 0x01]) + FILE[place + 1 :]
    with pytest.raises(Refusal):
        opened(changed)


@pytest.mark.parametrize(
    ("member", "value"),
    [("kind", "keys"), ("backup", "cd" * 16), ("made_at", 1), ("stream", "00" * 24)],
)
def test_a_header_that_says_something_else_is_noticed(member: str, value: object) -> None:
    first, line, body = FILE.split(b"\n", 2)
    header = {**json.loads(line), member: value}
    with pytest.raises(Unreadable, match="coupé ou modifié"):
        opened(b"\n".join((first, encode_json(header), body)))


def test_another_recovery_key_is_told_so() -> None:
    with pytest.raises(Refusal, match="pas été fermé pour cette clé") as caught:
        list(SealedReader(io.BytesIO(FILE), "x.data").chunks(make_recovery_key()))
    assert KEY.public.check in caught.value.advice


@pytest.mark.parametrize(
    "data", [b"", b"SQLite format 3\0", FILE[1:], b"EVOTE-BACKUP-1 sealed\n{}"]
)
def test_another_file_is_no_backup(data: bytes) -> None:
    with pytest.raises(Unreadable, match="n'est pas une sauvegarde"):
        opened(data)
