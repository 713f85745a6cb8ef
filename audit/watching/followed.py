# SPDX-License-Identifier: AGPL-3.0-or-later
"""One log as it is followed: what was kept, what came in since, what the server signed of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from zlib import crc32

from audit.record import MAX_CHECKPOINT
from audit.tree import leaf_hash
from audit.watching.agents import Agent
from audit.watching.copies import LARGEST_SETUP, BoardCopy, JournalCopy, last_content
from audit.watching.copy import Copy
from audit.watching.disk import read_back, written
from audit.watching.signed import Seen, Signed
from audit.watching.site import LONG_SECONDS, Site, oversized
from audit.watching.store import Line, Store, damaged, garbled

LARGEST_ENTRY = 2**24  # with its data; a ballot has some thousand bytes
_CHUNK = 2**20


class Log:
    """The board or the journal.

    Args:
        name: ``board`` or ``journal``.
        path: where its bytes are served.
        prefix: of its tiles and checkpoint.
        store: where it is kept.
        site: whence it comes.
    """

    def __init__(self, name: str, path: str, prefix: str, store: Store, site: Site) -> None:
        self.name = name
        self.path = path
        self.prefix = prefix
        self.copy: Copy = self._new()
        self.kept = 0  # entries
        self.kept_bytes = 0
        self.kept_sum: int | None = 0  # of these bytes; None as long as an older diary says none
        self.signed = Signed()
        self.unjudged: list[Seen] = []
        self.best: Seen | None = None  # the largest that is of this log
        self._store = store
        self._site = site
        self._pending = store.pending(name)

    def close(self) -> None:
        """Nothing more comes in, and what was not kept is not left behind."""
        if self._pending.closed:
            return
        with contextlib.suppress(OSError):
            self._pending.seek(0)
            self._pending.truncate()
        self._pending.close()

    @property
    def seen(self) -> list[Seen]:
        """What the server signed, as far as it still matters."""
        return list(self.signed)

    @property
    def _enough(self) -> int:
        """Entries: as many as were signed, and the set-up before that."""
        return max(1, self.signed.largest)

    def _new(self) -> Copy:
        return BoardCopy() if self.name == "board" else JournalCopy()

    # ------------------------------------------------------------ what came in

    def fetch(self, agent: Agent) -> None:
        """What the server has beyond what came in already, up to the largest that it signed.

        Raises:
            Away: not, or not all; what came in stays.
        """
        if self.copy.lost or self.copy.size >= self._enough:
            return
        start = self.copy.received
        answer = self._site.get(self.path, agent, start, patience=LONG_SECONDS)
        with answer as given:
            passed = given.start  # where the server takes no notice of the range: from 0
            for chunk in given.chunks or ():
                data = chunk[max(0, start - passed) :]
                passed += len(chunk)
                if not self._take(data) or self.copy.size >= self._enough:
                    break

    def _take(self, data: bytes) -> bool:
        """Whether what follows can be read, too."""
        if not data:
            return True
        self._require_bounded(self.copy, len(data))
        with written():
            self._pending.seek(0, 2)
            self._pending.write(data)
        self.copy.feed(data, self._enough)
        if self.copy.size >= self._enough:
            with written():  # nobody signed what follows
                self._pending.truncate(self.copy.received - self.kept_bytes)
        return not self.copy.lost

    def drop_pending(self) -> None:
        """Forget what came in since the last time that something was kept."""
        with written():
            self._pending.seek(0)
            self._pending.truncate()
        self.load()
        gone = [each for each in self.seen if each.good and each.size > self.kept]
        for each in gone:
            each.good = each.judged = False
        self.unjudged += gone
        if gone:
            good = (each for each in self.seen if each.good)
            self.best = max(good, key=_rank, default=None)

    def refetch(self, agent: Agent) -> Copy:
        """The log once more from its start, as far as it was signed; entries where they differ.

        Raises:
            Away: not all of it came.
        """
        with self._site.get(self.path, agent, patience=LONG_SECONDS) as given:
            return self.read_whole(given.chunks or ())

    def read_whole(self, chunks: Iterable[bytes]) -> Copy:
        """The log as these bytes have it, as ``refetch`` does. Raises ``Away``, too."""
        whole = self._new()
        for chunk in chunks:
            before = whole.size
            self._require_bounded(whole, len(chunk))
            whole.feed(chunk, self._enough)
            for index in range(before, whole.size):
                if index < self.copy.size and whole.leaf(index) == self.copy.leaf(index):
                    del whole.fresh[index]
            if whole.lost or whole.size >= self._enough:
                break
        return whole

    def _require_bounded(self, copy: Copy, more: int) -> None:
        """Whoever sends without end, or data of which no entry comes, fills no disk."""
        received = copy.received + more
        one = LARGEST_ENTRY if copy.size else LARGEST_SETUP
        if received > copy.most_bytes or received - copy.length(copy.size) > one:
            raise oversized()

    def event(self, index: int) -> bytes:
        """The bytes of an event of the board that came in.

        Raises:
            Unusable: they are kept, and the disk gives back others.
        """
        fresh = self.copy.fresh.get(index)
        if fresh is not None:
            return fresh
        start, data = self.copy.length(index), b""
        length = self.copy.length(index + 1) - start
        for piece in self._store.read(self.name, start):
            data += piece
            if len(data) >= length:
                break
        event = last_content(data[:length]) if len(data) >= length else b""
        if leaf_hash(event) != self.copy.leaf(index):
            raise damaged()
        return event

    # ------------------------------------------------------------ what is kept

    def load(self) -> None:
        """Read what the store has kept.

        Raises:
            Unusable: it is not what was kept.
        """
        self._store.trim(self.name, self.kept_bytes)
        self.copy, found = self._new(), 0
        for data in self._store.read(self.name):
            found = crc32(data, found)
            self.copy.feed(data, self.kept)
        if (self.copy.size, self.copy.received) != (self.kept, self.kept_bytes):
            raise damaged()
        if self.kept_sum not in (None, found):
            raise damaged()
        self.kept_sum = found
        self.copy.forget()

    def require_whole(self) -> None:
        """Before anybody is accused by what is kept: it is what was kept, to the bit.

        Raises:
            Unusable: the disk gives back something else, or nothing.
        """
        length = found = 0
        for data in self._store.read(self.name):
            length, found = length + len(data), crc32(data, found)
        if (length, found) != (self.kept_bytes, self.kept_sum):
            raise damaged()

    def keep(self, size: int) -> None:
        """Put the entries up to this size into the record.

        Raises:
            Unusable: the disk did not give back what came in; the diary says nothing of it.
        """
        length = self.copy.length(size) - self.kept_bytes
        if length > 0:
            self._store.grow(self.name, self._pieces(length, self.copy.sum(size)))

    def kept_now(self, size: int) -> None:
        """The diary says so, too."""
        end = self.copy.length(size)
        with read_back():
            self._pending.seek(end - self.kept_bytes)
            rest = self._pending.read()
        with written():
            self._pending.seek(0)
            self._pending.truncate()
            self._pending.write(rest)
        self.kept, self.kept_bytes, self.kept_sum = size, end, self.copy.sum(size)
        if self.copy.size == size:
            self.copy.forget()

    def _pieces(self, length: int, wanted: int) -> Iterator[bytes]:
        """What came in, from the disk on which it waits, if it is what came in."""
        found = self.kept_sum or 0
        with read_back():
            self._pending.seek(0)
            while length and (data := self._pending.read(min(length, _CHUNK))):
                length -= len(data)
                found = crc32(data, found)
                yield data
        if length or found != wanted:
            raise garbled()

    # ------------------------------------------------------------ what was signed

    def look(self, agent: Agent) -> bytes:
        """The checkpoint as it is published now.

        Raises:
            Away: there is none to be had.
        """
        with self._site.get(f"{self.prefix}checkpoint", agent) as given:
            return given.whole(MAX_CHECKPOINT)

    def write(self, seen: Seen) -> None:
        """Put a checkpoint into the diary, unless it is there."""
        if seen.number is None:
            seen.number = self._store.signed
            self._store.note(seen=self.name, at=seen.at, **_said(seen))

    def write_lines(self, seen: Seen) -> None:
        """More signatures of a checkpoint that is in the diary."""
        if seen.number is not None:
            self._store.note(cosigned=self.name, **_said(seen))

    def remember(self, line: Line, number: int) -> Seen:
        """A checkpoint of the diary, which was verified before it was written there."""
        at, root = line["at"], bytes.fromhex(line["root"])
        return Seen(line["note"], line["size"], root, line["stamp"], at, at, at, number)

    def accept(self, seen: Seen) -> None:
        """This checkpoint is of the log that is followed."""
        seen.good = seen.judged = True
        best = self.best
        if best is None or _rank(seen) > _rank(best):
            self.best = seen


def _said(seen: Seen) -> Line:
    root = seen.root.hex()
    return {"size": seen.size, "root": root, "stamp": seen.stamp, "note": seen.text}


def _rank(seen: Seen) -> tuple[int, int]:
    return seen.size, seen.stamp or 0
