# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making an archive on disk and adding to it: docs/protocol.md §10.2, §10.3."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
from dataclasses import replace
from pathlib import Path

import pytest

from protocol.board import read_board
from protocol.errors import ProtocolError
from protocol.events import EventKind
from tally.archive_file import HeadMoved, append_entries, create_archive, read_head
from tally.errors import Refusal, Unreadable
from tally.torn_tail import set_aside_torn_tail
from tests.simulator import HEADER, SimulatedElection

ELECTION = SimulatedElection()
ENTRIES = ELECTION.entries()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "a.bel"
    create_archive(path, HEADER, ENTRIES[:2])
    return path


def test_events_added_one_by_one_are_the_same_bytes(archive: Path) -> None:
    head = read_head(archive)
    for entry in ENTRIES[2:]:
        head = append_entries(archive, [entry], expected=head)
    assert archive.read_bytes() == ELECTION.archive()
    assert head == ELECTION.head() == read_head(archive)


def test_an_archive_is_not_made_over_another(archive: Path) -> None:
    before = archive.read_bytes()
    with pytest.raises(Refusal, match="existe déjà"):
        create_archive(archive, HEADER, ENTRIES[:1])
    assert archive.read_bytes() == before


def test_a_head_that_moved_is_noticed(archive: Path) -> None:
    before = archive.read_bytes()
    old = replace(read_head(archive), hash="0" * 64)
    with pytest.raises(HeadMoved):
        append_entries(archive, ENTRIES[2:3], expected=old)
    assert archive.read_bytes() == before


def test_an_event_out_of_order_writes_nothing(archive: Path) -> None:
    before = archive.read_bytes()
    with pytest.raises(ProtocolError):
        append_entries(archive, [ENTRIES[2], ENTRIES[-1]])
    assert archive.read_bytes() == before


@pytest.mark.parametrize("kept", [1, 511, 512, 2000])
def test_nothing_is_added_after_what_an_interrupted_addition_left(archive: Path, kept: int) -> None:
    rest = ELECTION.archive()[archive.stat().st_size :]
    with archive.open("ab") as stream:
        stream.write(rest[:kept])
    torn = archive.read_bytes()
    assert read_head(archive).height == 1
    with pytest.raises(
        Refusal, match=rf"au milieu d'un ajout interrompu \({kept} octets? de trop\)"
    ):
        append_entries(archive, ENTRIES[2:])
    assert archive.read_bytes() == torn
    assert set_aside_torn_tail(archive) is not None
    append_entries(archive, ENTRIES[2:])
    assert archive.read_bytes() == ELECTION.archive()


def test_a_full_disk_takes_the_addition_back(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = archive.read_bytes()
    real = os.write

    def full(handle: int, data: bytes) -> int:
        real(handle, data[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tally.archive_file.os.write", full)
    with pytest.raises(Unreadable, match="rien n'a été ajouté"):
        append_entries(archive, ENTRIES[2:])
    monkeypatch.undo()
    assert archive.read_bytes() == before
    with archive.open("rb") as stream:
        read_board(stream)


@pytest.mark.parametrize("content", [b"", b"BELENIOS", b"\0" * 4096])
def test_another_file_is_not_touched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match="n'est pas l'archive"):
        append_entries(path, ENTRIES[:1])
    assert path.read_bytes() == content


def _append(path: Path, number: int, barrier: object) -> None:
    barrier.wait()  # type: ignore[attr-defined]
    ballot = ELECTION.cast(number, 0).encode()
    append_entries(path, [(EventKind.BALLOT, [ballot])])


def test_a_writer_waits_for_the_one_before(archive: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    writer = context.Process(target=_append, args=(archive, 1, barrier))
    before = archive.read_bytes()
    with archive.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        writer.start()
        barrier.wait(60)
        writer.join(1)
        assert writer.is_alive()
        assert archive.read_bytes() == before
    writer.join(60)
    assert writer.exitcode == 0
    assert read_head(archive).height == 2


def test_three_writers_at_once_make_one_chain(archive: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(3)
    writers = [context.Process(target=_append, args=(archive, n, barrier)) for n in (1, 2, 3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    with archive.open("rb") as stream:
        assert read_board(stream).ballot_count == 4
