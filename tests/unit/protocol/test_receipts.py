# SPDX-License-Identifier: AGPL-3.0-or-later
"""Receipts that a ballot was published, docs/protocol.md §20.2, by their vectors."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import MalformedError, ProofError, ProtocolError
from protocol.receipts import MAX_RECEIPT_BYTES, Receipt
from tests.vectors import make_link_vectors, make_receipt_vectors
from tests.vectors.make_receipt_vectors import BALLOTS, EVENTS, GOOD, HERE, TRACKER

Case = dict[str, Any]
RECEIPTS = json.loads((HERE / "receipts.json").read_text(encoding="utf-8"))
LINKS = json.loads((HERE / "links.json").read_text(encoding="utf-8"))
UNTRUE = [case for case in RECEIPTS["receipts"] if case["expect"] == "untrue"]
REFUSALS = {"malformed": MalformedError, "untrue": ProofError}
DATA = GOOD.encode()


def by_name(case: Case) -> str:
    return str(case["name"])


@pytest.mark.parametrize("maker", [make_receipt_vectors, make_link_vectors])
def test_the_files_are_those_that_the_code_writes(maker: ModuleType) -> None:
    for name, text in maker.vectors().items():
        assert (HERE / name).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("cases", [RECEIPTS["receipts"], LINKS["links"]])
def test_the_invalid_outnumber_the_valid(cases: list[Case]) -> None:
    names = [case["name"] for case in cases]
    valid = [case for case in cases if case["expect"] == "valid"]
    assert len(names) > 2 * len(valid) > 0
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", RECEIPTS["receipts"], ids=by_name)
def test_receipts(case: Case) -> None:
    data = case["text"].encode()
    if case["expect"] == "valid":
        receipt = Receipt.decode(data)
        read = (receipt.tracker, receipt.ballot, receipt.key.encode(), receipt.index)
        assert read == tuple(case[name] for name in ("tracker", "ballot", "key", "index"))
        assert receipt.event.encode().decode() == case["event"]
        assert receipt.verify().size == case["size"]
        assert receipt.encode() == data
        return
    with pytest.raises(REFUSALS[case["expect"]]):
        Receipt.decode(data).verify()


@pytest.mark.parametrize("case", UNTRUE, ids=by_name)
def test_an_untrue_receipt_is_read_before_it_is_refused(case: Case) -> None:
    assert Receipt.decode(case["text"].encode()).encode().decode() == case["text"]


@pytest.mark.parametrize("name", ["a ballot's hash with padding", "a ballot's hash in hexadecimal"])
def test_a_hash_in_another_form_is_not_even_read(name: str) -> None:
    (text,) = [case["text"] for case in RECEIPTS["receipts"] if case["name"] == name]
    with pytest.raises(MalformedError):
        Receipt.decode(text.encode())


def test_a_receipt_is_made_of_what_the_server_has() -> None:
    made = Receipt.of(TRACKER, EVENTS[5], GOOD.key, GOOD.proof, GOOD.checkpoint)
    assert made == GOOD == Receipt.decode(DATA)
    assert (made.index, made.event.height) == (5, 5)
    assert RECEIPTS["ballots"][4] == BALLOTS[4].decode()


def test_what_has_no_ballot_has_no_receipt() -> None:
    with pytest.raises(ProtocolError):
        Receipt.of(TRACKER, EVENTS[-1], GOOD.key, (), GOOD.checkpoint)


def test_a_receipt_has_at_most_64_kib() -> None:
    room = MAX_RECEIPT_BYTES - len(DATA)
    filled = "— x " + "A" * ((room - 7) // 4 * 4) + "\n"
    assert Receipt.decode(DATA + filled.encode()).verify().size == 12
    with pytest.raises(MalformedError):
        Receipt.decode(DATA + b"A" * (room + 1))


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    with pytest.raises(MalformedError):
        Receipt.decode(DATA + b"\xff")


@given(st.integers(0, len(DATA) - 1), st.integers(1, 255))
def test_no_byte_of_a_receipt_may_change_but_of_its_tracker(place: int, mask: int) -> None:
    changed = bytearray(DATA)
    changed[place] ^= mask
    try:
        receipt = Receipt.decode(bytes(changed))
        receipt.verify()
    except ProtocolError:
        return
    # §20.2: nothing signs the tracker, which is compared with the ballot where there is a record.
    assert receipt.tracker != GOOD.tracker
    assert Receipt.of(receipt.tracker, EVENTS[5], GOOD.key, GOOD.proof, GOOD.checkpoint) == receipt


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_nothing_else_is_a_receipt(data: bytes) -> None:
    with pytest.raises(MalformedError):
        Receipt.decode(data)
