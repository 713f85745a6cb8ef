# SPDX-License-Identifier: AGPL-3.0-or-later
"""``kill -9`` of the real server while parents vote: nothing lost, nothing twice: docs/adr/0010.

Each round, twenty parents vote, eight at a time. After a few acknowledgements either the whole
server is killed, and started again, or one worker is, and its supervisor replaces it. Whoever has
no answer posts the same bytes again; whoever was acknowledged does not: what is lost stays lost.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from protocol.server_binding import BOARD
from tests.db.forks import Said
from tests.e2e.server import processes
from tests.e2e.server.hosted import ELECTORS, Hosted, ballot
from tests.e2e.server.listening import Heard, listener
from tests.e2e.server.parents import Parents
from tests.e2e.server.real_server import RealServer, patiently

pytestmark = pytest.mark.db  # /proc, and PostgreSQL

PARENTS = 20
AT_ONCE = 8
KILLS = ELECTORS // PARENTS
KINDS = ("server", "worker", "worker")


@dataclass
class Killer:
    """Kills in the middle of votes, at moments drawn from a seed."""

    server: RealServer
    parents: Parents
    chance: random.Random

    def wait_for_a_moment(self, before: int) -> None:
        """Until some parents are acknowledged, then less than the time that two of them took.

        The first may have waited for a server that was starting, so that this is long: it ends
        while as many are left as vote at a time.
        """
        began, some = time.monotonic(), self.chance.randint(1, 6)
        self.parents.wait_for_acknowledged(before + some)
        longest = self.chance.uniform(0, 2) * (time.monotonic() - began) / (some + 2)
        self.parents.wait_for_acknowledged(before + PARENTS - AT_ONCE, longest)

    def held_by_worker(self) -> Counter[int]:
        """How many connections each worker holds, all of them stopped so that it stays true."""
        for _ in patiently("no worker holds two requests"):
            workers = self.server.workers()
            tell(workers, signal.SIGSTOP)
            held = processes.holders(workers, self.server.port)
            if max(held.values(), default=0) > 1:  # one alone might have been answered just now
                return held
            tell(workers, signal.SIGCONT)
        raise AssertionError

    def kill(self, kind: str) -> int:
        """Kill; return how many connections the killed had accepted and not closed."""
        held = self.held_by_worker()
        if kind == "server":
            self.server.kill_all()
            self.server.start()
            return held.total()
        victim, connections = held.most_common(1)[0]
        os.kill(victim, signal.SIGKILL)
        tell(self.server.workers() - {victim}, signal.SIGCONT)
        return connections


def tell(workers: set[int], what: signal.Signals) -> None:
    for worker in workers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, what)


def hold_a_round(killer: Killer, kind: str, bodies: dict[int, bytes]) -> tuple[int, int]:
    """Return how many connections the killed held, and how many requests it left unanswered."""
    parents = killer.parents
    known, cut = len(parents.acknowledged), parents.unanswered.total()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        voting = [pool.submit(parents.vote, *pair) for pair in bodies.items()]
        killer.wait_for_a_moment(known)
        held = killer.kill(kind)
        for vote in voting:
            vote.result()
    killer.server.wait_until_all_answer()
    return held, parents.unanswered.total() - cut


def batches(hosted: Hosted) -> Iterator[dict[int, bytes]]:
    for first in range(0, ELECTORS, PARENTS):
        yield {elector: hosted.body(elector) for elector in range(first, first + PARENTS)}


def check_kills(hosted: Hosted, server: RealServer, seed: str, folder: Path) -> None:
    parents = Parents(server.port, hosted.uuid)
    killer = Killer(server, parents, random.Random(seed))
    kinds, in_vain, found = itertools.cycle(KINDS), 0, set[str]()
    with listener(server.port, hosted.uuid) as heard:
        for number, (kind, bodies) in enumerate(zip(kinds, batches(hosted), strict=False), 1):
            held, cut = hold_a_round(killer, kind, bodies)
            print(f"kill {number} ({kind}): {held} connections held, {cut} requests unanswered")
            in_vain += not cut
            if cut:
                found.add(kind)
    # On a busy machine all that a worker held may have been answered, and not read yet.
    assert in_vain <= 1, "no request was in flight"
    assert found == {*KINDS}, "of one kind none ever cut a request"
    print(f"{parents.unanswered.total()} requests cut, {parents.unavailable} answered 503")
    record = server.get(f"/e/{hosted.uuid}/record")
    assert sorted(parents.acknowledged) == list(range(ELECTORS))
    assert [record.count(ballot(elector)) for elector in range(ELECTORS)] == [1] * ELECTORS
    assert hosted.counts() == (ELECTORS, ELECTORS)
    check_what_was_said(hosted, heard, parents.promises)
    hosted.audit(record, folder / "record")


def check_what_was_said(hosted: Hosted, heard: Heard, promises: list[bytes]) -> None:
    """Each ballot has a step here, and each kill was in one or near it: no fork, no step back."""
    with hosted.school() as school:
        said = Said(school, heard, promises)
        said.look()
        assert len(promises) == ELECTORS
        print(f"{said.check()} notes that somebody outside has kept, {len(promises)} promises")
    assert len(heard[BOARD]) >= KILLS


@pytest.mark.either
def test_ten_kills_lose_nothing_and_record_nothing_twice(
    hosted: Hosted, server: RealServer, tmp_path: Path
) -> None:
    check_kills(hosted, server, "ten kills", tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_ten_times_ten_kills(hosted: Hosted, server: RealServer, tmp_path: Path, seed: int) -> None:
    check_kills(hosted, server, f"soak {seed}", tmp_path)
