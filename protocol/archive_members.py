# SPDX-License-Identifier: AGPL-3.0-or-later
"""The members of an archive, byte by byte: docs/protocol.md §10.3.

Each has the only header that its content, its name and the archive's time allow.
"""

from dataclasses import dataclass
from typing import Final

from protocol.datum import require_canonical
from protocol.encoding import Fields, decode_json, encode_json
from protocol.errors import MalformedError, ProtocolError, UnsupportedError

BLOCK: Final = 512
FIRST_NAME: Final = "BELENIOS"
VERSION: Final = 1
DATA_SUFFIX: Final = ".data.json"
EVENT_SUFFIX: Final = ".event.json"
MAX_OCTAL: Final = 8**11 - 1
MAX_CONTENT: Final = 64 * 2**20


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


def member_header(name: str, size: int, timestamp: int) -> bytes:
    """Return the only header that a member may have: §10.3."""
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


def member_bytes(name: str, content: bytes, timestamp: int) -> bytes:
    """Return header, content and padding: §10.3; ProtocolError: the content is too long."""
    if len(content) > MAX_CONTENT:
        raise ProtocolError("a datum is longer than 64 MiB", section="2.1")
    padding = bytes(-len(content) % BLOCK)
    return member_header(name, len(content), timestamp) + content + padding


def member_span(size: int) -> int:
    """Return how many bytes of the archive a content of this size takes: §10.3."""
    return BLOCK + size + -size % BLOCK


def archive_start(header: ArchiveHeader) -> bytes:
    """Return the bytes that an archive begins with: §10.3."""
    return member_bytes(FIRST_NAME, header.encode(), header.timestamp)


def decode_octal(block: bytes, start: int) -> int:
    """Read a size of a header; MalformedError: not in octal digits."""
    digits = block[start : start + 11]
    if digits.strip(b"01234567"):
        raise MalformedError("a size in a header is not octal", section="10.3")
    return int(digits, 8)
