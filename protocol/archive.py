# SPDX-License-Identifier: AGPL-3.0-or-later
"""The archive file ``<uuid>.bel``: docs/protocol.md §10.3.

Read as a stream, never whole; each member is compared with the only header it may have and with
the hash that is its name. Written by appending: what is there is never touched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from protocol.datum import hash_text, is_hash, require_canonical
from protocol.encoding import Fields, decode_json, encode_json, sha256_hex
from protocol.errors import MalformedError, ProtocolError, UnsupportedError
from protocol.events import Event, EventKind, Head, next_event, verify_next

BLOCK: Final = 512
FIRST_NAME: Final = "BELENIOS"
VERSION: Final = 1
DATA_SUFFIX: Final = ".data.json"
EVENT_SUFFIX: Final = ".event.json"
MAX_OCTAL: Final = 8**11 - 1
MAX_CONTENT: Final = 64 * 2**20
MAX_DATA_OF_EVENT: Final = 5


@dataclass(frozen=True, slots=True)
class ArchiveHeader:
    """The content of the first member: §10.3.

    Attributes:
        timestamp: seconds since 1970 UTC, the time of every member's header.
        as_text: whether it is written as a decimal text, as we and most of Belenios do.
    """

    timestamp: int
    as_text: bool = True

    @classmethod
    def decode(cls, data: bytes) -> "ArchiveHeader":
        """Read the canonical ``{"version":1,"timestamp":T}``: §10.3.

        Raises:
            UnsupportedError: another version.
        """
        fields = Fields(decode_json(data), where="archive header", section="10.3")
        if fields.integer("version", 0, 2**30) != VERSION:
            raise UnsupportedError("the archive is not of version 1", section="10.3")
        value = fields.raw("timestamp")
        as_text = isinstance(value, str)
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_OCTAL:
            raise fields.error("has a timestamp that is not a number of seconds")
        fields.finish()
        header = cls(value, as_text)
        require_canonical(header.encode(), data, where="the archive header")
        return header

    def encode(self) -> bytes:
        """Return the canonical bytes: §10.3."""
        value = str(self.timestamp) if self.as_text else self.timestamp
        return encode_json({"version": VERSION, "timestamp": value})


@dataclass(frozen=True, slots=True)
class ArchiveMember:
    """A datum or an event, named by its hash; ``offset`` is where its header starts: §10.3."""

    is_event: bool
    hash: str
    content: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with the data it names, in the order of §10.2, and where the first one starts."""

    event: Event
    hash: str
    data: tuple[bytes, ...]
    offset: int


def _member_header(name: str, size: int, timestamp: int) -> bytes:
    header = bytearray(BLOCK)
    header[0 : len(name)] = name.encode("ascii")
    header[100:107] = b"0000644"
    header[108:115] = b"0000000"
    header[116:123] = b"0000000"
    header[124:135] = b"%011o" % size
    header[136:147] = b"%011o" % timestamp
    header[148:156] = b" " * 8
    header[156:157] = b"0"
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def _member(name: str, content: bytes, timestamp: int) -> bytes:
    if len(content) > MAX_CONTENT:
        raise ProtocolError("a datum is longer than 64 MiB", section="2.1")
    padding = bytes(-len(content) % BLOCK)
    return _member_header(name, len(content), timestamp) + content + padding


def member_span(size: int) -> int:
    """Return how many bytes of the archive a content of this size takes: §10.3."""
    return BLOCK + size + -size % BLOCK


def archive_start(header: ArchiveHeader) -> bytes:
    """Return the bytes that an archive begins with: §10.3."""
    return _member(FIRST_NAME, header.encode(), header.timestamp)


def entry_bytes(event: Event, data: Sequence[bytes], timestamp: int) -> bytes:
    """Return the members of an event: its data, then itself: §10.2, §10.3."""
    verify_data(event, data)
    members = [_member(sha256_hex(each) + DATA_SUFFIX, each, timestamp) for each in data]
    members.append(_member(event.hash() + EVENT_SUFFIX, event.encode(), timestamp))
    return b"".join(members)


def verify_data(event: Event, data: Sequence[bytes]) -> None:
    """Check that ``data`` are exactly those that the event names, in order: §10.2."""
    if event.payload is None:
        named: list[str] = []
    elif not data:
        raise ProtocolError(f"event {event.height} lacks its payload", section="10.2")
    else:
        named = [*_hashes_in(event.kind, data[-1]), event.payload]
    if [sha256_hex(each) for each in data] != named:
        raise ProtocolError(
            f"event {event.height} does not follow the data it names", section="10.2"
        )


def _hashes_in(kind: EventKind, payload: bytes) -> list[str]:
    # §10.2: the data that a payload names stand before it.
    names: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    if kind is EventKind.SETUP:
        names, optional = ("election", "trustees", "credentials"), ("credentials_certificate",)
    elif kind is EventKind.ENCRYPTED_TALLY:
        names = ("encrypted_tally",)
    elif kind is EventKind.PARTIAL_DECRYPTION:
        names = ("payload",)
    if not names:
        return []
    fields = Fields(decode_json(payload), where="payload", section="10.2")
    present = (*names, *(name for name in optional if fields.has(name)))
    return [hash_text(fields, name) for name in present]


