# SPDX-License-Identifier: AGPL-3.0-or-later
"""An archive (docs/protocol.md §10.3) taken apart, changed at will, and put together again.

Reading is lenient. Writing repairs what it is told to: names of members, hashes that one datum
holds of another, parents and heights. References follow by text: every datum remembers the hash
under which it was read, and wherever that hash stands it becomes the new one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.tamper.forge.texts import Json, canonical, hash_hex

BLOCK = 512
TIMESTAMP = 1791600600
Edit = Callable[[Json], Json]


@dataclass(slots=True)
class Member:
    """One member. `known_as` is the hash by which the others refer to it.

    `name`, `header` and `padding` are computed unless given.
    """

    content: bytes
    is_event: bool
    known_as: str = ""
    name: bytes | None = None
    header: Callable[[bytearray], bytearray | None] | None = None
    padding: bytes | None = None

    def __post_init__(self) -> None:
        self.known_as = self.known_as or hash_hex(self.content)

    @property
    def value(self) -> Json:
        """The content as JSON."""
        return json.loads(self.content)

    def edit(self, change: Edit) -> None:
        """Change the JSON in place, or by returning another; write it canonically."""
        value = self.value
        changed = change(value)
        self.content = canonical(value if changed is None else changed)

    def copy(self) -> Member:
        return Member(self.content, self.is_event, self.known_as, self.name)


def event_member(content: bytes) -> Member:
    return Member(content, is_event=True)


@dataclass(slots=True)
class Archive:
    """The content of the first member, then all others; `tail` comes after the last one."""

    head: bytes
    members: list[Member]
    tail: bytes = b""
    head_name: bytes = b"BELENIOS"
    head_header: Callable[[bytearray], bytearray | None] | None = field(default=None)

    @classmethod
    def read(cls, data: bytes) -> Archive:
        """Take a well-formed archive apart."""
        parts: list[tuple[str, bytes]] = []
        offset = 0
        while offset < len(data):
            header = data[offset : offset + BLOCK]
            size = int(header[124:135], 8)
            name = header[:100].rstrip(b"\0").decode()
            parts.append((name, data[offset + BLOCK : offset + BLOCK + size]))
            offset += BLOCK + -(-size // BLOCK) * BLOCK
        members = [Member(content, ".event." in name) for name, content in parts[1:]]
        return cls(parts[0][1], members)

    # ------------------------------------------------------------ finding

    def events(self, kind: str) -> list[Member]:
        """The events of one kind, in order."""
        return [m for m in self.members if m.is_event and m.value.get("type") == kind]

    def entry(self, kind: str, number: int = 0) -> list[Member]:
        """One event with the data before it, the event last."""
        end = self.position(self.events(kind)[number])
        start = end
        while start > 0 and not self.members[start - 1].is_event:
            start -= 1
        return self.members[start : end + 1]

    def datum(self, kind: str, place: int = -1, number: int = 0) -> Member:
        """One datum of an event: -1 is its payload."""
        return self.entry(kind, number)[:-1][place]

    def position(self, member: Member) -> int:
        return next(i for i, other in enumerate(self.members) if other is member)

    # ------------------------------------------------------------ changing

    def remove(self, entry: list[Member]) -> None:
        self.members = [m for m in self.members if not any(m is gone for gone in entry)]

    def insert(self, position: int, entry: list[Member]) -> None:
        self.members[position:position] = entry

    def insert_before(self, kind: str, entry: list[Member], number: int = 0) -> None:
        self.insert(self.position(self.entry(kind, number)[0]), entry)

    def cut_before(self, kind: str, number: int = 0) -> bytes:
        """The archive up to the data before an event, and without the event."""
        end = self.position(self.events(kind)[number])
        return Archive(self.head, self.members[:end]).write()

    def append(self, *entry: Member) -> None:
        self.members += entry

    # ------------------------------------------------------------ writing

    def repair_references(self) -> None:
        """Make every hash that a datum or event holds that of the content as it is now."""
        while True:
            new = {m.known_as: hash_hex(m.content) for m in self.members}
            moved = {old: now for old, now in new.items() if old != now}
            if not moved:
                return
            for member in self.members:
                member.known_as = new[member.known_as]
            for member in self.members:
                for old, now in moved.items():
                    member.content = member.content.replace(old.encode(), now.encode())

    def repair_chain(self) -> None:
        """Give every event the height and parent of its place."""
        parent = ""
        height = 0
        for member in self.members:
            if not member.is_event:
                continue
            event = {k: v for k, v in member.value.items() if k not in ("parent", "height")}
            start = {"parent": parent} if parent else {}
            member.content = canonical({**start, "height": height, **event})
            member.known_as = parent = hash_hex(member.content)
            height += 1

    def repair(self) -> Archive:
        """Both, which is what whoever keeps the board can always do."""
        self.repair_references()
        self.repair_chain()
        return self

    def write(self) -> bytes:
        """The archive's bytes; names are those of the contents unless given."""
        time = header_time(self.head)
        parts = [block(self.head_name, self.head, time, self.head_header)]
        for member in self.members:
            suffix = "event" if member.is_event else "data"
            name = member.name or f"{hash_hex(member.content)}.{suffix}.json".encode()
            parts.append(block(name, member.content, time, member.header, member.padding))
        return b"".join(parts) + self.tail


def header_time(head: bytes) -> int:
    """The time of every header; a likely one, where the first member gives none."""
    try:
        return max(0, int(json.loads(head)["timestamp"]))
    except (ValueError, KeyError):
        return TIMESTAMP


def block(
    name: bytes,
    content: bytes,
    time: int,
    change: Callable[[bytearray], bytearray | None] | None = None,
    padding: bytes | None = None,
) -> bytes:
    """One member: header, content, padding. `change` sees the header before its checksum."""
    header = bytearray(BLOCK)
    header[: len(name)] = name
    header[100:107], header[108:115], header[116:123] = b"0000644", b"0000000", b"0000000"
    header[124:135] = f"{len(content):011o}".encode()
    header[136:147] = f"{time:011o}".encode()
    header[156:157] = b"0"
    if change is not None:
        header = change(header) or header
    if not header[148]:
        checksum(header)
    if padding is None:
        padding = bytes(-len(content) % BLOCK)
    return bytes(header) + content + padding


def checksum(header: bytearray) -> None:
    """Write the sum of all bytes, this field as spaces."""
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
