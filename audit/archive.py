# SPDX-License-Identifier: AGPL-3.0-or-later
"""The archive file, member by member, as a stream: docs/protocol.md §10.3.

Nothing here knows what the members mean. Faults of framing go to C01, wrong names to C02; reading
stops where the next member can no longer be found.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from audit.strict_json import MAX_BYTES, decode_datum, read_integer, read_object
from audit.words import Malformed, Text, Unreadable, Unsupported, shown

BLOCK = 512
TIME_BOUND = 8**11
MAX_FAULTS = 1000  # of one kind: a hostile archive must not fill the memory with sentences
_SIZE = re.compile(rb"[0-7]{11}\0")
_NAME = re.compile(r"([0-9a-f]{64})\.(data|event)\.json")


@dataclass(frozen=True, slots=True)
class Datum:
    """Where the content of a member stands, the hash in its name, and the hash it has."""

    name: str
    digest: bytes
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Member:
    """One member after the first, with its content."""

    datum: Datum
    is_event: bool
    content: bytes


@dataclass(slots=True)
class Framing:
    """What reading the members showed: faults of C01 and C02, and how many members there are."""

    faults: list[Text] = field(default_factory=list)
    name_faults: list[Text] = field(default_factory=list)
    members: int = 0


def header(name: bytes, size: int, time: int) -> bytes:
    """The one permitted header of a member (§10.3)."""
    numbers = b"0000644\0" + b"0000000\0" * 2 + b"%011o\0%011o\0" % (size, time)
    before = name.ljust(100, b"\0") + numbers
    checksum = sum(before) + 8 * 0x20 + ord("0")
    return (before + b"%06o\0 0" % checksum).ljust(BLOCK, b"\0")


def read_exactly(file: BinaryIO, datum: Datum) -> bytes:
    """The content of a member read before, unless the file has changed since."""
    file.seek(datum.offset)
    content = file.read(datum.size)
    if hashlib.sha256(content).digest() != datum.digest:
        raise Unreadable(
            "le fichier a changé pendant sa lecture",
            "the file changed while it was read",
            Text(
                "relancez quand plus rien n'y écrit, ou vérifiez une copie",
                "run again when nothing writes to it, or verify a copy",
            ),
        )
    return content


def header_time(first: bytes) -> int:
    """The T of the first member's content (§10.3)."""
    fields = read_object(decode_datum(first, canonical=True), "version timestamp", strict=True)
    if type(fields["version"]) is int and fields["version"] != 1:
        raise Unsupported(
            f"archive de version {fields['version']}, non prise en charge",
            f"archive of version {fields['version']}, not supported",
        )
    read_integer(fields["version"], "version", 1, 1)
    time = fields["timestamp"]
    if isinstance(time, str) and re.fullmatch("0|[1-9][0-9]{0,10}", time, re.ASCII):
        time = int(time)
    return read_integer(time, "timestamp", 0, TIME_BOUND - 1)


class _Reader:
    """One pass over the file, block by block."""

    def __init__(self, file: BinaryIO, framing: Framing) -> None:
        self.file = file
        self.framing = framing
        self.offset = 0
        self.time: int | None = None

    def fault(self, fr: str, en: str) -> None:
        place = Text(f"octet {self.offset}", f"byte {self.offset}")
        if len(self.framing.faults) < MAX_FAULTS:
            self.framing.faults.append(Text(fr, en).at(place))

    def next_member(self) -> tuple[bytes, int, bytes] | None:
        """Name, offset and content of the next member; None at the end or where it is lost."""
        head = self.file.read(BLOCK)
        if not head:
            return None
        size_field = head[124:136]
        if len(head) < BLOCK or not _SIZE.fullmatch(size_field):
            self.fault("la suite n'est pas un élément d'archive", "what follows is no member")
            return None
        size = int(size_field[:11], 8)
        name = head[:100].rstrip(b"\0")
        if self.time is not None and head != header(name, size, self.time):
            self.fault("un octet interdit dans l'en-tête", "a forbidden byte in the header")
        if size > MAX_BYTES:
            self.fault("un élément de plus de 64 Mio (§2.1)", "a member over 64 MiB (§2.1)")
            return None
        content = self.file.read(size)
        padding = self.file.read(-size % BLOCK)
        if len(content) < size or len(padding) < -size % BLOCK:
            self.fault("un élément coupé avant sa fin", "a member is cut short")
            return None
        if any(padding):
            self.fault("un remplissage qui n'est pas nul", "padding that is not zero")
        start = self.offset + BLOCK
        if self.time is None:
            self._first(head, content)
        self.offset = start + size + len(padding)
        self.framing.members += 1
        return name, start, content

    def _first(self, head: bytes, content: bytes) -> None:
        """The first member sets the time of every header (§10.3)."""
        try:
            self.time = header_time(content)
        except Malformed as refusal:
            self.fault(*refusal.text.at(Text("BELENIOS", "BELENIOS")))
            digits = head[136:147]
            self.time = int(digits, 8) if re.fullmatch(rb"[0-7]{11}", digits) else 0
        if head != header(b"BELENIOS", len(content), self.time):
            self.fault("un octet interdit dans l'en-tête", "a forbidden byte in the header")


def read_members(file: BinaryIO, framing: Framing) -> Iterator[Member]:
    """The members after the first, in order; each content has been hashed.

    Raises:
        Unreadable: the first member is not named BELENIOS.
        Unsupported: the archive's version is not 1.
    """
    file.seek(0)
    if file.read(100).rstrip(b"\0") != b"BELENIOS":
        raise Unreadable(
            "ce n'est pas une archive d'élection (pas de premier élément BELENIOS)",
            "this is no election archive (no first member BELENIOS)",
        )
    file.seek(0)
    reader = _Reader(file, framing)
    if reader.next_member() is None:
        return
    while found := reader.next_member():
        raw, offset, content = found
        text = raw.decode("ascii", "replace")
        match = _NAME.fullmatch(text)
        if match is None:
            reader.fault(
                f"un élément au nom interdit, « {shown(text)} »",
                f"a member with a forbidden name, “{shown(text)}”",
            )
            continue
        digest = hashlib.sha256(content).digest()
        if digest.hex() != match[1] and len(framing.name_faults) < MAX_FAULTS:
            framing.name_faults.append(
                Text(
                    f"« {text[:16]}… » n'est pas nommé par son contenu (§10.3)",
                    f"“{text[:16]}…” is not named by its content (§10.3)",
                )
            )
        yield Member(Datum(match[1], digest, offset, len(content)), match[2] == "event", content)