class ArchiveReader:
    """Reads an archive from its first byte, strictly and once: §10.3.

    Args:
        stream: at the start of the archive.

    Raises:
        MalformedError: the first member is not that of an archive.
        UnsupportedError: an archive of another version.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._offset = 0
        first = self._read_block()
        if first is None or not first.startswith(FIRST_NAME.encode("ascii") + b"\0"):
            raise MalformedError("the file is not an archive of an election", section="10.3")
        self.header = ArchiveHeader.decode(self._read_content(_octal(first, 124)))
        if first != _member_header(FIRST_NAME, _octal(first, 124), self.header.timestamp):
            raise MalformedError("the archive's first member has another header", section="10.3")

    def members(self) -> Iterator[ArchiveMember]:
        """Yield the members after the first, each named by its content's hash: §10.3."""
        while True:
            offset = self._offset
            block = self._read_block()
            if block is None:
                return
            yield self._read_member(block, offset)

    def entries(self) -> Iterator[Entry]:
        """Yield the events with their data, the chain and its order checked: §10.1 to §10.3."""
        head: Head | None = None
        data: list[bytes] = []
        start = self._offset
        for member in self.members():
            if not member.is_event:
                data.append(member.content)
                if len(data) > MAX_DATA_OF_EVENT:
                    raise ProtocolError("an event has too many data before it", section="10.2")
                continue
            event = Event.decode(member.content)
            verify_next(head, event)
            verify_data(event, data)
            head = Head(event.height, member.hash, event.kind)
            yield Entry(event, member.hash, tuple(data), start)
            data, start = [], self._offset
        if data:
            raise ProtocolError("data stand after the last event", section="10.3")

    def member_at(self, offset: int) -> ArchiveMember:
        """Return the member whose header starts at ``offset``, from a stream that can seek."""
        self._stream.seek(offset)
        self._offset = offset
        block = self._read_block()
        if block is None:
            raise MalformedError("the archive has become shorter", section="10.3")
        return self._read_member(block, offset)

    def span_at(self, offset: int) -> int | None:
        """Return how many bytes the member at ``offset`` claims, None if its header is no such."""
        self._stream.seek(offset)
        block = self._read(BLOCK)
        try:
            _, _, size = self._parse_header(block, offset)
        except MalformedError:
            return None
        return member_span(size)

    @property
    def offset(self) -> int:
        """How many bytes have been read."""
        return self._offset

    def _parse_header(self, block: bytes, offset: int) -> tuple[bool, str, int]:
        name = block[:100].rstrip(b"\0").decode("ascii", "replace")
        is_event = name.endswith(EVENT_SUFFIX)
        digest = name.removesuffix(EVENT_SUFFIX if is_event else DATA_SUFFIX)
        size = _octal(block, 124)
        expected = digest + (EVENT_SUFFIX if is_event else DATA_SUFFIX)
        if not is_hash(digest) or block != _member_header(expected, size, self.header.timestamp):
            raise MalformedError(f"the header at byte {offset} is not permitted", section="10.3")
        return is_event, digest, size

    def _read_member(self, block: bytes, offset: int) -> ArchiveMember:
        is_event, digest, size = self._parse_header(block, offset)
        content = self._read_content(size)
        if sha256_hex(content) != digest:
            raise MalformedError(f"the member at byte {offset} has another hash", section="10.3")
        return ArchiveMember(is_event, digest, content, offset)

    def _read_content(self, size: int) -> bytes:
        if size > MAX_CONTENT:
            raise MalformedError("a member is longer than 64 MiB", section="2.1")
        padded = self._read(size + -size % BLOCK)
        if len(padded) < size + -size % BLOCK or padded[size:].strip(b"\0"):
            raise MalformedError("a member is cut short or wrongly padded", section="10.3")
        return padded[:size]

    def _read_block(self) -> bytes | None:
        block = self._read(BLOCK)
        if block and len(block) < BLOCK:
            raise MalformedError("the archive ends inside a header", section="10.3")
        return block or None

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size and (part := self._stream.read(size - len(data))):
            data += part
        self._offset += len(data)
        return data


def _octal(block: bytes, start: int) -> int:
    digits = block[start : start + 11]
    if digits.strip(b"01234567"):
        raise MalformedError("a size in a header is not octal", section="10.3")
    return int(digits, 8)


def read_archive(stream: BinaryIO) -> ArchiveReader:
    """Begin to read an archive: §10.3. See ``ArchiveReader``."""
    return ArchiveReader(stream)


class ArchiveWriter:
    """Appends events with their data to an archive: §10.3. Flushing is the caller's."""

    def __init__(self, stream: BinaryIO, header: ArchiveHeader, head: Head | None) -> None:
        self._stream = stream
        self._header = header
        self._head = head

    @classmethod
    def create(cls, stream: BinaryIO, header: ArchiveHeader) -> "ArchiveWriter":
        """Write the beginning of a new archive: §10.3."""
        stream.write(archive_start(header))
        return cls(stream, header, None)

    @classmethod
    def resume(cls, stream: BinaryIO, header: ArchiveHeader, head: Head) -> "ArchiveWriter":
        """Go on at the end of an archive whose last event is ``head``: §10.3."""
        return cls(stream, header, head)

    @property
    def head(self) -> Head | None:
        """The last event, None before the first."""
        return self._head

    def append(self, kind: EventKind, data: Sequence[bytes] = ()) -> Event:
        """Append the next event with its data, the payload last: §10.2.

        Raises:
            ProtocolError: the grammar or the payload does not allow it; nothing is written.
        """
        payload = sha256_hex(data[-1]) if data else None
        event = next_event(self._head, kind, payload)
        self._stream.write(entry_bytes(event, data, self._header.timestamp))
        self._head = Head.of(event)
        return event
