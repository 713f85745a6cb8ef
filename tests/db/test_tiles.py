# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tiles of a long log against all of its leaves: docs/protocol.md §18.8, C2SP tlog-tiles."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from sqlalchemy import delete, insert

from evote.board.tiles import Tile, subtrees_of_log, tile_of_entries, tile_of_hashes
from evote.database.board_tables import EventRow
from protocol.merkle import LogPosition, TreeHasher, leaf_hash
from protocol.merkle_proofs import prove_inclusion, verify_inclusion
from protocol.server_binding import BOARD
from tests.db.school import School

FULL = 256


def lengthen(school: School, size: int) -> list[bytes]:
    """Let the board have so many entries, and return their bytes; no tile asks what they say."""
    entries = [b"entry %d " % place * (place % 5 + 1) for place in range(size)]
    held = school.held()
    with school.database.write() as connection:
        connection.execute(delete(EventRow))
        connection.execute(
            insert(EventRow),
            [
                {
                    **held.place,
                    "height": place,
                    "kind": "Ballot",
                    "hash": hashlib.sha256(entry).hexdigest(),
                    "leaf": leaf_hash(entry).hex(),
                    "event": entry,
                }
                for place, entry in enumerate(entries)
            ],
        )
    return entries


def root(entries: list[bytes]) -> bytes:
    return bytes.fromhex(LogPosition.of(entries).root)


def tiles(size: int) -> Iterator[tuple[int, Tile]]:
    """Every full tile, and every partial one of the last place of each level."""
    level = 0
    while size >> (8 * level):
        full, rest = divmod(size >> (8 * level), FULL)
        yield from ((level, Tile(number, FULL)) for number in range(full))
        yield from ((level, Tile(full, width)) for width in range(1, rest + 1))
        level += 1


@pytest.mark.either
@pytest.mark.parametrize("size", [1, 255, 256, 257, 700])
def test_every_tile_has_the_roots_of_its_subtrees(school: School, size: int) -> None:
    entries, held = lengthen(school, size), school.held()
    with school.database.read() as connection:
        for level, tile in tiles(size):
            below = FULL**level
            first = tile.number * FULL
            expected = [
                root(entries[place * below : (place + 1) * below])
                for place in range(first, first + tile.width)
            ]
            found = tile_of_hashes(connection, held, BOARD, size, level, tile)
            assert found == b"".join(expected), (level, tile)


@pytest.mark.parametrize("size", [255, 256, 700])
def test_no_tile_goes_beyond_the_published_size(school: School, size: int) -> None:
    lengthen(school, 700)
    held = school.held()
    with school.database.read() as connection:
        there = {
            (level, number, width)
            for level in range(3)
            for number in range(4)
            for width in (1, 128, 187, 188, 189, 255, 256)
            if tile_of_hashes(connection, held, BOARD, size, level, Tile(number, width)) is not None
        }
        entries = {
            (0, number, width)
            for number in range(4)
            for width in (1, 128, 187, 188, 189, 255, 256)
            if tile_of_entries(connection, held, BOARD, size, Tile(number, width)) is not None
        }
    expected = {
        (level, number, width)
        for level in range(3)
        for number in range(4)
        for width in (1, 128, 187, 188, 189, 255, 256)
        if number * FULL + width <= size // FULL**level
    }
    assert there == expected
    assert entries == {each for each in expected if each[0] == 0}


@pytest.mark.either
def test_a_log_of_three_levels(school: School) -> None:
    size = FULL * FULL + 3
    entries, held = lengthen(school, size), school.held()
    with school.database.read() as connection:
        top = tile_of_hashes(connection, held, BOARD, size, 2, Tile(0, 1))
        assert top == root(entries[: FULL * FULL])
        middle = tile_of_hashes(connection, held, BOARD, size, 1, Tile(0, FULL))
        assert middle is not None
        hasher = TreeHasher()
        for place in range(0, len(middle), 32):
            hasher.append_leaf(middle[place : place + 32])
        assert hasher.root() == top
        subtree = subtrees_of_log(connection, held, BOARD)
        proof = prove_inclusion(70, size, subtree)
    verify_inclusion(proof, leaf_hash(entries[70]), 70, LogPosition.of(entries))


NUMBERS = {
    "000": Tile(0, 256),
    "067": Tile(67, 256),
    "000.p/1": Tile(0, 1),
    "x001/000": Tile(1000, 256),
    "x001/x234/067": Tile(1_234_067, 256),
    "x001/x000/000.p/255": Tile(1_000_000, 255),
}
NO_NUMBERS = (
    *("", "0", "00", "0000", "x000/000", "x000/x001/000", "001/000", "x01/000", "X001/000"),
    *("000.p/", "000.p/0", "000.p/01", "000.p/256", "000.p/1000", "000.p/-1", "000.p/1/", "000p/1"),
    *("000/", "/000", " 000", "000\n", "x001/", "x001", "000.p/1.p/1", "٠٠٠"),
)


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_is_read_in_groups_of_three(text: str) -> None:
    assert Tile.decode(text) == NUMBERS[text]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_another_form_is_no_number(text: str) -> None:
    assert Tile.decode(text) is None
