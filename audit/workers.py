# SPDX-License-Identifier: AGPL-3.0-or-later
"""The long work, on several processes: ballots and credentials are shared out in batches.

A batch names places in the archive, not bytes: each worker reads the file itself, and compares the
digest that the first pass noted. What comes back is small. Processes are spawned, so the same code
runs on Windows and macOS.
"""

from __future__ import annotations

import contextlib
import gc
import signal
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self, cast

from audit.archive import Datum, read_exactly
from audit.arithmetic import is_member, multiply, power
from audit.ballots import Ballot, BallotFaults, decode_ballot, verify_ballot
from audit.election import Election
from audit.words import Malformed

if TYPE_CHECKING:  # loaded by ``Pool`` alone: a small archive needs no second process
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

PREFIX = 16  # bytes of an alpha that C16 compares: 2^64 work for two that agree by chance
AHEAD = 2  # batches given to a worker before it answers


class WorkerDied(RuntimeError):
    """A worker ended without an answer: a fault of this program or machine, never a verdict."""


@dataclass(frozen=True, slots=True)
class BallotTask:
    """Ballots to examine from number ``first``: their places, and their weights in the count.

    A ballot instead of which another one counts has weight 0. Parallel arrays keep the message
    smaller than what a pipe holds on any system, so that no two processes wait for each other.
    """

    first: int
    offsets: array[int]
    sizes: array[int]
    weights: array[int]
    digests: bytes

    def ballots(self) -> Iterator[tuple[int, Datum, int]]:
        """Number, place and weight of each."""
        for at, weight in enumerate(self.weights):
            digest = self.digests[32 * at : 32 * at + 32]
            datum = Datum(digest.hex(), digest, self.offsets[at], self.sizes[at])
            yield self.first + at, datum, weight


@dataclass(frozen=True, slots=True)
class KeyTask:
    """Credentials whose membership is to be checked, 32 bytes each, from number ``first``."""

    first: int
    keys: bytes


@dataclass(slots=True)
class Batch:
    """What examining a batch showed."""

    examined: int = 0
    faults: dict[int, BallotFaults] = field(default_factory=dict)
    alphas: list[tuple[int, bytes]] = field(default_factory=list)
    products: list[bytes] | None = None
    outsiders: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker needs to know first."""

    path: Path
    election: Election | None  # None if C06 failed: then there are credentials to examine alone


def examine(task: BallotTask | KeyTask, file: BinaryIO, election: Election | None) -> Batch:
    """The answer to one task, in whatever process."""
    batch = Batch()
    if isinstance(task, KeyTask):
        keys = [task.keys[at : at + 32] for at in range(0, len(task.keys), 32)]
        batch.outsiders = [task.first + i for i, key in enumerate(keys) if not is_member(key)]
        batch.examined = len(keys)
        return batch
    if election is None:
        raise ValueError("ballots cannot be examined without their election")
    for number, datum, weight in task.ballots():
        batch.examined += 1
        try:
            ballot = decode_ballot(read_exactly(file, datum), election)
        except Malformed as refusal:
            batch.faults[number] = BallotFaults(form=[refusal.text])
            continue
        faults = verify_ballot(ballot, election)
        if faults.form or faults.signature or faults.proofs:
            batch.faults[number] = faults
        if not faults.form:
            _count(batch, number, ballot, weight)
    return batch


def _count(batch: Batch, number: int, ballot: Ballot, weight: int) -> None:
    """Note the alphas for C16, multiply the ciphertexts for C18."""
    choices = [choice for answer in ballot.answers for choice in answer.choices]
    batch.alphas.append((number, b"".join(choice.alpha[:PREFIX] for choice in choices)))
    if weight == 0:
        return
    points = [point for choice in choices for point in (choice.alpha, choice.beta)]
    if weight > 1:
        points = [power(point, weight) for point in points]
    batch.products = merge(batch.products, points)


def merge(left: list[bytes] | None, right: list[bytes] | None) -> list[bytes] | None:
    """The products of two batches; None stands for no ballot."""
    if left is None or right is None:
        return right if left is None else left
    return [multiply(a, b) for a, b in zip(left, right, strict=True)]


def serve(connection: Connection) -> None:
    """A worker's life: one job, then tasks until the other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()  # what is loaded stays until the end: no search for garbage need go through it
    with contextlib.suppress(EOFError, OSError):
        job: Job = connection.recv()
        with job.path.open("rb") as file:
            while True:
                connection.send(examine(connection.recv(), file, job.election))


@contextlib.contextmanager
def _interrupts_later() -> Iterator[None]:
    """Ctrl-C waits until the processes are started; they themselves never hear it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker  # noqa: PLC0415

    resource_tracker.ensure_running()  # which would else unblock the signal when it starts
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


class Pool:
    """Workers that are started early, because starting takes longer than reading a small file."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self.processes: list[BaseProcess] = []
        self.connections: list[Connection] = []
        self.briefed = False

    def __enter__(self) -> Self:
        if self.jobs == 1:
            return self
        import multiprocessing  # noqa: PLC0415

        context = multiprocessing.get_context("spawn")
        with _interrupts_later():
            for _ in range(self.jobs):
                ours, theirs = context.Pipe()
                process = context.Process(target=serve, args=(theirs,), daemon=True)
                process.start()
                theirs.close()
                self.processes.append(process)
                self.connections.append(ours)
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self.connections:
            connection.close()
        for process in self.processes:
            process.terminate()
            process.join()

    def run(self, job: Job, tasks: Iterable[BallotTask | KeyTask]) -> Iterator[Batch]:
        """The answers, in the order in which they come; in this process if there are no workers."""
        if not self.processes:
            with job.path.open("rb") as file:
                for task in tasks:
                    yield examine(task, file, job.election)
            return
        try:
            yield from self._share_out(job, iter(tasks))
        except (EOFError, OSError) as error:
            raise WorkerDied("a worker process ended without an answer") from error

    def _share_out(self, job: Job, tasks: Iterator[BallotTask | KeyTask]) -> Iterator[Batch]:
        from multiprocessing.connection import wait  # noqa: PLC0415

        open_tasks = dict.fromkeys(self.connections, 0)
        for connection in self.connections if not self.briefed else ():
            connection.send(job)
        self.briefed = True
        for connection in self.connections * AHEAD:
            open_tasks[connection] += _give(connection, tasks)
        while any(open_tasks.values()):
            waiting = [connection for connection, count in open_tasks.items() if count]
            for ready in cast("list[Connection]", wait(waiting)):
                batch = ready.recv()
                open_tasks[ready] += _give(ready, tasks) - 1
                yield batch


def _give(connection: Connection, tasks: Iterator[BallotTask | KeyTask]) -> int:
    """Send the next task, if there is one; how many were sent."""
    task = next(tasks, None)
    if task is None:
        return 0
    connection.send(task)
    return 1
