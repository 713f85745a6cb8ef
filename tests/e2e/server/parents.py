# SPDX-License-Identifier: AGPL-3.0-or-later
"""Parents who post prepared ballots over HTTP, the same bytes again until they have an answer."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field

from protocol.sending import padding_for
from tests.db.school import School
from tests.e2e.server.real_server import PATIENCE_SECONDS


class NotSent(Exception):
    """Nobody listened, or the connection broke before the whole request was sent."""


class Unanswered(Exception):
    """The whole request was sent, and the connection broke before the whole answer came."""


@dataclass(frozen=True)
class Reply:
    """A status, and what the JSON says."""

    status: int
    content: dict[str, str | None]


def cast_body(school: School, elector: int, ballot: bytes) -> bytes:
    """What the booth posts."""
    pin, text = school.pin(elector).reveal(), ballot.decode()
    content = {
        "sign_in_number": school.number(elector),
        "pin": pin,
        "ballot": text,
        "padding": padding_for(school.election.election.context, pin, text),
    }
    return json.dumps(content).encode()


def post_cast(port: int, uuid: str, body: bytes) -> Reply:
    """Post a request of this body once, over a connection of its own."""
    headers = {"Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    with closing(connection):
        try:
            connection.request("POST", f"/api/elections/{uuid}/cast", body, headers)
        except ConnectionError as cause:
            raise NotSent from cause
        try:
            answer = connection.getresponse()
            return Reply(answer.status, json.loads(answer.read()))
        except (ConnectionError, http.client.HTTPException) as cause:
            raise Unanswered from cause


@dataclass
class Parents:
    """They vote in threads, and count together. Whoever was acknowledged posts nothing more."""

    port: int
    uuid: str
    acknowledged: list[int] = field(default_factory=list)
    promises: list[bytes] = field(default_factory=list)
    unanswered: Counter[int] = field(default_factory=Counter)
    unavailable: int = 0
    turn: threading.Condition = field(default_factory=threading.Condition)

    def vote(self, elector: int, body: bytes) -> None:
        """Post until it is recorded; every other answer but *unavailable* is a failure."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                reply = post_cast(self.port, self.uuid, body)
            except NotSent:
                time.sleep(0.02)
            except Unanswered:
                with self.turn:
                    self.unanswered[elector] += 1
            else:
                if self._has_settled(elector, reply):
                    return
        raise AssertionError(f"elector {elector} was never answered")

    def _has_settled(self, elector: int, reply: Reply) -> bool:
        with self.turn:
            if reply.status == 503:
                self.unavailable += 1
                return False
            assert (reply.status, reply.content["outcome"]) == (200, "recorded"), reply
            self.acknowledged.append(elector)
            self.promises.append((reply.content["promise"] or "").encode())
            self.turn.notify_all()
            return True

    def wait_for_acknowledged(self, count: int, seconds: float | None = None) -> None:
        """As long as it takes, or so long at most."""
        patience = PATIENCE_SECONDS if seconds is None else seconds
        with self.turn:
            came = self.turn.wait_for(lambda: len(self.acknowledged) >= count, patience)
        assert came or seconds is not None
