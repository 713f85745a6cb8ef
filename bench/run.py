# SPDX-License-Identifier: AGPL-3.0-or-later
"""Commands run one after another, with the time and memory of each."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO

from bench.machine import pinned

SAMPLE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Command:
    """A command, what it must say to have done its work, and how many processors it may use."""

    words: tuple[str | Path, ...]
    says: str
    processors: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of the clock, seconds of all its processes' own code, peak memory in MB if known."""

    wall: float
    user: float
    megabytes: float | None = None


def interleave(commands: Mapping[str, Command], rounds: int) -> dict[str, list[Cost]]:
    """Run A, B, …, A, B, … so that a slow minute of the machine falls on all alike."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for number in range(1, rounds + 1):
        for name, command in commands.items():
            note(f"round {number} of {rounds}, {name}")
            costs[name].append(run(command))
    note("")
    return costs


def note(text: str) -> None:
    """Say on one line of the screen what is going on; nothing where there is no screen."""
    if sys.stderr.isatty():
        print(f"\r{text:40}", end="" if text else "\r", file=sys.stderr, flush=True)


def medians(costs: Sequence[Cost]) -> Cost:
    """The median of each figure."""
    memory = [cost.megabytes for cost in costs if cost.megabytes is not None]
    return Cost(
        median(cost.wall for cost in costs),
        median(cost.user for cost in costs),
        max(memory) if memory else None,
    )


def run(command: Command, *, memory: bool = False) -> Cost:
    """Run one command to its end.

    Raises:
        RuntimeError: it failed, or did not say what it must.
    """
    with tempfile.TemporaryFile() as said:
        with pinned(command.processors):
            start = time.perf_counter()
            process = subprocess.Popen(command.words, stdout=said, stderr=said)
        peak = _watch(process.pid) if memory else None
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        _require(command, process.returncode, said)
    return Cost(wall, usage.ru_utime, peak)


def _require(command: Command, status: int, said: IO[bytes]) -> None:
    said.seek(0)
    text = said.read().decode(errors="replace")
    if status != 0 or command.says not in text:
        raise RuntimeError(f"{command.words[0]} ended with {status}: {text[-500:]}")


def _watch(root: int) -> float:
    """Sum the memory of a process and all below it until it ends; the peak, in MB."""
    peak = 0
    while _is_running(root):
        peak = max(peak, sum(_proportional_kilobytes(pid) for pid in family(root)))
        time.sleep(SAMPLE_SECONDS)
    return peak / 1000


def _is_running(pid: int) -> bool:
    # Left to wait4, which alone tells what the process used.
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def family(root: int) -> list[int]:
    """A process and all below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            children.setdefault(_parent(entry), []).append(int(entry.name))
    found, open_ends = [], [root]
    while open_ends:
        pid = open_ends.pop()
        found.append(pid)
        open_ends += children.get(pid, [])
    return found


def _parent(entry: Path) -> int:
    try:
        # The name in brackets may itself have spaces and brackets; the parent is the second after.
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def _proportional_kilobytes(pid: int) -> int:
    """A page shared by n processes counts as 1/n in each: PSS."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it ended meanwhile
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
