# SPDX-License-Identifier: AGPL-3.0-or-later
"""§18.2, §18.3: verifier keys and checkpoints. The damages are those of tests/tamper."""

from __future__ import annotations

import pytest

from audit.notes import decode_checkpoint, decode_key
from audit.words import Malformed
from tests.tamper.forge.logs import LogKey, board_key, root

# A key of the Go module ecosystem's checksum database, as it is published with its clients.
SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
KEY = board_key("SomeElection14")


def test_a_key_made_by_others_is_read() -> None:
    key = decode_key(SUMDB)
    assert (key.name, key.id.hex(), len(key.public)) == ("sum.golang.org", "033de0ae", 32)


@pytest.mark.parametrize("name", ["a\u0007b", "a\u0085b", "a b", "a\u2009b", ""])
def test_a_name_has_nothing_invisible(name: str) -> None:
    with pytest.raises(Malformed):
        decode_key(LogKey(name, b"k" * 32).vkey)
    assert decode_key(LogKey("a/b", b"k" * 32).vkey).name == "a/b"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+033de0ae",
        SUMDB.replace("sum", "som"),
        SUMDB.replace("033de0ae", "033DE0AE"),
        SUMDB[:-1],
        SUMDB + "=",
        SUMDB + "\n",
        "+" + SUMDB,
        SUMDB.replace("sum.", "sum ."),
    ],
)
def test_another_writing_of_a_key_is_none(text: str) -> None:
    with pytest.raises(Malformed):
        decode_key(text)


def test_a_checkpoint_says_size_and_root() -> None:
    checkpoint = decode_checkpoint(KEY.checkpoint([b"a", b"b", b"c"]))
    assert (checkpoint.origin, checkpoint.size) == (KEY.name, 3)
    assert checkpoint.root == root([b"a", b"b", b"c"])
    assert checkpoint.signed_by(decode_key(KEY.vkey))
    assert not checkpoint.signed_by(decode_key(board_key("AnotherElectn1").vkey))


def test_every_bit_of_a_checkpoint_matters() -> None:
    data, key = KEY.checkpoint([b"a"]), decode_key(KEY.vkey)
    for place in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            try:
                checkpoint = decode_checkpoint(bytes(changed))
            except Malformed:
                continue
            assert not checkpoint.signed_by(key), (place, bit)
