# SPDX-License-Identifier: AGPL-3.0-or-later
"""The trustees of an election, single and in groups: §7.9, §7.10."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from protocol.encoding import JsonValue, decode_json, encode_json
from protocol.errors import MalformedError, ProofError, ProtocolError
from protocol.group import GENERATOR, Scalar, generator_power
from protocol.secret import Secret
from protocol.trustees import Trustees, verify_trustees
from protocol.voutput import (
    VerificationKey,
    decode_public_keys,
    encode_public_keys,
    make_single,
    verify_single,
)
from tests.peer_secrets import FINISHED, archive_name, peer_board

SIZES = {"multi": (3, 2), "plain": (3, 2), "server": (4, 3), "six-lists-300": (3, 2), "t35": (5, 3)}


@pytest.mark.parametrize("path", FINISHED, ids=archive_name)
def test_trustees_of_the_peer_hold_and_give_its_election_key(path: Path) -> None:
    board = peer_board(path.parent.name)
    verify_trustees(board.trustees)
    assert board.trustees.election_key() == board.election.public_key
    assert (board.trustees.size, board.trustees.minimum) == SIZES[path.parent.name]
    assert board.trustees.encode() == board.trustees_data


def test_owners_are_numbered_through_all_items() -> None:
    trustees = peer_board("server").trustees
    assert [first for first, _ in trustees.numbered()] == [1, 2]
    group = trustees.items[1]
    assert not isinstance(group, VerificationKey)
    assert trustees.verification_key(2) == group.verification_keys[0].public_key
    for owner in (0, 5, -1):
        with pytest.raises(ProtocolError, match="no trustee"):
            trustees.verification_key(owner)


def test_an_election_of_ours_has_one_group_alone() -> None:
    peer_board("plain").trustees.threshold_parameters()
    with pytest.raises(ProtocolError):
        peer_board("server").trustees.threshold_parameters()


def test_a_rogue_single_key_is_not_proved() -> None:
    honest = make_single(Secret(Scalar.from_int(5)))
    verify_single(honest)
    # C42: the last trustee publishes Z / Y1 and would own the joint key.
    rogue = replace(honest, public_key=generator_power(Scalar.from_int(9)) / honest.public_key)
    for key in (rogue, replace(honest, public_key=honest.public_key * GENERATOR)):
        with pytest.raises(ProofError):
            verify_trustees(Trustees((honest, key)))


def test_public_keys_are_one_a_line() -> None:
    keys = [make_single(Secret(Scalar.from_int(n))) for n in (5, 6)]
    assert decode_public_keys(encode_public_keys(keys)) == tuple(keys)
    assert encode_public_keys(keys).count(b"\n") == 2


def changed(path: list[str | int], value: JsonValue) -> bytes:
    tree = decode_json(peer_board("plain").trustees_data)
    node = tree
    for step in path[:-1]:
        node = node[step]  # type: ignore[index]
    node[path[-1]] = value  # type: ignore[index]
    return encode_json(tree)


def test_a_name_is_read_in_the_plain_profile_alone() -> None:
    data = changed([0, 1, "verification_keys", 0, "name"], "Anne")
    trustees = Trustees.decode(data, ignore_unknown=True)
    assert trustees.threshold_parameters().verification_keys[0].name == "Anne"
    verify_trustees(trustees, ignore_unknown=True)
    with pytest.raises(MalformedError):
        Trustees.decode(data)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ([0, 0], "Shamir"),
        ([0, 1, "threshold"], 0),
        ([0, 1, "threshold"], 4),
        ([0, 1, "threshold"], True),
        ([0, 1, "threshold"], 1),
        ([0, 1, "signatures"], []),
        ([0, 1, "verification_keys"], []),
        ([0, 1, "certs"], []),
        ([0, 1, "x"], 1),
    ],
)
def test_malformed_trustees_are_refused(path: list[str | int], value: JsonValue) -> None:
    with pytest.raises(MalformedError):
        Trustees.decode(changed(path, value))


def test_unknown_members_are_ignored_in_the_plain_profile_except_evote() -> None:
    Trustees.decode(changed([0, 1, "x"], 1), ignore_unknown=True)
    with pytest.raises(MalformedError, match="evote"):
        Trustees.decode(changed([0, 1, "evote"], 1), ignore_unknown=True)


@pytest.mark.parametrize("data", [b"[]", b"{}", b'[["Single"]]', b'["Single"]', b"[[]]"])
def test_no_trustees_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        Trustees.decode(data, ignore_unknown=True)
