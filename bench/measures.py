# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is measured, and the goals of each figure: one row of the table each."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.archives import LISTS, read_setup
from bench.committee import hold_ceremony
from bench.machine import cores, pinned
from bench.run import Command, Cost, interleave, medians, run
from evote.election.voting import vote_for
from protocol.ballot import make_unsigned_ballot, sign_ballot
from protocol.credentials import derive_credential, random_credential
from protocol.encoding import random_base58
from protocol.rng import system_rng

BALLOTS_PER_ROUND = 60
MEMORY_GOAL = 300  # MB


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    value: str
    peer: str = ""
    ratio: str = ""
    goal: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """Rows for the table, and every single figure for the JSON."""

    rows: tuple[Row, ...]
    figures: dict[str, object]


def verification(
    peer: Path, archive: Path, ballots: int, rounds: int, goals: dict[int, float]
) -> Measured:
    """Our verifier on one processor and on two, and the peer, on the same archive in turn."""
    commands = {"peer": peer_command(peer, archive)}
    own = [jobs for jobs in goals if jobs <= len(cores())]
    commands |= {f"jobs={jobs}": our_command(archive, jobs) for jobs in own}
    costs = interleave(commands, rounds)
    theirs = medians(costs["peer"])
    rows = []
    for jobs in own:
        ours = medians(costs[f"jobs={jobs}"])
        rows.append(
            Row(
                f"verify {ballots} ballots, ours on {jobs} core(s)",
                _cost(ours, ballots),
                _cost(theirs, ballots),
                f"{theirs.wall / ours.wall:.2f}x",
                f"{goals[jobs]}x",
            )
        )
    figures = {name: [_raw(cost) for cost in each] for name, each in costs.items()}
    return Measured(tuple(rows), {**figures, "ballots": ballots})


def memory(archive: Path, ballots: int) -> Measured:
    """Time and memory of our verifier with every processor, on a large archive."""
    cost = run(our_command(archive, len(cores())), memory=True)
    rows = (
        Row(f"verify {ballots} ballots, ours on {len(cores())} core(s)", _cost(cost, ballots)),
        Row(
            "  memory of all its processes (PSS), peak",
            f"{cost.megabytes:.0f} MB",
            goal=f"< {MEMORY_GOAL} MB",
        ),
    )
    return Measured(rows, {"ballots": ballots, "ours": _raw(cost), "bytes": archive.stat().st_size})


def ballots_made(archive: Path, rounds: int) -> Measured:
    """Ballots encrypted, proved and signed by one process on one processor."""
    election = read_setup(archive)
    vote = (vote_for(LISTS, 2),)

    def make() -> None:
        for _ in range(BALLOTS_PER_ROUND):
            key = derive_credential(election.uuid, random_credential(system_rng))
            unsigned, _ = make_unsigned_ballot(election.context, key, vote)
            sign_ballot(unsigned, key).encode()

    times = _times(make, rounds)
    value = f"{BALLOTS_PER_ROUND / median(times):.0f} ballots/s"
    row = Row("make ballots of 6 lists and blank, one core", value)
    return Measured((row,), {"seconds": times, "ballots": BALLOTS_PER_ROUND})


def ceremony(rounds: int) -> Measured:
    """A key ceremony of five trustees, three of whom can count, in one process."""

    def hold() -> None:
        hold_ceremony(random_base58(14, system_rng), 3, 5)

    times = _times(hold, rounds)
    row = Row("key ceremony, 3 of 5 trustees, all in one process", f"{median(times):.2f} s")
    return Measured((row,), {"seconds": times})


def _times(work: Callable[[], None], rounds: int) -> list[float]:
    times = []
    with pinned(1):
        for _ in range(rounds):
            start = time.perf_counter()
            work()
            times.append(time.perf_counter() - start)
    return times


def peer_command(peer: Path, archive: Path) -> Command:
    """The peer verifies the one archive of a folder; it never uses more than one processor."""
    words = (peer, "election", "verify", "--dir", archive.parent)
    return Command(words, "all checks passed", 1)


def our_command(archive: Path, jobs: int) -> Command:
    """Our verifier, with every check on."""
    words = (sys.executable, "-m", "audit", "verify", archive, "--json", "--jobs", str(jobs))
    return Command(words, '"valid"', jobs)


def _cost(cost: Cost, ballots: int) -> str:
    each = 1000 * cost.wall / ballots
    return f"{cost.wall:.2f} s (user {cost.user:.2f}), {each:.2f} ms each"


def _raw(cost: Cost) -> dict[str, float | None]:
    return {"wall": cost.wall, "user": cost.user, "megabytes": cost.megabytes}
