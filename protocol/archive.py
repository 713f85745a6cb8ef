# SPDX-License-Identifier: AGPL-3.0-or-later
"""The archive file ``<uuid>.bel``, read and added to: docs/protocol.md §10.3.

Read as a stream, never whole; each member is compared with the only header it may have and with
the hash that is its name. Written by appending: what is there is never touched.
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from protocol.archive_entries import Entry, entry_bytes, verify_data
from protocol.archive_members import (
    BLOCK,
    DATA_SUFFIX,
    EVENT_SUFFIX,
    FIRST_NAME,
    MAX_CONTENT,
    ArchiveHeader,
    ArchiveMember,
    archive_start,
    decode_octal,
    member_header,
    member_span,
)
from protocol.datum import is_hash
from protocol.encoding import sha256_hex
from protocol.errors import MalformedError, ProtocolError
from protocol.events import Event, EventKind, Head, next_event, verify_next

MAX_DATA_OF_EVENT: Final = 5


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
        self.header = ArchiveHeader.decode(self._read_content(decode_octal(first, 124)))
        if first != member_header(FIRST_NAME, decode_octal(first, 124), self.header.timestamp):
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
        size = decode_octal(block, 124)
        expected = digest + (EVENT_SUFFIX if is_event else DATA_SUFFIX)
        if not is_hash(digest) or block != member_header(expected, size, self.header.timestamp):
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
