# SPDX-License-Identifier: AGPL-3.0-or-later
"""More parents wait for the database than there are threads: pages are answered all the same."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from evote.database.connection import WAIT_SECONDS
from evote.database.elections import lock_election
from evote.web.waiting import THREADS
from tests.e2e.server.hosted import Hosted
from tests.e2e.server.real_server import PATIENCE_SECONDS, RealServer, running

CROWD = THREADS + 40 + 20  # threads of pages: what Starlette has for all
JSON = {"Content-Type": "application/json"}
pytestmark = pytest.mark.db


def pre_check(port: int, hosted: Hosted, elector: int) -> str:
    pins = hosted.pins
    body = {"sign_in_number": pins.number(elector), "pin": pins.pin(elector).reveal()}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    with closing(connection):
        path = f"/api/elections/{hosted.uuid}/pre-check"
        connection.request("POST", path, json.dumps(body), JSON)
        answer = connection.getresponse()
        return str(json.loads(answer.read()).get("outcome", answer.status))


def test_pages_are_answered_while_a_crowd_waits_for_a_lock(hosted: Hosted, tmp_path: Path) -> None:
    server = RealServer(hosted.url, hosted.keys, tmp_path, count=1)
    with running(server), ThreadPoolExecutor(CROWD) as pool, hosted.school() as school:
        all_here = threading.Barrier(CROWD + 1)

        def ask(elector: int) -> str:
            all_here.wait()
            return pre_check(server.port, hosted, elector)

        outcomes = pool.map(ask, range(CROWD))
        with school.database.write() as connection:
            lock_election(connection, hosted.uuid)
            all_here.wait()
            time.sleep(1.5)  # they are there, and wait
            begun = time.monotonic()
            for path in ("/", f"/e/{hosted.uuid}", "/healthz"):
                assert server.get(path)
            # Without threads of their own a page comes when the first of them give up.
            assert time.monotonic() - begun < WAIT_SECONDS / 2
        assert Counter(outcomes) == {"ready": CROWD}
