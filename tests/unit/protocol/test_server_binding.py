# SPDX-License-Identifier: AGPL-3.0-or-later
"""What version 2 of the bindings names of the server, docs/protocol.md §8.3 and §17.4."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from protocol.election import Election
from protocol.encoding import decode_json, encode_json, sha256_hex
from protocol.errors import ProtocolError, UnsupportedError
from protocol.notes import LogKey
from protocol.secret import Secret
from protocol.server_binding import (
    BoothFile,
    ServerBinding,
    decode_server_file,
    encode_server_file,
    key_name,
    uuid_of_key,
)
from tests.simulator import HOST, UUID, SimulatedElection

OURS = SimulatedElection(server=True)
HASH = sha256_hex(b"a file")
Change = Callable[[dict[str, Any]], object]


def changed(change: Change, data: bytes) -> bytes:
    tree: Any = decode_json(data)
    change(tree)
    return encode_json(tree)


def a_key(name: str, seed: bytes = bytes(32)) -> str:
    return LogKey(name, Secret(seed)).verifier_key.encode()


def booth(*paths: str) -> Change:
    return lambda e: e.update(booth=[{"path": path, "sha256": HASH} for path in paths])


def keys(host: str, uuid: str = UUID) -> Change:
    return lambda e: e.update(
        board_key=a_key(key_name(host, uuid, "board"), b"\1" * 32),
        journal_key=a_key(key_name(host, uuid, "journal"), b"\2" * 32),
    )


ACCEPTED: dict[str, Change] = {
    "as it is": lambda e: e,
    "one file": booth("/a"),
    "32 files": booth(*(f"/{n:02}" for n in range(32))),
    "a path of 200 characters": booth("/" + "a" * 200),
    "every character of a path": booth("/AZaz09._-/"),
    "by code points": booth("/B", "/a"),
    "a host with a port": keys("127.0.0.1:8000"),
    "a host of 255 characters": keys("a" * 255),
}
REFUSED: dict[str, Change] = {
    "no booth": lambda e: e.pop("booth"),
    "no key of the board": lambda e: e.pop("board_key"),
    "no key of the journal": lambda e: e.pop("journal_key"),
    "an unknown member": lambda e: e.update(x=1),
    "another order": lambda e: e.update(booth=e.pop("booth")),
    "no file": booth(),
    "33 files": booth(*(f"/{n:02}" for n in range(33))),
    "a file twice": booth("/a", "/a"),
    "files out of order": booth("/b", "/a"),
    "a path without a slash": booth("a"),
    "a slash alone": booth("/"),
    "a path of 201 characters": booth("/" + "a" * 201),
    "a path with a question mark": booth("/a?b"),
    "a path with a letter that is not ASCII": booth("/é"),
    "a path with a newline": booth("/a\n"),
    "a hash in capitals": lambda e: e["booth"][0].update(sha256=HASH.upper()),
    "an unknown member of a file": lambda e: e["booth"][0].update(x=1),
    "a file without hash": lambda e: e["booth"][0].pop("sha256"),
    "keys of another election": keys(HOST, "1" * 14),
    "a host in capitals": keys("École.example".upper()),
    "a host with an underscore": keys("a_b"),
    "no host": keys(""),
    "a long host": keys("a" * 256),
    "a host with a path": keys("a/b"),
    "two hosts": lambda e: e.update(journal_key=a_key(key_name("b", UUID, "journal"))),
    "keys exchanged": lambda e: e.update(board_key=e["journal_key"], journal_key=e["board_key"]),
    "one key for both": lambda e: e.update(
        board_key=a_key(key_name(HOST, UUID, "board")),
        journal_key=a_key(key_name(HOST, UUID, "journal")),
    ),
    "a key that is a number": lambda e: e.update(board_key=1),
    "a key of a witness": lambda e: e.update(
        board_key="witness.example.org/w1+f3c080b6+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"
    ),
}


def in_election(change: Change) -> bytes:
    return changed(lambda e: change(e["evote"]), OURS.election.data)


def in_file(change: Change) -> bytes:
    return changed(change, encode_server_file(UUID, OURS.server_binding))


def test_an_election_of_version_2_is_read_as_it_was_made() -> None:
    election = Election.decode(OURS.election.data)
    assert election == OURS.election
    assert election.evote is not None
    assert (election.evote.version, election.evote.server) == (2, OURS.server_binding)
    assert OURS.server_binding.host == HOST


def test_an_election_of_version_1_names_no_server() -> None:
    bindings = SimulatedElection().bindings
    assert (bindings.version, bindings.server) == (1, None)


def test_the_version_says_whether_there_is_a_server() -> None:
    for version, data in ((2, SimulatedElection().election.data), (1, OURS.election.data)):
        with pytest.raises(ProtocolError):
            Election.decode(changed(lambda e, v=version: e["evote"].update(version=v), data))  # type: ignore[misc]
    with pytest.raises(UnsupportedError):
        Election.decode(in_election(lambda e: e.update(version=3)))


@pytest.mark.parametrize("change", ACCEPTED.values(), ids=ACCEPTED)
def test_what_is_permitted_is_read(change: Change) -> None:
    assert Election.decode(in_election(change)).evote
    uuid, server = decode_server_file(in_file(change))
    assert encode_server_file(uuid, server) == in_file(change)


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_what_is_not_permitted_is_refused(change: Change) -> None:
    with pytest.raises(ProtocolError):
        Election.decode(in_election(change))
    with pytest.raises(ProtocolError):
        decode_server_file(in_file(change))


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e.update(evote_server=2),
        lambda e: e.pop("evote_server"),
        lambda e: e.update(uuid="1" * 13),
        lambda e: e.update(uuid="1" * 14),
        lambda e: e.update(evote_server=e.pop("evote_server")),
    ],
)
def test_another_server_file_is_refused(change: Change) -> None:
    with pytest.raises(ProtocolError):
        decode_server_file(in_file(change))


def test_a_server_file_is_written_and_read() -> None:
    data = encode_server_file(UUID, OURS.server_binding)
    assert decode_server_file(data) == (UUID, OURS.server_binding)
    assert ServerBinding((BoothFile("/a", HASH),), *two_keys()).verify(UUID) is None  # type: ignore[func-returns-value]


def two_keys() -> tuple[Any, Any]:
    binding = OURS.server_binding
    return binding.board_key, binding.journal_key


@pytest.mark.parametrize(
    ("name", "uuid"),
    [
        (key_name(HOST, UUID, "board"), UUID),
        (key_name("localhost:8000", UUID, "journal"), UUID),
        (f"a/b/{UUID}/board", UUID),
        ("another text", "another text"),
        ("", ""),
    ],
)
def test_the_name_of_a_key_tells_the_election(name: str, uuid: str) -> None:
    assert uuid_of_key(name) == uuid
