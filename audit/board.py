# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board: its events, and the data before each. docs/protocol.md §10.2, §8.5.

One pass over the archive. Ballots are noted by place and digest only, so memory does not grow with
their size; all other data are read again when a check asks for them. ``archive.py`` collects the
faults of C01 and C02, ``chain.py`` those of C03 and C04, this file those of C05. An event out of
place is left out of all that follows.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from audit.archive import Datum, Framing, Member, read_exactly, read_members
from audit.chain import Chain, Event, is_hash, note
from audit.hashing import sha256_base64
from audit.strict_json import decode, decode_datum, read_object
from audit.tree import leaf_hash
from audit.words import Malformed, Text

MAX_PENDING = 8
ELEMENT_DIGITS = 64


@dataclass(slots=True)
class Ballots:
    """Where each ballot stands, in order; parallel arrays, because there may be 100,000."""

    offsets: array[int] = field(default_factory=lambda: array("Q"))
    sizes: array[int] = field(default_factory=lambda: array("Q"))
    heights: array[int] = field(default_factory=lambda: array("Q"))
    digests: bytearray = field(default_factory=bytearray)
    credentials: bytearray = field(default_factory=bytearray)  # 64 digits each, or 64 spaces

    def __len__(self) -> int:
        return len(self.offsets)

    def datum(self, index: int) -> Datum:
        """The place of ballot ``index``."""
        digest = bytes(self.digests[32 * index : 32 * index + 32])
        return Datum(digest.hex(), digest, self.offsets[index], self.sizes[index])

    def credential(self, index: int) -> str:
        """The credential at its one place in a canonical ballot (§9.3); spaces if it is not."""
        return self.credentials[64 * index : 64 * index + 64].decode("ascii")

    def place(self, index: int) -> Text:
        """How a sentence names ballot ``index``: by the height of its event."""
        height = self.heights[index]
        return Text(f"bulletin à l'événement {height}", f"ballot at event {height}")


@dataclass(frozen=True, slots=True)
class Posted:
    """An event of the count or the set-up, with the data before it."""

    height: int
    event_hash: str
    payload: Datum | None
    data: tuple[Datum, ...]
    position: int = 0  # in the file, from 0: its leaf in the board's tree

    def named(self, name: object) -> Datum | None:
        """The datum of that name among those that stand before the event."""
        return next((datum for datum in self.data if datum.name == name), None)


class Milestones(Protocol):
    """How far a board is: what the journal is compared with (§19.2, §19.3)."""

    @property
    def events(self) -> int:
        """How many there are."""

    @property
    def stage(self) -> int:
        """How far they have come (§10.2)."""

    @property
    def setup(self) -> Posted | None:
        """``Setup``."""

    @property
    def end(self) -> Posted | None:
        """``EndBallots``."""

    @property
    def tally(self) -> Posted | None:
        """``EncryptedTally``."""

    @property
    def result(self) -> Posted | None:
        """``Result``."""


@dataclass(slots=True)
class Board:
    """All that one pass over the archive shows."""

    framing: Framing = field(default_factory=Framing)
    chain: Chain = field(default_factory=Chain)
    data_faults: list[Text] = field(default_factory=list)
    events: int = 0
    leaves: bytearray = field(default_factory=bytearray)  # 32 bytes an event (§18.1)
    end: Posted | None = None  # EndBallots
    setup: Posted | None = None
    setup_data: dict[str, str] = field(default_factory=dict)
    ballots: Ballots = field(default_factory=Ballots)
    lost: int = 0  # events unreadable or without their data: what they said is unknown
    tally: Posted | None = None
    partials: list[Posted] = field(default_factory=list)
    result: Posted | None = None

    @property
    def stage(self) -> int:
        """How far the events have come (§10.2)."""
        return self.chain.stage

    @property
    def state(self) -> str | None:
        """The state of §10.2, or None without a set-up."""
        return (None, "set-up", "open", "closed", "closed", "closed", "tallied")[self.stage]

    def setup_datum(self, name: str) -> Datum | None:
        """The place of a datum of the set-up: election, trustees, credentials (§8.5)."""
        return self.setup.named(self.setup_data.get(name)) if self.setup else None

    @property
    def whole(self) -> bool:
        """Whether C01 to C05 found nothing."""
        faults = (self.chain.faults, self.chain.order_faults, self.data_faults)
        return not (any(faults) or self.framing.faults or self.framing.name_faults)


