# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a trustee verifies of a record with a journal, docs/protocol.md §17.1, §18.4, §19."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from protocol.events import EventKind
from protocol.journal_bodies import Incident
from protocol.journal_state import Phase
from protocol.merkle import LogPosition
from tally.errors import Refusal
from tally.memory import SeenBoard, decode_memory, encode_memory
from tally.record import opened_record, require_grown, verify_whole_record
from tests.simulator import SimulatedElection
from tests.unit.tally.records import OURS, memory_of, write_folder, write_zip

CLOSED = OURS.record(EventKind.ENCRYPTED_TALLY)
TOLD = replace(OURS, happenings=((2, Incident("Une panne")),))
BELONGS = f"{OURS.uuid}.bel"
Change = Callable[[dict[str, bytes]], object]


def verify(path: Path) -> Phase | None:
    with opened_record(path) as record:
        state = verify_whole_record(record)
        return None if state is None else state.phase


def test_a_record_is_verified_as_folder_and_as_zip(tmp_path: Path) -> None:
    assert verify(write_folder(tmp_path / "r", CLOSED)) is Phase.CLOSED
    assert verify(write_zip(tmp_path / "r.zip", CLOSED)) is Phase.CLOSED


def test_an_election_on_files_has_no_journal(tmp_path: Path) -> None:
    files = SimulatedElection().record()
    assert verify(write_folder(tmp_path / "r", files)) is None
    with pytest.raises(Refusal, match="a un journal"):
        verify(write_folder(tmp_path / "r", {"journal.jsonl": CLOSED["journal.jsonl"]}))


def other(name: str, until: EventKind = EventKind.BALLOT) -> Change:
    return lambda files: files.update({name: OURS.record(until)[name]})


REFUSED: dict[str, tuple[Change, str]] = {
    "no journal": (lambda files: files.pop("journal.jsonl"), "il manque « journal.jsonl »"),
    "no checkpoint of the board": (
        lambda files: files.pop("board.checkpoint"),
        "il manque « board.checkpoint »",
    ),
    "no checkpoint of the journal": (
        lambda files: files.pop("journal.checkpoint"),
        "il manque « journal.checkpoint »",
    ),
    "a journal that is none": (
        lambda files: files.update({"journal.jsonl": b"{}\n"}),
        "le journal de l'élection est abîmé",
    ),
    "a journal cut short": (other("journal.jsonl"), "le journal de l'élection n'est pas valable"),
    "another story": (
        lambda files: files.update(
            {"journal.jsonl": TOLD.record(EventKind.ENCRYPTED_TALLY)["journal.jsonl"]}
        ),
        "la signature du serveur n'est pas valable",
    ),
    "an earlier checkpoint of the board": (
        other("board.checkpoint"),
        "la signature du serveur n'est pas valable",
    ),
    "an earlier checkpoint of the journal": (
        other("journal.checkpoint"),
        "la signature du serveur n'est pas valable",
    ),
    "an earlier board": (other(BELONGS), "le journal de l'élection n'est pas valable"),
}


@pytest.mark.parametrize(("change", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_record_in_which_something_is_wrong(
    tmp_path: Path, change: Change, sentence: str
) -> None:
    files = dict(CLOSED)
    change(files)
    with pytest.raises(Refusal, match=sentence):
        verify(write_folder(tmp_path / "r", files))


@pytest.mark.parametrize(
    ("cosigned", "told"),
    [((), "0 témoin l'a cosigné, il en faut 2"), ((3,), "1 témoin l'a cosigné, il en faut 2")],
)
def test_a_result_that_waits_for_its_witnesses_accuses_nobody(
    tmp_path: Path, cosigned: tuple[int, ...], told: str
) -> None:
    files = replace(OURS, witnesses=3, quorum=2).record(cosigned=cosigned)
    with pytest.raises(Refusal, match=told) as refused:
        verify(write_folder(tmp_path / "r", files))
    assert "signature" not in refused.value.message
    assert "ce n'est pas une faute" in refused.value.advice


# ---------------------------------------------------------------- what a key has seen


def grown(tmp_path: Path, seen: SeenBoard, files: dict[str, bytes] = CLOSED) -> None:
    with opened_record(write_folder(tmp_path / "r", files)) as record:
        require_grown(memory_of(seen=seen), record)


def test_a_record_that_has_grown_is_the_same_record(tmp_path: Path) -> None:
    for until in (EventKind.SETUP, EventKind.BALLOT, EventKind.ENCRYPTED_TALLY):
        head = OURS.head(until)
        grown(tmp_path, SeenBoard(head.height, head.hash, OURS.journal_position(until)))


def test_a_journal_that_forgot_or_changed_what_was_seen(tmp_path: Path) -> None:
    head = OURS.head(EventKind.BALLOT)
    for journal, sentence in (
        (OURS.journal_position(EventKind.RESULT), "plus court"),
        (TOLD.journal_position(EventKind.BALLOT), "a changé des lignes"),
        (LogPosition(2, "0" * 64), "a changé des lignes"),
    ):
        with pytest.raises(Refusal, match=sentence):
            grown(tmp_path, SeenBoard(head.height, head.hash, journal))


def test_a_key_file_of_before_knows_no_journal(tmp_path: Path) -> None:
    head = OURS.head(EventKind.BALLOT)
    old = memory_of(seen=SeenBoard(head.height, head.hash))
    written = encode_memory(old)
    assert b'"journal"' not in written.reveal()
    assert decode_memory(written).seen == old.seen
    grown(tmp_path, SeenBoard(head.height, head.hash))
    new = replace(old, seen=SeenBoard(head.height, head.hash, OURS.journal_position()))
    assert decode_memory(encode_memory(new)).seen == new.seen
