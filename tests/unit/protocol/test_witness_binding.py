# SPDX-License-Identifier: AGPL-3.0-or-later
"""The witnesses that an election of version 2 may name, docs/protocol.md §8.3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from protocol.cosignatures import CosignerKey
from protocol.election import Election
from protocol.encoding import decode_json, encode_json
from protocol.errors import MalformedError, ProtocolError
from protocol.notes import LogKey
from protocol.secret import Secret
from protocol.witness_binding import MAX_WITNESSES, Witnesses
from tests.simulator import SimulatedElection

OURS = SimulatedElection(server=True, witnesses=3, quorum=2)
Change = Callable[[dict[str, Any]], object]


def a_witness(name: str, seed: bytes = bytes(32)) -> str:
    return CosignerKey(name, Secret(seed)).verifier_key.encode()


def named(*names: str, quorum: int = 1) -> Change:
    keys = [a_witness(name, bytes([i]) * 32) for i, name in enumerate(names, 1)]
    return lambda e: e.update(witnesses={"quorum": quorum, "keys": keys})


def keyed(*seeds: Secret[bytes]) -> Change:
    keys = [CosignerKey(f"w{i}", seed).verifier_key.encode() for i, seed in enumerate(seeds)]
    return lambda e: e.update(witnesses={"quorum": 1, "keys": keys})


def in_witnesses(change: Change) -> Change:
    return lambda e: change(e["witnesses"])


def numbered(count: int) -> list[str]:
    return [f"w{i:02}" for i in range(count)]


ACCEPTED: dict[str, Change] = {
    "as it is": lambda e: e,
    "none is demanded": lambda e: e.pop("witnesses"),
    "one": named("a"),
    "16": named(*numbered(16), quorum=16),
    "by code points": named("B", "a", "é"),
    "a name that begins as the board's": named(OURS.log_key("board").name + "s"),
}
REFUSED: dict[str, Change] = {
    "no witness": named(quorum=0),
    "17": named(*numbered(17)),
    "out of order": named("b", "a"),
    "a name twice": named("a", "a"),
    "names that differ by case": named("A.fr", "a.fr"),
    "names that differ by dots": named("a.fr", "a.fr."),
    "names that differ by a width": named("a", "\uff41"),
    "names that differ by what shows nothing": named("a", "a\u200b"),
    "a key twice": keyed(Secret(bytes(32)), Secret(bytes(32))),
    "a key of the board": keyed(OURS.log_key("board").seed),
    "a key of the journal": keyed(Secret(bytes(32)), OURS.log_key("journal").seed),
    "the name of the board": named(OURS.log_key("board").name),
    "the name of the journal": named(OURS.log_key("journal").name),
    "a quorum of 0": named("a", "b", quorum=0),
    "a quorum beyond": named("a", "b", quorum=3),
    "a quorum that is a text": in_witnesses(lambda w: w.update(quorum="1")),
    "no quorum": in_witnesses(lambda w: w.pop("quorum")),
    "no keys": in_witnesses(lambda w: w.pop("keys")),
    "an unknown member": in_witnesses(lambda w: w.update(x=1)),
    "another order": in_witnesses(lambda w: w.update(quorum=w.pop("quorum"))),
    "a key of a log": in_witnesses(
        lambda w: w.update(keys=[LogKey("w", Secret(bytes(32))).verifier_key.encode()])
    ),
    "a key that is a number": in_witnesses(lambda w: w.update(keys=[1])),
    "null": lambda e: e.update(witnesses=None),
    "a list": lambda e: e.update(witnesses=[]),
    "before the journal's key": lambda e: e.update(journal_key=e.pop("journal_key")),
}


def changed(change: Change, data: bytes = OURS.election.data) -> bytes:
    tree: Any = decode_json(data)
    change(tree["evote"])
    return encode_json(tree)


def test_an_election_with_witnesses_is_read_as_it_was_made() -> None:
    election = Election.decode(OURS.election.data)
    assert election == OURS.election
    assert election.evote is not None
    witnesses = election.evote.witnesses
    assert witnesses is not None
    assert witnesses == OURS.witnesses_binding
    assert (witnesses.quorum, len(witnesses.keys)) == (2, 3)


@pytest.mark.parametrize("change", ACCEPTED.values(), ids=ACCEPTED)
def test_what_is_permitted_is_read(change: Change) -> None:
    assert Election.decode(changed(change)).evote


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_what_is_not_permitted_is_refused(change: Change) -> None:
    with pytest.raises(ProtocolError):
        Election.decode(changed(change))


def test_an_election_of_version_1_names_no_witness() -> None:
    with pytest.raises(MalformedError, match="unknown member 'witnesses'"):
        Election.decode(changed(named("a"), SimulatedElection().election.data))


def test_witnesses_are_put_in_order() -> None:
    keys = [CosignerKey(name, Secret(name.encode() * 32)).verifier_key for name in "cab"]
    assert [key.name for key in Witnesses.of(1, keys).keys] == ["a", "b", "c"]
    assert MAX_WITNESSES == 16


@pytest.mark.parametrize(("quorum", "names"), [(2, "a"), (0, "a"), (1, ""), (1, "aa")])
def test_witnesses_that_no_election_can_name_are_not_made(quorum: int, names: str) -> None:
    keys = [CosignerKey(each, Secret(bytes([i]) * 32)) for i, each in enumerate(names)]
    with pytest.raises(MalformedError):
        Witnesses.of(quorum, [key.verifier_key for key in keys])
