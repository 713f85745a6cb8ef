# SPDX-License-Identifier: AGPL-3.0-or-later
"""Go through all ballots once: which count, what each shows, their product. docs/protocol.md §11.

The census holds small things only: faults, the alphas' first bytes, one product per choice.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from audit.archive import MAX_FAULTS
from audit.arithmetic import IDENTITY
from audit.ballots import BallotFaults
from audit.board import Ballots
from audit.election import Credentials
from audit.workers import PREFIX, BallotTask, Batch, Job, KeyTask, Pool, merge

SPACES = " " * 64
KEY_BATCH = 128
BUCKETS = 256
RECORD = PREFIX + 4


@dataclass(slots=True)
class Census:
    """What all ballots together show."""

    total: int
    faults: dict[int, BallotFaults] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)  # the ballot that counts, by credential
    alphas: list[bytearray] = field(default_factory=list)
    products: list[bytes] | None = None

    def malformed(self, index: int) -> bool:
        """Whether ballot ``index`` has a fault of C13 and is left out of what follows (§16)."""
        return index in self.faults and bool(self.faults[index].form)

    def product(self, number: int) -> bytes:
        """The product of the alphas (even numbers) or betas (odd) of one choice (§11.2)."""
        return IDENTITY if self.products is None else self.products[number]


def last_ballots(ballots: Ballots) -> dict[str, int]:
    """The last ballot of each credential: the one that counts (§11.1)."""
    last = {ballots.credential(index): index for index in range(len(ballots))}
    last.pop(SPACES, None)
    return last


def take_census(
    ballots: Ballots,
    credentials: Credentials | None,
    job: Job,
    pool: Pool,
    progress: Callable[[int, int], None],
) -> Census:
    """Examine every ballot, on all processes."""
    census = Census(len(ballots), last=last_ballots(ballots))
    census.alphas = [bytearray() for _ in range(BUCKETS)]
    weights = array("Q", bytes(8 * len(ballots)))
    for credential, index in census.last.items():
        weights[index] = credentials.weight(credential) if credentials else 1
    done = 0
    for batch in pool.run(job, _tasks(ballots, weights, pool.jobs)):
        done += batch.examined
        census.faults.update(batch.faults)
        if len(census.faults) > MAX_FAULTS:
            _shorten(batch)
        census.products = merge(census.products, batch.products)
        for number, alphas in batch.alphas:
            _note_alphas(census.alphas, number, alphas)
        progress(done, len(ballots))
    return census


def _shorten(batch: Batch) -> None:
    """Keep one fault of each kind: every ballot at fault is still named."""
    for faults in batch.faults.values():
        for kind in (faults.form, faults.signature, faults.proofs):
            del kind[1:]


def _note_alphas(buckets: list[bytearray], number: int, alphas: bytes) -> None:
    tail = number.to_bytes(4, "big")
    for at in range(0, len(alphas), PREFIX):
        buckets[alphas[at]] += alphas[at : at + PREFIX] + tail


def _tasks(ballots: Ballots, weights: array[int], jobs: int) -> Iterator[BallotTask]:
    """Batches small enough that the last one does not keep the others waiting."""
    size = min(64, max(1, len(ballots) // (8 * jobs)))
    for start in range(0, len(ballots), size):
        part = slice(start, start + size)
        digests = bytes(ballots.digests[32 * start : 32 * (start + size)])
        yield BallotTask(start, ballots.offsets[part], ballots.sizes[part], weights[part], digests)


def outsiders(credentials: Credentials, census: Census | None, job: Job, pool: Pool) -> list[int]:
    """The numbers of the credentials that are not elements of the group (§8.4, §4.2).

    A credential whose ballot is without fault is one: its signature was checked by raising the
    credential to a power (``arithmetic``). All others are looked at here.
    """
    others = {n: key for key, n in credentials.index.items() if not _has_signed(key, census)}
    numbers = list(others)
    found: list[int] = []
    for batch in pool.run(job, _key_tasks(list(others.values()))):
        found += batch.outsiders
    return sorted(numbers[place] for place in found)


def _has_signed(credential: str, census: Census | None) -> bool:
    """Whether the ballot of this credential that counts is without any fault."""
    index = census.last.get(credential) if census else None
    return census is not None and index is not None and index not in census.faults


def _key_tasks(texts: Sequence[str]) -> Iterator[KeyTask]:
    for first in range(0, len(texts), KEY_BATCH):
        keys = [bytes.fromhex(text)[::-1] for text in texts[first : first + KEY_BATCH]]
        yield KeyTask(first, b"".join(keys))


def repeated_alphas(census: Census) -> Iterator[tuple[int, int]]:
    """Pairs of ballots (perhaps the same one) with equal alphas, in order of the board (§11.1)."""
    for bucket in census.alphas:
        records = sorted(bytes(bucket[at : at + RECORD]) for at in range(0, len(bucket), RECORD))
        prefix, first = b"", 0
        for record in records:
            number = int.from_bytes(record[PREFIX:], "big")
            if record[:PREFIX] == prefix:
                yield first, number
            else:
                prefix, first = record[:PREFIX], number
