# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making an archive on disk and adding events to it, durably and one writer at a time: §10.3.

docs/protocol.md §10.2: an archive may be cut between events, so what an interrupted addition left
after the last whole event belongs to nobody, and the next addition cuts it off.
"""

import contextlib
import io
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from protocol.archive import BLOCK, ArchiveHeader, ArchiveMember, ArchiveWriter, read_archive
from protocol.errors import ProtocolError
from protocol.events import Event, EventKind, Head
from tally.errors import Refusal, Unreadable
from tally.files import write_file

EVENT_SPAN: Final = 2 * BLOCK  # a header, and an event is always shorter than a block

NewEntry: TypeAlias = tuple[EventKind, Sequence[bytes]]
"""The kind of an event and the data before it, the payload last."""


class HeadMoved(Refusal):
    """Somebody else has added to the archive since its head was read."""


def create_archive(path: Path, header: ArchiveHeader, entries: Sequence[NewEntry]) -> Head:
    """Write a new archive with these first events; return its head: §10.3.

    Raises:
        Refusal: the file exists.
    """
    stream = io.BytesIO()
    writer = ArchiveWriter.create(stream, header)
    for kind, data in entries:
        writer.append(kind, data)
    if writer.head is None:
        raise RuntimeError("an archive begins with its Setup event")
    write_file(path, stream.getvalue())
    return writer.head


def append_entries(
    path: Path, entries: Sequence[NewEntry], *, expected: Head | None = None
) -> Head:
    """Add events at the end of an archive, all or none, on disk when this returns: §10.3.

    Args:
        path: the archive, which no other process changes meanwhile: it is locked.
        entries: what to add, in order.
        expected: the head that the caller knows, if it matters.

    Raises:
        HeadMoved: the archive's head is not ``expected``; nothing was written.
        ProtocolError: the grammar does not allow such an event; nothing was written.
        Unreadable: not an archive, or it cannot be written.
    """
    with _opened(path) as stream, _locked(stream):
        header, head = _resume(stream, path)
        if expected is not None and head != expected:
            raise HeadMoved("l'urne a changé entre-temps : rien n'a été ajouté", "recommencez")
        return _append(stream, ArchiveHeader(header.timestamp, header.as_text), head, entries, path)


def read_head(path: Path) -> Head:
    """Return the last whole event of an archive, without reading the rest: §10.1."""
    with _opened(path, "rb") as stream:
        return _resume(stream, path, repair=False)[1]


def _append(
    stream: BinaryIO, header: ArchiveHeader, head: Head, entries: Sequence[NewEntry], path: Path
) -> Head:
    added = io.BytesIO()
    writer = ArchiveWriter.resume(added, header, head)
    for kind, data in entries:
        writer.append(kind, data)
    end = stream.seek(0, os.SEEK_END)
    try:
        # Past the buffer, which would write again what was cut off when the file is closed.
        _write_all(stream.fileno(), added.getvalue())
        os.fsync(stream.fileno())
    except BaseException as cause:
        with contextlib.suppress(OSError):
            os.ftruncate(stream.fileno(), end)
        if isinstance(cause, OSError):
            raise Unreadable(
                f"impossible d'écrire dans « {path} » ({cause.strerror}) : rien n'a été ajouté"
            ) from cause
        raise
    return writer.head or head


def _write_all(handle: int, data: bytes) -> None:
    os.lseek(handle, 0, os.SEEK_END)
    while data:
        data = data[os.write(handle, data) :]


def _resume(stream: BinaryIO, path: Path, *, repair: bool = True) -> tuple[ArchiveHeader, Head]:
    try:
        reader = read_archive(stream)
        end = stream.seek(0, os.SEEK_END)
        with contextlib.suppress(ProtocolError):
            return reader.header, _head_of(reader.member_at(max(0, end - EVENT_SPAN)))
        last, cut = _last_whole_event(stream)
    except ProtocolError as cause:
        raise Unreadable(f"« {path} » n'est pas l'archive d'une élection [{cause}]") from cause
    if repair:
        os.ftruncate(stream.fileno(), cut)
    return reader.header, last


def _last_whole_event(stream: BinaryIO) -> tuple[Head, int]:
    stream.seek(0)
    reader = read_archive(stream)
    last, cut = None, 0
    with contextlib.suppress(ProtocolError):
        for member in reader.members():
            if member.is_event:
                last, cut = _head_of(member), reader.offset
    if last is None:
        raise ProtocolError("the archive has no whole event", section="10.2")
    return last, cut


def _head_of(member: ArchiveMember) -> Head:
    if not member.is_event:
        raise ProtocolError("the last member is not an event", section="10.2")
    return Head.of(Event.decode(member.content))


@contextlib.contextmanager
def _opened(path: Path, mode: str = "r+b") -> Iterator[BinaryIO]:
    try:
        stream = path.open(mode, buffering=2**16)
    except OSError as cause:
        raise Unreadable(f"impossible d'ouvrir « {path} » ({cause.strerror})") from cause
    with stream:
        yield stream  # type: ignore[misc]


@contextlib.contextmanager
def _locked(stream: BinaryIO) -> Iterator[None]:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415  (exists on Windows only)

        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        import fcntl  # noqa: PLC0415  (does not exist on Windows)

        fcntl.flock(stream, fcntl.LOCK_EX)
        yield  # closing the file unlocks it
