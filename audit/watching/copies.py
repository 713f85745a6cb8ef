# SPDX-License-Identifier: AGPL-3.0-or-later
"""A log as its bytes come in, in pieces: archive and journal. docs/protocol.md §10, §18.1, §19.1.

Both are judged entry by entry as they come; whether they are what the server signed is another
question (``judging.py``). Nothing of an unfinished entry is looked at.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from array import array
from typing import Any

from audit.archive import BLOCK, MAX_FAULTS, Datum, Member, header, header_time
from audit.binding import Binding, decode_binding
from audit.board import Posted
from audit.chain import Chain, Event
from audit.election import Election, decode_election
from audit.hashing import sha256_hex
from audit.journal import MAX_ENTRY, Entry, decode_entry
from audit.server import Server
from audit.strict_json import MAX_BYTES, decode
from audit.tree import HASH_BYTES, Tree, leaf_hash
from audit.words import Malformed, Text, Unsupported

_NAME = re.compile(rb"([0-9a-f]{64})\.(data|event)\.json")
_SIZE = re.compile(rb"[0-7]{11}\0")
_DATA_BEFORE_EVENT = 8


class Copy(ABC):
    """What both logs have in common.

    Attributes:
        leaves: 32 bytes an entry (§18.1).
        ends: where each entry ends, in bytes from the start.
        fresh: the bytes of entries by index, until ``forget``.
        faults: index of the entry at fault, and what is wrong with it.
        lost_at: the entry that cannot be read, from which on nothing is read; None if all can.
    """

    def __init__(self) -> None:
        self.leaves = bytearray()
        self.ends = array("Q")
        self.fresh: dict[int, bytes] = {}
        self.faults: list[tuple[int, Text]] = []
        self.lost_at: int | None = None
        self._buffer = bytearray()
        self._offset = 0
        self._tree = Tree()
        self._roots: list[bytes] = []

    @property
    def lost(self) -> bool:
        """Whether nothing that follows is read."""
        return self.lost_at is not None

    def lose(self, index: int) -> None:
        """Read nothing after this entry: what somebody garbled has no end."""
        self.lost_at = index

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self.ends)

    @property
    def received(self) -> int:
        """How many bytes came in."""
        return self._offset + len(self._buffer)

    def root(self, size: int) -> bytes:
        """The root of the first so many entries, which there are."""
        if size == 0:
            return Tree().root()
        return self._roots[size - 1]

    def leaf(self, index: int) -> bytes:
        """The leaf of an entry that there is."""
        return bytes(self.leaves[HASH_BYTES * index : HASH_BYTES * (index + 1)])

    def length(self, size: int) -> int:
        """How many bytes the first so many entries are."""
        return self.ends[size - 1] if size else 0

    def feed(self, data: bytes, most: int) -> None:
        """The next bytes, cut anywhere; what follows so many entries is not looked at, nor kept."""
        self._buffer += data
        while not self.lost and self.size < most and (length := self._next()):
            del self._buffer[:length]
            self._offset += length
        if self.lost or self.size >= most:
            self._buffer.clear()

    def forget(self) -> None:
        """The bytes of entries are no longer needed; the hashes are."""
        self.fresh.clear()

    @abstractmethod
    def _next(self) -> int:
        """Take the next whole piece; how many bytes it is, 0 if it is not whole."""

    def _entry(self, data: bytes, length: int) -> None:
        leaf = leaf_hash(data)
        self.fresh[self.size] = data
        self.ends.append(self._offset + length)
        self.leaves += leaf
        self._tree.append(leaf)
        self._roots.append(self._tree.root())

    def fault(self, index: int, text: Text) -> None:
        """Note what is wrong with an entry."""
        if len(self.faults) < MAX_FAULTS:
            self.faults.append((index, text))


class BoardCopy(Copy):
    """An archive. What of the set-up a watcher needs is kept, ballots are not."""

    def __init__(self) -> None:
        super().__init__()
        self.election_bytes: bytes | None = None
        self.election: Election | None = None
        self.binding: Binding | None = None
        self.trustees_bytes = b""
        self.ballots: list[int] = []  # their places
        self.setup: Posted | None = None
        self.end: Posted | None = None
        self.tally: Posted | None = None
        self.result: Posted | None = None
        self._time: int | None = None
        self._chain = Chain()
        self._data: dict[str, bytes] = {}

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
        if event is None:
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
