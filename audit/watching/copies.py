# SPDX-License-Identifier: AGPL-3.0-or-later
"""A log as its bytes come in, in pieces: archive and journal. docs/protocol.md §10, §18.1, §19.1.

Both are judged entry by entry as they come; whether they are what the server signed is another
question (``judging.py``). Nothing of an unfinished entry is looked at.
"""

from __future__ import annotations

import re
from typing import Any

from audit.archive import BLOCK, Datum, Member, header, header_time
from audit.binding import Binding, decode_binding
from audit.board import Posted
from audit.chain import MAX_EVENT, Chain, Event
from audit.election import Election, decode_election
from audit.hashing import sha256_hex
from audit.journal import MAX_ENTRY, Entry, decode_entry
from audit.log_sizes import most_events
from audit.record import MAX_JOURNAL
from audit.server import Server
from audit.strict_json import MAX_BYTES, decode, read_list
from audit.watching.copy import Copy
from audit.words import Malformed, Text, Unsupported

_NAME = re.compile(rb"([0-9a-f]{64})\.(data|event)\.json")
_SIZE = re.compile(rb"[0-7]{11}\0")
_DATA_BEFORE_EVENT = 8
LARGEST_SETUP = 2**27  # with its data: two of the largest that a JSON text may be
_OF_COUNT = 2**26  # bytes of all that follows the ballots
_OF_BALLOT, _OF_CHOICE = 2**12, 2**10  # bytes with event and headers; a choice has two proofs


