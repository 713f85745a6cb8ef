# SPDX-License-Identifier: AGPL-3.0-or-later
"""Version 2 of the bindings and of the result, and one version for another: §8.3, §11.7."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import pytest

from tests.tamper.damage import said
from tests.tamper.forge.logs import HOST, LogKey, board_key, journal_key
from tests.tamper.forge.remake import Touch
from tests.tamper.forge.setup import BOOTH
from tests.tamper.forge.texts import Json
from tests.tamper.record import (
    ENTRIES,
    SERVED,
    Files,
    RecordDamage,
    Table,
    assert_noticed,
    kept,
    made,
    served,
)
from tests.tamper.surgery import Archive
from tests.tamper.touches import (
    change,
    drop,
    put,
    repeat,
    reversed_members,
    several,
    swap,
    with_member,
)
from tests.unit.audit.annex import LOW_ORDER, MIXED_ORDER, OFF_THE_CURVE

UUID, OTHER = SERVED.uuid, "AnotherEleCtion"
NOTHING_BOUND = "C11 C17 C27..C32"
HASH = sha256(b"x").hexdigest()
FILE = {"path": "/x", "sha256": HASH}


def binding(touch: Touch) -> RecordDamage:
    """Another `election.evote`, while the vote is open; everything else follows it."""
    return made("C10", NOTHING_BOUND, {"evote": touch}, until="Ballot")


def booth(files: Json) -> RecordDamage:
    return binding(put("booth", files))


def named(board: str, journal: str | None = None) -> RecordDamage:
    """Keys of other names, with the identifiers that belong to those."""
    keys = {"board_key": LogKey(board, board_key(UUID).seed).vkey}
    if journal is not None:
        keys["journal_key"] = LogKey(journal, journal_key(UUID).seed).vkey
    return binding(lambda value: value | keys)


def vkey(key: bytes, kind: bytes = b"\x01", name: str = board_key(UUID).name) -> str:
    """A verifier key of these bytes, whatever they are."""
    found = sha256(name.encode() + b"\n" + kind + key).hexdigest()[:8]
    return f"{name}+{found}+{b64encode(kind + key).decode()}"


def key(text: str) -> RecordDamage:
    return binding(put("board_key", text))


def parts(*, found: str | None = None, kept_text: str | None = None) -> str:
    name, own, text = board_key(UUID).vkey.split("+", 2)
    return f"{name}+{found or own}+{kept_text or text}"


OWN_TEXT = board_key(UUID).vkey.split("+", 2)[2]
BINDINGS: Table = {
    "no booth": binding(drop("booth")),
    "no board key": binding(drop("board_key")),
    "no journal key": binding(drop("journal_key")),
    "the members of version 2 in another order": binding(
        lambda value: {**without(value, "booth"), "booth": value["booth"]}
    ),
    "a member after the journal key": binding(with_member),
    "an empty booth": booth([]),
    "a booth of 33 files": booth([FILE | {"path": f"/{n:02}"} for n in range(33)]),
    "booth files not sorted": binding(swap("booth", 0, 1)),
    "a booth file twice": binding(repeat("booth")),
    "a booth path without slash": booth([FILE | {"path": "x"}]),
    "a booth path of a slash alone": booth([FILE | {"path": "/"}]),
    "a booth path of 202 characters": booth([FILE | {"path": "/" + "x" * 201}]),
    "a booth path with a question mark": booth([FILE | {"path": "/x?y"}]),
    "a booth path with an accent": booth([FILE | {"path": "/\u00e9"}]),
    "a booth path with a line end": booth([FILE | {"path": "/x\n"}]),
    "a booth hash in capitals": booth([FILE | {"sha256": HASH.upper()}]),
    "a booth file with a size": booth([FILE | {"size": 1}]),
    "a booth file written the other way round": binding(change("booth", 0, reversed_members)),
    "a booth that is an object": booth({"/x": HASH}),
    "keys of another uuid": named(
        f"{HOST}/AnotherEleCtion/board", f"{HOST}/AnotherEleCtion/journal"
    ),
    "the board's key of another uuid": named(f"{HOST}/{OTHER}/board"),
    "keys of two hosts": named(f"ailleurs.fr/{UUID}/board"),
    "keys without host": named(f"/{UUID}/board", f"/{UUID}/journal"),
    "a host in capitals": named(f"Vote.fr/{UUID}/board", f"Vote.fr/{UUID}/journal"),
    "a host of 256 characters": named(f"{'h' * 256}/{UUID}/board", f"{'h' * 256}/{UUID}/journal"),
    "a host with a path": named(f"vote.fr/x/{UUID}/board", f"vote.fr/x/{UUID}/journal"),
    "the board's key named as the journal's": named(f"{HOST}/{UUID}/journal"),
    "both keys named as the board's": named(f"{HOST}/{UUID}/board", f"{HOST}/{UUID}/board"),
    "the two keys exchanged": binding(swap("board_key", "journal_key")),
    "one key for both logs": binding(
        put("journal_key", LogKey(journal_key(UUID).name, board_key(UUID).seed).vkey)
    ),
    "a key that is a number": binding(put("board_key", 1)),
    "a key without identifier": key(f"{board_key(UUID).name}+{OWN_TEXT}"),
    "another identifier": key(parts(found="00000000")),
    "an identifier in capitals": key(parts(found="0000000A")),
    "a key of another type": key(vkey(board_key(UUID).public, b"\x02")),
    "a key of another type under its own identifier": key(
        parts(kept_text=b64encode(b"\x02" + board_key(UUID).public).decode())
    ),
    "a key of 31 bytes": key(vkey(board_key(UUID).public[:31])),
    "a key of 33 bytes": key(vkey(board_key(UUID).public + b"x")),
    "a key with padding that it needs not": key(board_key(UUID).vkey + "="),
    "a key with a line end": key(board_key(UUID).vkey + "\n"),
    "a key with spaces": key(f" {board_key(UUID).vkey}"),
    "version 3 in a broken chain": made(
        "C03 C10",
        NOTHING_BOUND,
        {"evote": put("version", 3), "event 1": put("height", 7)},
        until="Ballot",
    ),
}
POINTS: Table = {
    f"a board key of low or mixed order, or none at all, {n}": key(vkey(bytes.fromhex(text)))
    for n, text in enumerate((*LOW_ORDER, *MIXED_ORDER, *OFF_THE_CURVE))
}


def without(value: Json, *names: str) -> Json:
    return {name: item for name, item in value.items() if name not in names}


def to_version_1(value: Json) -> Json:
    return without(value, "booth", "board_key", "journal_key") | {"version": 1}


def bare(files: Files) -> Files:
    """The record as one of version 1: without journal and checkpoints."""
    files.instead |= dict.fromkeys(("journal.jsonl", "board.checkpoint", ENTRIES))
    return files


RESULT: Table = {
    "version 1 in the result": made("C24", "C25", {"result evote": put("version", 1)}),
    "version 3 in the result": made("C24", "C25", {"result evote": put("version", 3)}),
    "a result of version 1": made(
        "C24", "C25", {"result evote": several(drop("journal"), put("version", 1))}
    ),
    "no journal in the result": made("C24", "C25", {"result evote": drop("journal")}),
    "a journal as number in the result": made("C24", "", {"result evote": put("journal", 14)}),
    "a journal with a time in the result": made(
        "C24", "", {"result evote": put("journal", "at", 0)}
    ),
    "a root in capitals in the result": made(
        "C24", "", {"result evote": change("journal", "root", str.upper)}
    ),
    "a sign-in more in the result": made(
        "C24", "", {"result evote": change("sign_ins", lambda n: n + 1)}
    ),
    "no evote in the result": made("C24", "C25", {"result": drop("evote")}),
    "two sign-ins more, also at the closing": made(
        "C24 C27",
        "C28..C31",
        {
            "result evote": put("sign_ins", 6),
            "body 10": lambda b: b | {"ballots": 6, "sign_ins": 6},
        },
    ),
    "version 2 beside the size": made("C12", "", {"sized": put("evote", "version", 2)}),
    "version 2 in a partial decryption": made(
        "C21 C22", "C23", {"partial 1": put("evote", "version", 2)}
    ),
}
DOWNGRADED: Table = {
    "bindings of version 1 in a record of version 2": made(
        "C17 C24 C27 C31", "C25", {"evote": to_version_1}
    ),
    "bindings of version 1, and the result": made(
        "C17 C27 C31",
        "",
        {
            "evote": to_version_1,
            "result evote": several(drop("journal"), put("version", 1)),
        },
    ),
    "bindings and record of version 1": RecordDamage(
        lambda: bare(
            served(
                {
                    "evote": to_version_1,
                    "result evote": several(drop("journal"), put("version", 1)),
                }
            )
        ),
        "C17",
    ),
    "bindings of version 2 that say 1": made(
        "C10", f"{NOTHING_BOUND} C25", {"evote": put("version", 1)}
    ),
}


def post_again(files: Files, before: str) -> None:
    """A ballot once more, where none has a place; the server makes the chain good."""
    entry = [member.copy() for member in files.archive.entry("Ballot")]
    files.archive.insert_before(before, entry)
    files.archive.repair()


def post_last(files: Files) -> None:
    files.archive.append(*(member.copy() for member in files.archive.entry("Ballot")))
    files.archive.repair()


def leave_out(files: Files) -> None:
    files.archive.remove(files.archive.entry("Ballot", 2))
    files.archive.repair()


def cut(files: Files) -> None:
    end = files.archive.position(files.archive.events("EndBallots")[0])
    files.archive = Archive(files.archive.head, files.archive.members[:end])


BOARD: Table = {
    "a ballot after the closing": kept(
        "C04 C27", "C28..C31", lambda files: post_again(files, "PartialDecryption")
    ),
    "a ballot between the end and the tally": kept(
        "C04 C21 C22 C27", "C23 C28..C31", lambda files: post_again(files, "EncryptedTally")
    ),
    "a ballot after the result": kept("C04 C27", "C28..C31", post_last),
    "a ballot left out": kept("C18 C21 C22 C24 C27", "C23 C28..C31", leave_out),
    "a board cut before the closing": kept("C27", "C28..C31", cut),
}
TABLE = BINDINGS | POINTS | RESULT | DOWNGRADED | BOARD


@pytest.mark.parametrize("phrase", TABLE)
def test_another_version_or_binding_is_noticed(phrase: str) -> None:
    assert_noticed(TABLE[phrase])


ACCEPTED: dict[str, Touch] = {
    "one file": put("booth", [FILE]),
    "thirty-two files": put("booth", [FILE | {"path": f"/{n:02}"} for n in range(32)]),
    "a path of 201 characters": put("booth", [FILE | {"path": "/" + "x" * 200}]),
    "files whose order is that of code points": put(
        "booth", [FILE | {"path": path} for path in ("/-", "/.", "/A", "/_", "/a")]
    ),
}


@pytest.mark.parametrize("phrase", ACCEPTED)
def test_a_booth_that_is_permitted(phrase: str) -> None:
    assert said(served({"evote": ACCEPTED[phrase]}, until="Ballot").verify()) == (0, [], [])


def test_the_booth_of_the_forge_is_in_order() -> None:
    assert [file["path"] for file in BOOTH] == sorted(file["path"] for file in BOOTH)
