# SPDX-License-Identifier: AGPL-3.0-or-later
"""A process that casts prepared ballots with several threads, and says which were recorded.

Run as ``python writer.py URL KEYS REQUESTS THREADS`` by the tests that kill it or watch its calls.
REQUESTS is a file of JSON lines; after an answer the line's number is written to standard output in
one system call, ``ack N``.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP))

from evote.casting import Casting, CastRequest, Outcome  # noqa: E402
from evote.database.connection import open_database  # noqa: E402
from evote.keys import KeyFolder  # noqa: E402
from evote.publishing.publisher import Publisher  # noqa: E402
from protocol.secret import Secret  # noqa: E402
from tests.simulator import OPENS_AT  # noqa: E402

in_flight = 0
turn = threading.Lock()


def clock() -> int:
    return OPENS_AT + 1


def main(url: str, keys: str, requests: str, threads: str) -> None:
    database, folder = open_database(url), KeyFolder(Path(keys))
    publisher = Publisher(database, folder, 60, clock)
    casting = Casting(database, folder, clock, publisher)
    lines = [json.loads(line) for line in Path(requests).read_text().splitlines()]
    os.write(1, b"ready\n")
    with ThreadPoolExecutor(int(threads)) as pool:
        list(pool.map(lambda pair: cast(casting, *pair), enumerate(lines)))


def cast(casting: Casting, place: int, line: dict[str, str]) -> None:
    global in_flight  # noqa: PLW0603 - counted for the one who kills this process
    with turn:
        in_flight += 1
        os.write(2, f"flying {in_flight}\n".encode())
    ballot = line["ballot"].encode()
    request = CastRequest(line["uuid"], line["number"], Secret(line["pin"]), ballot)
    answer = casting.cast(request)
    assert answer.outcome is Outcome.RECORDED, answer
    os.write(1, f"ack {place}\n".encode())
    with turn:
        in_flight -= 1
        os.write(2, f"flying {in_flight}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
