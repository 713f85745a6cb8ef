# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make bench` measures two programs that do their work, on an archive that both accept."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bench.archives import make_archive
from bench.machine import cores, pinned
from bench.measures import memory, our_command, peer_command, verification
from bench.run import Command, run
from tests.interop.archives import read_members, read_result
from tests.interop.peer import Peer
from tests.interop.test_peer_archives import ARCHIVES, archive_in
from tests.interop.verdicts import ours_accepts, peer_accepts

PLAIN = archive_in(ARCHIVES / "plain")


def test_the_archive_it_makes_is_accepted_by_both(peer: Peer, tmp_path: Path) -> None:
    made = tmp_path / "made"
    uuid = make_archive(made, 60, lambda _done, _all: None)
    folder = tmp_path / "whole"
    folder.mkdir()
    archive = made.rename(folder / f"{uuid}.bel")
    ballots = [data for _, data in read_members(archive) if data.startswith(b'{"election_uuid"')]
    assert len(ballots) == 60
    peer_accepts(peer, archive, ballots, tmp_path / "cut")
    result = read_result(archive)
    assert sum(result[0]) == 60
    ours_accepts(archive, result, profile="preau")


def test_both_are_measured_on_the_same_file(peer: Peer) -> None:
    measured = verification(peer.command, PLAIN, 9, 2, {1: 1.5})
    (row,) = measured.rows
    assert row.ratio.endswith("x")
    assert row.goal == "1.5x"
    costs = [measured.figures[name] for name in ("peer", "jobs=1")]
    for rounds in costs:
        assert isinstance(rounds, list)
        assert len(rounds) == 2
        assert all(each["user"] > 0 for each in rounds)


def test_a_refusal_is_no_measurement(peer: Peer, tmp_path: Path) -> None:
    damaged = tmp_path / PLAIN.name
    damaged.write_bytes(PLAIN.read_bytes()[:-1])
    with pytest.raises(RuntimeError):
        run(peer_command(peer.command, damaged))
    with pytest.raises(RuntimeError):
        run(our_command(damaged, 1))


def test_memory_is_that_of_all_processes() -> None:
    own = run(sleeper("0"), memory=True).megabytes
    both = run(sleeper("1"), memory=True).megabytes
    assert own is not None
    assert both is not None
    assert both > own + 40
    assert memory(PLAIN, 9).rows[1].goal == "< 300 MB"


def sleeper(children: str) -> Command:
    """A process that holds little, and as many children as told that hold 50 MB each."""
    hold = "import time; x = bytearray(b'x' * 50_000_000); time.sleep(1)"
    program = (
        "import subprocess, sys, time\n"
        f"held = [subprocess.Popen([sys.executable, '-c', {hold!r}]) for _ in range({children})]\n"
        "time.sleep(1); [each.wait() for each in held]; print('done')"
    )
    return Command((sys.executable, "-c", program), "done", 1)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system pins no process")
def test_one_processor_is_one_processor() -> None:
    before = cores()
    with pinned(1):
        assert len(cores()) == 1
    assert cores() == before
