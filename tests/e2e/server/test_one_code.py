# SPDX-License-Identifier: AGPL-3.0-or-later
"""One code, fifty different ballots at once, two workers: one is recorded: docs/adr/0010."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.server.hosted import Hosted, ballot
from tests.e2e.server.parents import Reply, post_cast
from tests.e2e.server.real_server import RealServer

AT_ONCE = 50


@pytest.mark.db  # /proc
def test_fifty_different_ballots_of_one_code_posted_at_once_record_one(
    hosted: Hosted, server: RealServer, tmp_path: Path
) -> None:
    ballots = [ballot(0, f"try {n}") for n in range(AT_ONCE)]
    assert len(set(ballots)) == AT_ONCE
    bodies = [hosted.body(0, f"try {n}") for n in range(AT_ONCE)]
    start = threading.Barrier(AT_ONCE)

    def post(body: bytes) -> Reply:
        start.wait()
        return post_cast(server.port, hosted.uuid, body)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        replies = list(pool.map(post, bodies))
    said = Counter((reply.status, reply.content["outcome"]) for reply in replies)
    assert said == {(200, "recorded"): 1, (409, "already_voted"): AT_ONCE - 1}
    winner = next(place for place, reply in enumerate(replies) if reply.status == 200)
    record = server.get(f"/e/{hosted.uuid}/record")
    assert [record.count(each) for each in ballots] == [int(n == winner) for n in range(AT_ONCE)]
    assert hosted.counts() == (1, 1)
    hosted.audit(record, tmp_path / "record")
