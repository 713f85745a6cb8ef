# SPDX-License-Identifier: AGPL-3.0-or-later
"""A process that casts prepared ballots and publishes after each, and says what it did.

Run as ``python stepper.py URL KEYS REQUESTS POINT`` by the tests that stop it. REQUESTS is a
file of JSON lines. After an answer it writes ``ack N PROMISE``
to standard output, after a step ``note BOARD JOURNAL``, each in one system call and in base 64.
With a POINT that is not empty it kills itself there, in its second step.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP))

from evote.board.published import read_published  # noqa: E402
from evote.casting import Casting, CastRequest, Outcome  # noqa: E402
from evote.database.connection import open_database  # noqa: E402
from evote.database.elections import find_election  # noqa: E402
from evote.heads import Heads, MovingHeads  # noqa: E402
from evote.keys import KeyFolder  # noqa: E402
from evote.publishing import publisher as publishing  # noqa: E402
from evote.publishing.publisher import Publisher  # noqa: E402
from protocol.cosignatures import sign_stamped  # noqa: E402
from protocol.secret import Secret  # noqa: E402
from tests.db.dying import after, before, die  # noqa: E402
from tests.simulator import OPENS_AT  # noqa: E402

STEP = 2
steps = 0


def die_now() -> None:
    if steps == STEP:
        die()


@contextlib.contextmanager
def dying_once_moved(heads: Heads) -> Iterator[MovingHeads]:
    with MOVING(heads) as moving:
        yield moving
    die_now()


MOVING = Heads.moving
# Where a step can stop, in its order.
POINTS: dict[str, Callable[[], None]] = {
    "before": lambda: setattr(Publisher, "_step", before(Publisher._step, die_now)),
    "compared": lambda: setattr(MovingHeads, "move", before(MovingHeads.move, die_now)),
    "one head moved": lambda: setattr(MovingHeads, "move", after(MovingHeads.move, die_now)),
    "heads moved": lambda: setattr(Heads, "moving", dying_once_moved),
    "signed": lambda: setattr(publishing, "sign_stamped", after(sign_stamped, die_now)),
    "rows written": lambda: setattr(Publisher, "_step", after(Publisher._step, die_now)),
    "committed": lambda: setattr(Publisher, "publish", after(Publisher.publish, die_now)),
}


def main(url: str, keys: str, requests: str, point: str) -> None:
    global steps
    database, folder, now = open_database(url), KeyFolder(Path(keys)), OPENS_AT + 1
    publisher = Publisher(database, folder, 60, lambda: now)
    casting = Casting(database, folder, lambda: now, publisher)
    lines = [json.loads(line) for line in Path(requests).read_text().splitlines()]
    if point:
        POINTS[point]()
    say("ready")
    for place, line in enumerate(lines):
        ballot, pin = line["ballot"].encode(), Secret(line["pin"])
        answer = casting.cast(CastRequest(line["uuid"], line["number"], pin, ballot))
        assert answer.outcome is Outcome.RECORDED, answer
        assert answer.promise is not None
        say("ack", str(place), b64encode(answer.promise).decode())
        steps, now = steps + 1, now + 60
        publisher.publish(line["uuid"])
        with database.read() as connection:
            seen = read_published(connection, find_election(connection, line["uuid"]))
        say("note", *(b64encode(each.note).decode() for each in (seen.board, seen.journal)))


def say(*words: str) -> None:
    os.write(1, f"{' '.join(words)}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
