# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vectors of §18 and §20, written by protocol/, get the same verdict of the verifier."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from audit.cosignatures import cosigned_at, stamp_key
from audit.notes import COSIGNATURE, decode_checkpoint, decode_key, encode_key
from audit.promises import decode_promise
from audit.receipt_links import decode_receipt_link
from audit.receipts import Receipt, decode_receipt, verify_receipt
from audit.tree_proofs import included_root, is_consistent
from audit.words import Malformed, Unsupported
from tests.vectors.make_log_vectors import HERE

Case = dict[str, Any]
Told = object
"""What a valid case tells besides; None where it tells nothing."""


def load(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((HERE / name).read_text("utf-8"))
    return content


PROOFS, COSIGNED = load("proofs.json"), load("cosigned.json")
PROMISES, RECEIPTS = load("promises.json"), load("receipts.json")
NOTES, LINKS = load("notes.json"), load("links.json")


class Untrue(Exception):
    """Well formed, and a check does not hold."""


def hashes(texts: Sequence[str]) -> list[bytes]:
    """The hashes of a proof; those who call the verifier's functions have measured them."""
    found = [bytes.fromhex(text) for text in texts]
    if any(len(each) != 32 for each in found):
        raise Untrue
    return found


def require(held: bool) -> None:  # noqa: FBT001
    if not held:
        raise Untrue


def inclusion(case: Case) -> Told:
    tree, leaf = case["tree"], bytes.fromhex(case["leaf"])
    found = included_root(leaf, case["index"], tree["size"], hashes(case["proof"]))
    require(found == bytes.fromhex(tree["root"]))
    return None


def consistency(case: Case) -> Told:
    first, second = case["first"], case["second"]
    roots = [bytes.fromhex(each["root"]) for each in (first, second)]
    proof = hashes(case["proof"])
    require(is_consistent(first["size"], roots[0], second["size"], roots[1], proof))
    return None


def log_key(case: Case) -> Told:
    return encode_key(decode_key(case["text"])) == case["text"]


def witness_key(case: Case) -> Told:
    return encode_key(decode_key(case["text"], COSIGNATURE), COSIGNATURE) == case["text"]


def checkpoint(case: Case) -> Told:
    read, key = decode_checkpoint(case["text"].encode()), decode_key(NOTES["log_key"])
    require(read.origin == key.name and read.signed_by(key))
    return read.size


def cosigned(case: Case) -> Told:
    read, key = decode_checkpoint(case["text"].encode()), decode_key(COSIGNED["log_key"])
    require(read.origin == key.name and read.signed_by(key))
    keys = [decode_key(text, COSIGNATURE) for text in COSIGNED["witnesses"]]
    times = {each.name: cosigned_at(read, each) for each in keys}
    seen = {name: time for name, time in times.items() if time is not None}
    return cosigned_at(read, stamp_key(key)), seen


def promise(case: Case) -> Told:
    read = decode_promise(case["text"].encode())
    require(read.signed_by(decode_key(PROMISES["board_key"])))
    return read.ballot, read.leaf.hex(), read.index, read.until


def receipt(case: Case) -> Told:
    return shown(decode_receipt(case["text"].encode()))


def shown(read: Receipt) -> Told:
    verify_receipt(read)
    return read.tracker, read.event.decode(), encode_key(read.key), read.index, read.checkpoint.size


def link(case: Case) -> Told:
    key = decode_key(LINKS["board_key"])
    host, uuid, _ = key.name.split("/")
    read = decode_receipt_link(f"https://{host}/e/{uuid}/receipt#{case['digits']}")
    return shown(read.receipt(key))


def expected(kind: str, case: Case) -> Told:
    members = {
        "checkpoints": ("size",),
        "co-signed": ("stamped_at", "witnessed_at"),
        "promises": ("ballot", "event", "index", "until"),
        "receipts": ("tracker", "event", "key", "index", "size"),
    }
    if kind in {"inclusion", "consistency"}:
        return None
    if kind == "links":
        return shown(decode_receipt(case["receipt"].encode()))
    if kind not in members:
        return True
    told = tuple(case[name] for name in members[kind])
    return told[0] if len(told) == 1 else told


KINDS: dict[str, tuple[Callable[[Case], Told], list[Case]]] = {
    "inclusion": (inclusion, PROOFS["inclusion"]),
    "consistency": (consistency, PROOFS["consistency"]),
    "keys of logs": (log_key, NOTES["verifier_keys"]),
    "keys of witnesses": (witness_key, COSIGNED["witness_keys"]),
    "checkpoints": (checkpoint, NOTES["checkpoints"]),
    "co-signed": (cosigned, COSIGNED["checkpoints"]),
    "promises": (promise, PROMISES["promises"]),
    "receipts": (receipt, RECEIPTS["receipts"]),
    "links": (link, LINKS["links"]),
}
CASES = [
    pytest.param(kind, case, id=f"{kind}: {case['name']}")
    for kind, (_, cases) in KINDS.items()
    for case in cases
]


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_the_verifier_says_the_same(kind: str, case: Case) -> None:
    read, _ = KINDS[kind]
    if case["expect"] == "valid":
        assert read(case) == expected(kind, case)
        return
    with pytest.raises((Malformed, Unsupported, Untrue)):
        read(case)


@pytest.mark.parametrize("case", PROMISES["limits"], ids=lambda case: str(case["name"]))
def test_promises_are_too_far_alike(case: Case) -> None:
    valid = next(each for each in PROMISES["promises"] if each["expect"] == "valid")
    read = replace(decode_promise(valid["text"].encode()), until=case["until"])
    beyond = read.is_beyond(case["closes_at"])
    too_far = read.is_too_far(case["clock"], case["stamp"])
    assert (beyond, too_far or beyond) == (case["expect"] == "beyond", case["expect"] != "valid")