class BoardCopy(Copy):
    """An archive. What of the set-up a watcher needs is kept, ballots are not."""

    def __init__(self) -> None:
        super().__init__()
        self.election_bytes: bytes | None = None
        self.election: Election | None = None
        self.binding: Binding | None = None
        self.trustees_bytes = b""
        self.listed = 0  # credentials
        self.ballots: list[int] = []  # their places
        self.setup: Posted | None = None
        self.end: Posted | None = None
        self.tally: Posted | None = None
        self.result: Posted | None = None
        self._time: int | None = None
        self._chain = Chain()
        self._data: dict[str, bytes] = {}

    @property
    def most(self) -> int | None:
        """How many events there can be (§18.9); None before the set-up is known."""
        if self.binding is None:
            return None
        return most_events(self.binding) - max(0, self.binding.electors - self.listed)

    @property
    def most_bytes(self) -> int:
        """By the longest ballot of this election, and more for the count than it can have."""
        most = self.most
        if most is None or self.binding is None:
            return LARGEST_SETUP
        choices = len(self.binding.lists) + 1
        return self.length(1) + most * (_OF_BALLOT + choices * _OF_CHOICE) + _OF_COUNT

    @property
    def stage(self) -> int:
        """How far the events have come (§10.2)."""
        return self._chain.stage

    @property
    def server(self) -> Server | None:
        """The server's keys and files, once the set-up is known."""
        return self.binding.server if self.binding else None

    def _next(self) -> int:
        buffer = self._buffer
        if len(buffer) < BLOCK:
            return 0
        head = bytes(buffer[:BLOCK])
        if not _SIZE.fullmatch(head[124:136]) or int(head[124:135], 8) > MAX_BYTES:
            return self._lost(
                "la suite n'est pas un élément d'archive", "what follows is no member"
            )
        size = int(head[124:135], 8)
        length = BLOCK + size + -size % BLOCK
        if len(buffer) < length:
            return 0
        content = bytes(buffer[BLOCK : BLOCK + size])
        if any(buffer[BLOCK + size : length]):
            return self._lost("un remplissage qui n'est pas nul", "padding that is not zero")
        if not self._member(head, content, length):
            return 0
        return length

    def _lost(self, fr: str, en: str) -> int:
        self.lose(self.size)
        self.fault(self.size, Text(f"{fr} (§10.3)", f"{en} (§10.3)"))
        return 0

    def _member(self, head: bytes, content: bytes, length: int) -> bool:
        """Take one member; whether it can be one."""
        name = head[:100].rstrip(b"\0")
        if self._time is None:
            return self._first(head, content)
        found = _NAME.fullmatch(name)
        if found is None or head != header(name, len(content), self._time):
            self._lost("un en-tête interdit", "a forbidden header")
            return False
        digest = sha256_hex(content)
        if digest != found[1].decode():
            self.fault(
                self.size,
                Text(
                    "un élément qui n'est pas nommé par son contenu (§10.3)",
                    "a member not named by its content (§10.3)",
                ),
            )
        if found[2] == b"data":
            if len(self._data) >= _DATA_BEFORE_EVENT:
                self._data.clear()
            self._data[digest] = content
        else:
            self._event(content, digest, length)
        return True

    def _first(self, head: bytes, content: bytes) -> bool:
        try:
            self._time = header_time(content)
        except (Malformed, Unsupported):
            self._time = None
        if self._time is None or head != header(b"BELENIOS", len(content), self._time):
            self._lost("ce n'est pas le début d'une archive", "not the start of an archive")
            return False
        return True

    def _event(self, content: bytes, digest: str, length: int) -> None:
        chain, index = self._chain, self.size
        before = len(chain.faults) + len(chain.order_faults)
        member = Member(Datum(digest, bytes.fromhex(digest), 0, len(content)), True, content)
        event = chain.follow(member)
        if event is None or len(content) > MAX_EVENT:
            self.lose(index)
        if event is not None and chain.move(event):
            self._know(event, digest)
        for text in (chain.faults + chain.order_faults)[before:]:
            self.fault(index, text)
        chain.faults.clear()
        chain.order_faults.clear()
        self._data.clear()
        self._entry(content, length)

    def _know(self, event: Event, digest: str) -> None:
        index = self.size
        posted = Posted(event.height, digest, None, (), index)
        if event.payload is not None and event.payload not in self._data:
            self.fault(
                index,
                Text(
                    "la donnée qu'il nomme manque (§10.2)", "the datum it names is missing (§10.2)"
                ),
            )
        if event.kind == "Setup":
            self.setup = posted
            self._set_up(self._data.get(event.payload or "", b""))
        elif event.kind == "Ballot":
            self.ballots.append(index)
        elif event.kind == "EndBallots":
            self.end = posted
        elif event.kind == "EncryptedTally":
            self.tally = posted
        elif event.kind == "Result":
            self.result = posted

    def _set_up(self, payload: bytes) -> None:
        try:
            named: Any = decode(payload)
            election = self._data[named["election"]]
            self.election, evote = decode_election(election, strict=True)
            self.binding = decode_binding(evote, self.election.uuid)
            self.trustees_bytes = self._data[named["trustees"]]
            self.listed = len(read_list(decode(self._data[named["credentials"]]), "credentials"))
            self.election_bytes = election
        except (Malformed, Unsupported) as refusal:
            self.fault(0, refusal.text)
        except (KeyError, TypeError):
            self.fault(0, Text("une mise en place illisible (§8.5)", "an unreadable set-up (§8.5)"))


class JournalCopy(Copy):
    """A journal, an entry a line."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry | None] = []

    @property
    def most_bytes(self) -> int:
        """§19.1."""
        return MAX_JOURNAL

    def _next(self) -> int:
        end = self._buffer.find(b"\n", 0, MAX_ENTRY + 1)
        if end < 0:
            if len(self._buffer) > MAX_ENTRY:
                self.lose(self.size)
                self.fault(self.size, Text("une entrée trop longue (§19.1)", "too long (§19.1)"))
            return 0
        line = bytes(self._buffer[:end])
        try:
            self.entries.append(decode_entry(line))
        except (Malformed, Unsupported) as refusal:
            self.entries.append(None)
            self.fault(self.size, refusal.text)
            self.lose(self.size)
        self._entry(line, end + 1)
        return end + 1

    def of_kind(self, *kinds: str, size: int | None = None) -> list[Entry]:
        """The entries of these kinds among the first so many."""
        return [each for each in self.entries[:size] if each is not None and each.kind in kinds]


def last_content(data: bytes) -> bytes:
    """The content of the last of these members, which were read before."""
    content = b""
    while data:
        size = int(data[124:135], 8)
        content = data[BLOCK : BLOCK + size]
        data = data[BLOCK + size + -size % BLOCK :]
    return content
