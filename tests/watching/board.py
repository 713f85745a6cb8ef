# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server of one election in memory, with its keys in the test's hand. docs/protocol.md §18.8.

It starts with the forged election of ``tests/tamper`` where its vote has just opened; ballots that
follow are of no voter, which only the verifier would see. Every attack changes what it holds or
how it answers (``attacks.py``).
"""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256

from audit.watching.agents import Agent
from audit.watching.site import Answer, Away, Headers
from evote.web.security import BOOTH_POLICY
from tests.tamper.forge.journal import OPENS_AT
from tests.tamper.forge.logs import LogKey, board_key, checkpoint_text, journal_key, position, root
from tests.tamper.forge.remake import Forge
from tests.tamper.forge.texts import canonical, hash_hex
from tests.tamper.forge.world import crowded_school
from tests.tamper.record import SERVED
from tests.tamper.surgery import Archive, Member, event_member

HOST = "vote.exemple.fr:8443"
UUID = SERVED.uuid
URL = f"https://{HOST}/e/{UUID}"
BOOTH = {"/booth/app.js": b"app", "/booth/index.html": b"index"}
REPLACED = {"/booth/app.js": b"another booth"}
STEP = 60
WIDTH = 256
KEYS: dict[str, LogKey] = {
    "board": board_key(UUID, HOST),
    "journal": journal_key(UUID, HOST),
}


@cache
def whole() -> Forge:
    forge = Forge(crowded_school())
    forge.make()
    return forge


def states() -> list[tuple[int, int]]:
    """Members and lines of every state that a server could publish."""
    return whole().published


def first_open() -> int:
    """The state right after the opening."""
    lines = whole().lines
    return next(i for i, (_, n) in enumerate(states()) if n and b'"kind":"opened"' in lines[n - 1])


def after(kind: str) -> int:
    """The first state with this entry in the journal."""
    mark = f'"kind":"{kind}"'.encode()
    return next(
        i for i, (_, n) in enumerate(states()) if any(mark in line for line in whole().lines[:n])
    )


@dataclass
class Logs:
    """Members of the archive, lines of the journal."""

    members: list[Member]
    lines: list[bytes]

    @classmethod
    def at(cls, number: int) -> Logs:
        members, lines = states()[number]
        return cls([m.copy() for m in whole().members[:members]], whole().lines[:lines])

    def events(self) -> list[bytes]:
        return [member.content for member in self.members if member.is_event]

    def entries(self, log: str) -> list[bytes]:
        return self.events() if log == "board" else self.lines

    def archive(self) -> bytes:
        return Archive(canonical({"version": 1, "timestamp": 1791600600}), self.members).write()

    def served(self, log: str) -> bytes:
        return self.archive() if log == "board" else b"".join(x + b"\n" for x in self.lines)

    def cast(self, data: bytes) -> None:
        """A ballot more."""
        events = self.events()
        event = {
            "parent": hash_hex(events[-1]),
            "height": len(events),
            "type": "Ballot",
            "payload": hash_hex(data),
        }
        self.members += [Member(data, is_event=False), event_member(canonical(event))]

    def tell(self, kind: str, body: object) -> None:
        """An entry more, that nobody signs."""
        last = json.loads(self.lines[-1])
        entry = {
            "evote_journal": 1,
            "uuid": UUID,
            "index": len(self.lines),
            "at": last["at"],
            "board": position(self.events()),
            "kind": kind,
            "body": body,
        }
        self.lines.append(canonical(entry))

    def chained(self) -> None:
        """Heights and parents of every event, made good by whoever keeps the board."""
        archive = Archive(b"", self.members)
        archive.repair_chain()


def publication(logs: Logs, stamp: int) -> dict[str, bytes]:
    """Both checkpoints, signed and stamped."""
    notes = {}
    for log, key in KEYS.items():
        entries = logs.entries(log)
        text = checkpoint_text(key.name, len(entries), root(entries))
        notes[log] = text + b"\n" + key.line(text) + key.stamper.line(text, stamp)
    return notes


@dataclass
class Shown:
    """What is public: the logs up to it, and their checkpoints."""

    logs: Logs
    notes: dict[str, bytes]
    cached: dict[str, bytes] = field(default_factory=dict)

    def body(self, log: str) -> bytes:
        if log not in self.cached:
            self.cached[log] = self.logs.served(log)
        return self.cached[log]


TYPES = {"js": "text/javascript", "css": "text/css", "html": "text/html"}


def headers_of(path: str) -> Headers:
    """What an honest server behind an honest proxy says with a file of the booth."""
    kind = TYPES[path.rpartition(".")[2]]
    policy = BOOTH_POLICY if kind == "text/html" else "default-src 'none'; frame-ancestors 'none'"
    return (
        ("Server", "nginx"),
        ("Date", "Sat, 10 Oct 2026 08:00:00 GMT"),
        ("content-type", f"{kind}; charset=utf-8"),
        ("Content-Security-Policy", policy),
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
        ("Cache-Control", "no-cache"),
        ("X-Cache", "MISS"),
        ("Alt-Svc", 'h3=":443"; ma=86400'),
    )


View = Callable[["TestBoard", str, Agent], bytes | None]


class TestBoard:
    """The server. ``now`` is everybody's clock.

    Attributes:
        logs: what was recorded.
        shown: what is published.
        view: what an agent is given at a path instead; None: what everybody is given.
        headers: of the booth's files, for an agent.
        moves: paths that are answered at another one.
        down: it does not answer.
    """

    __test__ = False

    def __init__(self, state: int | None = None) -> None:
        self.state = first_open() if state is None else state
        self.logs = Logs.at(self.state)
        self.now = OPENS_AT // STEP * STEP
        replaced = any(b'"kind":"booth-replaced"' in line for line in self.logs.lines)
        self.booth = dict(REPLACED if replaced else BOOTH)
        self.view: View = lambda board, path, agent: None
        self.headers: Callable[[str, Agent], Headers] = lambda path, agent: headers_of(path)
        self.moves: set[str] = set()
        self.down = False
        self.stopped = False  # its clock
        self.asked: list[str] = []
        self.published: list[Shown] = []
        self.publish()

    @property
    def shown(self) -> Shown:
        return self.published[-1]

    def publish(self) -> Shown:
        """A step (§18.7)."""
        logs = Logs([m.copy() for m in self.logs.members], list(self.logs.lines))
        before = self.published[-1] if self.published else None
        shown = Shown(logs, publication(logs, self.now // STEP * STEP))
        if (
            before
            and before.logs.lines == logs.lines
            and len(before.logs.members) == len(logs.members)
        ):
            shown.cached = before.cached
        self.published.append(shown)
        return shown

    def pass_time(self, seconds: int = STEP) -> None:
        self.now += seconds
        if not self.stopped:
            self.publish()

    def go_on(self) -> None:
        """The next state of the forged election, published."""
        self.state += 1
        self.logs = Logs.at(self.state)
        self.publish()

    def cast(self, text: str = "") -> None:
        """A ballot of no voter."""
        self.logs.cast(canonical({"ballot": f"{len(self.logs.members)}{text}"}))

    # ---------------------------------------------------------------- answers

    @contextlib.contextmanager
    def get(
        self, path: str, agent: Agent, start: int = 0, *, patience: int = 0
    ) -> Iterator[Answer]:
        self.asked.append(path)
        if self.down:
            raise Away("il ne répond pas", "it does not answer", answered=False)
        body = self.view(self, path, agent)
        if body is None:
            body = self.answer(path)
        if body is None:
            raise Away("il répond par l'erreur 404", "it answers with error 404")
        if start and start >= len(body):
            yield Answer(start, None)
            return
        headers = self.headers(path, agent) if path in BOOTH else ()
        yield Answer(start, iter([body[start:]]), headers, path in self.moves)

    def answer(self, path: str) -> bytes | None:
        """What everybody is given."""
        return answer_of(self.shown, path) or self.booth.get(path)


def answer_of(shown: Shown, path: str) -> bytes | None:
    """What is at a path of the logs of this publication (§18.8)."""
    for log, page in (("board", "archive"), ("journal", "journal.jsonl")):
        if path == f"/e/{UUID}/{page}":
            return shown.body(log)
        prefix = f"/{UUID}/{log}/"
        if path == f"/e/{UUID}/record":
            return zipped(shown)
        if path == f"{prefix}checkpoint":
            return shown.notes[log]
        if path.startswith(f"{prefix}tile/"):
            return tile(shown.logs.entries(log), path.removeprefix(f"{prefix}tile/"))
    return None


def zipped(shown: Shown) -> bytes:
    """The record that its page gives (§17.1)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        bundle.writestr(f"{UUID}.bel", shown.body("board"))
        bundle.writestr("journal.jsonl", shown.body("journal"))
        for log, note in shown.notes.items():
            bundle.writestr(f"{log}.checkpoint", note)
    return packed.getvalue()


def tile(entries: list[bytes], rest: str) -> bytes | None:
    """A tile of level 0, or of entries."""
    level, _, name = rest.partition("/")
    name, _, width = name.partition(".p/")
    first = WIDTH * int(name.replace("x", "").replace("/", ""))
    wanted = int(width) if width else WIDTH
    found = entries[first : first + wanted]
    if len(found) != wanted:
        return None
    if level == "entries":
        return b"".join(len(each).to_bytes(2, "big") + each for each in found)
    return b"".join(sha256(b"\0" + each).digest() for each in found)


def copied(logs: Logs) -> Logs:
    return deepcopy(logs)
