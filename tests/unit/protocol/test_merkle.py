# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tree of RFC 6962, docs/protocol.md §18.1."""

from __future__ import annotations

import hashlib

import pytest

from protocol.errors import MalformedError
from protocol.merkle import LogPosition, TreeHasher, leaf_hash, node_hash, root

# The entries and roots with which implementations of RFC 6962 are commonly tested.
KNOWN_ENTRIES = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
KNOWN_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


@pytest.mark.parametrize("size", range(len(KNOWN_ROOTS)))
def test_the_roots_are_those_of_others(size: int) -> None:
    entries = [bytes.fromhex(each) for each in KNOWN_ENTRIES[:size]]
    assert root(entries).hex() == KNOWN_ROOTS[size]


def test_a_leaf_and_a_node_are_hashed_apart() -> None:
    assert leaf_hash(b"x") == hashlib.sha256(b"\x00x").digest()
    assert (
        node_hash(b"l" * 32, b"r" * 32) == hashlib.sha256(b"\x01" + b"l" * 32 + b"r" * 32).digest()
    )


def test_a_hasher_goes_on_from_what_it_kept() -> None:
    whole, parts = TreeHasher(), TreeHasher()
    for number in range(40):
        entry = str(number).encode()
        whole.append(entry)
        parts = TreeHasher(parts.size, parts.hashes)
        parts.append(entry)
        assert parts.position() == whole.position()
        assert len(parts.hashes) == parts.size.bit_count()


@pytest.mark.parametrize(
    ("size", "hashes"), [(-1, ()), (3, (bytes(32),)), (0, (bytes(32),)), (1, (bytes(31),))]
)
def test_hashes_that_are_not_of_the_size_are_refused(size: int, hashes: tuple[bytes, ...]) -> None:
    with pytest.raises(MalformedError):
        TreeHasher(size, hashes)


def test_a_position_is_written_and_read() -> None:
    position = LogPosition.of([b"a", b"b"])
    assert LogPosition.decode(position.encode()) == position
    assert position.encode() == {"size": 2, "root": root([b"a", b"b"]).hex()}


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"size": 1},
        {"size": -1, "root": "0" * 64},
        {"size": True, "root": "0" * 64},
        {"size": 1, "root": "0" * 63},
        {"size": 1, "root": "A" * 64},
        {"size": 1, "root": "0" * 64, "more": 1},
    ],
)
def test_a_position_of_another_shape_is_refused(value: object) -> None:
    with pytest.raises(MalformedError):
        LogPosition.decode(value)  # type: ignore[arg-type]
