# SPDX-License-Identifier: AGPL-3.0-or-later
"""Journal entries as bytes, and who signed them, docs/protocol.md §19.1, §19.2, §19.4."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from protocol.errors import MalformedError, ProtocolError
from protocol.journal import JournalEntry, decode_journal, encode_journal, next_entry
from protocol.journal_bodies import EntryKind, Incident, Opened
from protocol.journal_signatures import EntryStatement, verify_entry_signatures
from protocol.journal_state import JournalState, Phase
from protocol.merkle import LogPosition
from protocol.notes import VerifierKey, verify_checkpoint
from protocol.trustee_signatures import TrusteeSignature, sign_statement
from tests.simulator import SimulatedElection
from tests.variants import changes
from tests.vectors.make_journal_vectors import ELECTION, HERE, HOURS, vectors

Case = dict[str, Any]
VECTORS = json.loads((HERE / "journal.json").read_text(encoding="utf-8"))
PARAMETERS = ELECTION.trustees.threshold_parameters()


def by_name(case: Case) -> str:
    return str(case["name"])


@pytest.mark.parametrize("name", vectors())
def test_the_files_are_those_that_the_code_writes(name: str) -> None:
    assert (HERE / name).read_text(encoding="utf-8") == vectors()[name]


@pytest.mark.parametrize("kind", ["entries", "signed", "stories"])
def test_the_invalid_outnumber_the_valid(kind: str) -> None:
    counts = Counter(case["expect"] == "valid" for case in VECTORS[kind])
    assert counts[False] > counts[True] > 0


def test_every_kind_has_a_valid_entry() -> None:
    valid = [case["text"] for case in VECTORS["entries"] if case["expect"] == "valid"]
    assert {JournalEntry.decode(text.encode()).kind for text in valid} == set(EntryKind)


@pytest.mark.parametrize("case", VECTORS["entries"], ids=by_name)
def test_entries(case: Case) -> None:
    data = case["text"].encode()
    if case["expect"] == "valid":
        assert JournalEntry.decode(data).encode() == data
        return
    with pytest.raises(MalformedError):
        JournalEntry.decode(data)


@pytest.mark.parametrize("case", VECTORS["signed"], ids=by_name)
def test_signed_entries(case: Case) -> None:
    entry = JournalEntry.decode(case["text"].encode())
    if case["expect"] == "valid":
        verify_entry_signatures(PARAMETERS, ELECTION.statement, entry)
        return
    with pytest.raises(ProtocolError):
        verify_entry_signatures(PARAMETERS, ELECTION.statement, entry)


@pytest.mark.parametrize("case", VECTORS["stories"], ids=by_name)
def test_stories(case: Case) -> None:
    state = JournalState.start(ELECTION.election, ELECTION.statement.setup_event)
    told = True
    for kind in map(EntryKind, case["kinds"]):
        told = told and state.may_follow(kind)
        state = replace(state, phase=LEADS_TO.get(kind, state.phase))
    assert (told and state.phase is not None) is (case["expect"] == "valid")


# Written here a second time, from the document.
LEADS_TO = {
    EntryKind.SEALED: Phase.SEALED,
    EntryKind.OPENED: Phase.OPEN,
    EntryKind.SUSPENDED: Phase.SUSPENDED,
    EntryKind.RESUMED: Phase.OPEN,
    EntryKind.CLOSED: Phase.CLOSED,
    EntryKind.CLOSING_SIGNED: Phase.CLOSING_SIGNED,
    EntryKind.TALLIED: Phase.TALLIED,
    EntryKind.CANCELLED: Phase.CANCELLED,
    EntryKind.ARCHIVED: Phase.ARCHIVED,
}


def test_the_logs_of_the_vectors_are_those_of_their_checkpoints() -> None:
    journal = VECTORS["journal"].encode()
    for entries, checkpoint, key in (
        ([each.encode() for each in VECTORS["events"]], "board_checkpoint", "board_key"),
        (journal.split(b"\n")[:-1], "journal_checkpoint", "journal_key"),
    ):
        signed = verify_checkpoint(VECTORS[checkpoint].encode(), VerifierKey.decode(VECTORS[key]))
        assert signed.position == LogPosition.of(entries)
    assert encode_journal(decode_journal(journal)) == journal


# ---------------------------------------------------------------- journal.jsonl

BYTES = VECTORS["journal"].encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (BYTES[:-1], "does not end with a newline"),
        (BYTES + b"\n", "line 6"),
        (b"\n" + BYTES, "line 1"),
        (BYTES.replace(b"\n", b"\r\n"), "line 1"),
        (BYTES.replace(b'"closed"', b'"close"', 1), "line 3"),
        (BYTES + b" " * 2**24, "16 MiB"),
        (b" " * 65_536 + b"\n", "line 1 of the journal: an entry is longer than 65,535 bytes"),
        (b" " * 65_535 + b"\n", "line 1 of the journal: the text is not JSON"),
    ],
)
def test_another_form_of_journal_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        decode_journal(data)


def test_an_empty_journal_has_no_entry() -> None:
    assert decode_journal(b"") == ()


# ---------------------------------------------------------------- the next entry

BOARD = LogPosition(1, "0" * 64)


def test_the_next_entry_counts_on_and_rounds_its_time_down() -> None:
    first = next_entry(ELECTION.uuid, None, 6_000_059, BOARD, Incident("a"))
    second = next_entry(ELECTION.uuid, first, 6_000_061, BOARD, Incident("b"))
    assert [(each.index, each.at) for each in (first, second)] == [(0, 6_000_000), (1, 6_000_060)]


def test_a_clock_that_is_set_back_does_not_set_the_journal_back() -> None:
    first = next_entry(ELECTION.uuid, None, 6_000_000, BOARD, Incident("a"))
    assert next_entry(ELECTION.uuid, first, 5_000_000, BOARD, Incident("b")).at == 6_000_000


def test_signatures_are_put_in_the_order_of_trustees() -> None:
    signatures = ELECTION.signatures_of(HOURS)
    entry = next_entry(ELECTION.uuid, None, 60, BOARD, HOURS, reversed(signatures))
    assert entry.signatures == signatures


# ---------------------------------------------------------------- who signed

STATEMENT = ELECTION.statement_of(HOURS)


def entry_with(signatures: tuple[TrusteeSignature, ...]) -> JournalEntry:
    return JournalEntry(ELECTION.uuid, 1, 60, BOARD, HOURS, signatures)


@pytest.mark.parametrize(
    ("what", "statement"), list(changes(STATEMENT)), ids=[what for what, _ in changes(STATEMENT)]
)
def test_nothing_that_is_signed_may_change(what: str, statement: EntryStatement) -> None:
    setup = replace(ELECTION.statement, uuid=statement.uuid, fingerprint=statement.fingerprint)
    entry = replace(entry_with(ELECTION.signatures_of(HOURS)), body=statement.body)
    with pytest.raises(ProtocolError, match="does not hold"):
        verify_entry_signatures(PARAMETERS, setup, entry)


def test_a_signature_of_another_kind_of_entry_does_not_hold() -> None:
    # An opening's signatures, those of the set-up, are under another label.
    setup = ELECTION.setup_signatures.signatures
    borrowed = tuple(TrusteeSignature(each.trustee, each.signature) for each in setup)
    with pytest.raises(ProtocolError, match="does not hold"):
        verify_entry_signatures(PARAMETERS, ELECTION.statement, entry_with(borrowed))


def test_surplus_signatures_must_hold_too() -> None:
    third = sign_statement(ELECTION.keys(3), STATEMENT, 3)
    good = (*ELECTION.signatures_of(HOURS), third)
    verify_entry_signatures(PARAMETERS, ELECTION.statement, entry_with(good))
    bad = (*good[:2], replace(third, signature=good[0].signature))
    with pytest.raises(ProtocolError, match="trustee 3"):
        verify_entry_signatures(PARAMETERS, ELECTION.statement, entry_with(bad))


def test_signatures_out_of_order_or_twice_are_refused() -> None:
    first, second = ELECTION.signatures_of(HOURS)
    for signatures in ((second, first), (first, first, second)):
        with pytest.raises(ProtocolError, match="increasing order"):
            verify_entry_signatures(PARAMETERS, ELECTION.statement, entry_with(signatures))


def test_a_signature_where_there_is_none_to_be_is_refused() -> None:
    entry = replace(entry_with(ELECTION.signatures_of(HOURS)), body=Incident("a"))
    with pytest.raises(ProtocolError, match="is signed"):
        verify_entry_signatures(PARAMETERS, ELECTION.statement, entry)


@pytest.mark.parametrize("kept", [0, 1])
def test_an_opening_needs_the_signatures_of_the_set_up(kept: int) -> None:
    signatures: tuple[TrusteeSignature, ...] = ELECTION.setup_signatures.signatures[:kept]
    entry = JournalEntry(ELECTION.uuid, 1, 60, BOARD, Opened(signatures))
    with pytest.raises(ProtocolError, match="2 are needed"):
        verify_entry_signatures(PARAMETERS, ELECTION.statement, entry)


def test_the_set_up_of_another_election_does_not_open_this_one() -> None:
    other = SimulatedElection(server=True, seed="another")
    entry = JournalEntry(ELECTION.uuid, 1, 60, BOARD, Opened(other.setup_signatures.signatures))
    with pytest.raises(ProtocolError, match="does not hold"):
        verify_entry_signatures(PARAMETERS, ELECTION.statement, entry)
