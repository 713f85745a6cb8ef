# SPDX-License-Identifier: AGPL-3.0-or-later
"""Laws of the logs: the tree is that of its definition, and a changed checkpoint never verifies."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.cosignatures import (
    CosignerKey,
    CosignerVerifierKey,
    append_line,
    cosign,
    cosigned_at,
    sign_stamped,
    verify_seen,
)
from protocol.errors import ProtocolError
from protocol.merkle import LogPosition, TreeHasher, root
from protocol.notes import Checkpoint, LogKey, VerifierKey, sign_checkpoint, verify_checkpoint
from protocol.secret import Secret

seeds = st.binary(min_size=32, max_size=32).map(Secret)
names = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1).filter(
    lambda name: "+" not in name
)


def recursive_root(entries: list[bytes]) -> bytes:
    """The definition of §18.1, as it is written."""
    if not entries:
        return sha256().digest()
    if len(entries) == 1:
        return sha256(b"\0" + entries[0]).digest()
    k = 1
    while 2 * k < len(entries):
        k *= 2
    return sha256(b"\1" + recursive_root(entries[:k]) + recursive_root(entries[k:])).digest()


@given(st.lists(st.binary(max_size=3), max_size=70))
def test_the_tree_is_that_of_its_definition(entries: list[bytes]) -> None:
    assert root(entries) == recursive_root(entries)


@given(st.lists(st.binary(max_size=3), max_size=40), st.integers(0, 40))
def test_a_hasher_may_be_put_aside_anywhere(entries: list[bytes], cut: int) -> None:
    first = TreeHasher()
    for entry in entries[:cut]:
        first.append(entry)
    second = TreeHasher(first.size, first.hashes)
    for entry in entries[cut:]:
        second.append(entry)
    assert second.position() == LogPosition.of(entries)


@given(names, seeds, st.integers(0, 2**53 - 1), st.binary(min_size=32, max_size=32))
def test_what_a_log_signs_verifies(name: str, seed: Secret[bytes], size: int, top: bytes) -> None:
    key = LogKey(name, seed)
    checkpoint = Checkpoint(name, size, top)
    reread = VerifierKey.decode(key.verifier_key.encode())
    assert verify_checkpoint(sign_checkpoint(checkpoint, key), reread) == checkpoint


SIGNED = sign_checkpoint(
    Checkpoint("ecole.example.org/board", 12, bytes(range(32))),
    KEY := LogKey("ecole.example.org/board", Secret(bytes(32))),
)


@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_no_byte_of_a_checkpoint_may_change(place: int, mask: int) -> None:
    changed = bytearray(SIGNED)
    changed[place] ^= mask
    with pytest.raises(ProtocolError):
        verify_checkpoint(bytes(changed), KEY.verifier_key)


@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_nothing_else_is_a_checkpoint(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        verify_checkpoint(data, KEY.verifier_key)


WITNESS = CosignerKey("witness.example.org", Secret(b"w" * 32))
SEEN = Checkpoint(KEY.name, 12, bytes(range(32)))
STAMPED = append_line(sign_stamped(SEEN, 1_760_083_200, KEY), cosign(SEEN, 7, WITNESS))


@given(st.integers(0, len(STAMPED) - 1), st.integers(1, 255))
def test_no_byte_of_what_was_said_of_a_checkpoint_may_change(place: int, mask: int) -> None:
    changed = bytearray(STAMPED)
    changed[place] ^= mask
    try:
        seen = verify_seen(bytes(changed), KEY.verifier_key, [WITNESS.verifier_key])
    except ProtocolError:
        return
    # Only the name or ID of a line can be changed, and then nobody is known to have said it.
    assert seen.checkpoint == SEEN
    assert (seen.stamped_at is None) != (seen.witnessed_at == {})


@given(names, seeds, st.integers(0, 2**53 - 1), st.integers(0, 2**53 - 1))
def test_what_a_witness_signs_verifies(name: str, seed: Secret[bytes], size: int, at: int) -> None:
    key, checkpoint = CosignerKey(name, seed), Checkpoint(KEY.name, size, bytes(32))
    reread = CosignerVerifierKey.decode(key.verifier_key.encode())
    assert cosigned_at(checkpoint, [cosign(checkpoint, at, key)], reread) == at