class _Pass:
    """The pass: the data since the last event."""

    def __init__(self, file: BinaryIO, board: Board) -> None:
        self.file = file
        self.board = board
        self.pending: list[Datum] = []
        self.skipped = 0
        self.prefix = b""

    def member(self, member: Member) -> None:
        if member.is_event:
            self.event(member)
            self.pending, self.skipped = [], 0
        elif len(self.pending) < MAX_PENDING:
            self.pending.append(member.datum)
            self.head = member.content[: len(self.prefix) + ELEMENT_DIGITS]
        else:
            self.skipped += 1

    def event(self, member: Member) -> None:
        self.board.events += 1
        self.board.leaves += leaf_hash(member.content)
        read = self.board.chain.follow(member)
        if read is None:
            self.board.lost += 1
        elif self.board.chain.move(read):
            self._place(read, member)

    def _place(self, event: Event, member: Member) -> None:
        """Keep the event and its data, after checking that they are those it names (§10.2)."""
        kind, height, payload = event.kind, event.height, event.payload
        at = next((datum for datum in reversed(self.pending) if datum.name == payload), None)
        if at is None and kind != "EndBallots":
            self.board.lost += 1
            if payload is not None:
                self._data(height, "la donnée qu'il nomme manque", "the datum it names is missing")
        where = self.board.events - 1
        posted = Posted(height, member.datum.digest.hex(), at, tuple(self.pending), where)
        expected = self._keep(kind, posted)
        if at is not None or kind == "EndBallots":
            self._compare([datum.name for datum in self.pending], expected, height)

    def _keep(self, kind: str, posted: Posted) -> list[str | None]:
        """Put the event where the checks look for it; the names of its data, in order (§10.2)."""
        board, at = self.board, posted.payload
        payload = at.name if at else None
        if kind == "Setup":
            board.setup = posted
            return self._setup(posted)
        if kind == "EncryptedTally":
            board.tally = posted
            return [self._inner(at, "encrypted_tally"), payload]
        if kind == "PartialDecryption":
            board.partials.append(posted)
            return [self._inner(at, "payload"), payload]
        if kind == "EndBallots":
            board.end = posted
        if kind == "Result":
            board.result = posted
        if kind == "Ballot":
            self._ballot(at, posted.height)
        return [] if kind == "EndBallots" else [payload]

    def _compare(self, names: list[str], expected: list[str | None], height: int) -> None:
        """Exactly the data named, in this order (§10.2); None stands for an unreadable name."""
        same = len(names) == len(expected) and all(
            want in (None, name) for name, want in zip(names, expected, strict=True)
        )
        if self.skipped or not same:
            self._data(
                height,
                "n'est pas précédé d'exactement ses données",
                "is not preceded by exactly its data",
            )

    def _data(self, height: int, fr: str, en: str) -> None:
        note(self.board.data_faults, height, f"{fr} (§10.2)", f"{en} (§10.2)")

    def _ballot(self, at: Datum | None, height: int) -> None:
        if at is None:
            return
        ballots = self.board.ballots
        ballots.offsets.append(at.offset)
        ballots.sizes.append(at.size)
        ballots.heights.append(height)
        ballots.digests += at.digest
        head = self.head if at is self.pending[-1] else b""
        found = head[len(self.prefix) : len(self.prefix) + ELEMENT_DIGITS]
        known = self.prefix and head.startswith(self.prefix) and is_hash(found.decode("latin-1"))
        ballots.credentials += found if known else b" " * ELEMENT_DIGITS

    def _inner(self, at: Datum | None, member: str) -> str | None:
        """The second hash of a payload; its form is the matter of C18 and C19."""
        try:
            name = decode(read_exactly(self.file, at))[member] if at else None
        except (Malformed, TypeError, KeyError):
            return None
        return name if isinstance(name, str) else None

    def _setup(self, posted: Posted) -> list[str | None]:
        """The data of the set-up, named by its payload (§8.5)."""
        if posted.payload is None:
            return []
        spec = "election trustees credentials credentials_certificate?"
        try:
            data = decode_datum(read_exactly(self.file, posted.payload), canonical=False)
            data = read_object(data, spec, strict=False)
            hashes = {name: data[name] for name in spec.replace("?", "").split() if name in data}
            if not all(is_hash(name) for name in hashes.values()):
                raise Malformed("une empreinte mal formée (§8.5)", "a malformed hash (§8.5)")
        except Malformed as refusal:
            place = Text("données de mise en place", "set-up data")
            self.board.data_faults.append(refusal.text.at(place))
            return [None] * (len(posted.data) - 1) + [posted.payload.name]
        self.board.setup_data = hashes
        self._learn_prefix(posted.named(hashes["election"]))
        return [*hashes.values(), posted.payload.name]

    def _learn_prefix(self, at: Datum | None) -> None:
        """The first bytes that every ballot of this election has (§9.3)."""
        try:
            content = read_exactly(self.file, at) if at else b""
            uuid = decode(content)["uuid"].encode("ascii")
        except (Malformed, TypeError, KeyError, AttributeError, UnicodeEncodeError):
            return
        fingerprint = sha256_base64(content).encode("ascii")
        self.prefix = b'{"election_uuid":"%b","election_hash":"%b","credential":"' % (
            uuid,
            fingerprint,
        )


def read_board(file: BinaryIO) -> Board:
    """The board of an archive, with the faults of C01 to C05 (§10).

    Raises:
        Unreadable, Unsupported: as ``archive.read_members``.
    """
    board = Board()
    reading = _Pass(file, board)
    for member in read_members(file, board.framing):
        position = file.tell()
        reading.member(member)
        file.seek(position)
    if reading.pending:
        text = Text("des données après le dernier événement", "data after the last event")
        board.framing.faults.append(text)
    if board.setup is None:
        text = Text("pas d'événement Setup (§10.2)", "no Setup event (§10.2)")
        board.chain.order_faults.append(text)
    return board
