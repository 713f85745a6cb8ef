# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making an archive on disk and adding events to it, durably and one writer at a time: §10.3.

What an interrupted addition left at the end is the business of ``torn_tail.py``.
"""

import contextlib
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from protocol.archive import ArchiveWriter, read_archive
from protocol.archive_members import BLOCK, ArchiveHeader, ArchiveMember
from protocol.errors import ProtocolError
from protocol.events import Event, EventKind, Head
from tally.archive_lock import locked, no_archive, opened
from tally.errors import Refusal, Unreadable
from tally.files import write_file
from tally.french import count, reason
from tally.torn_tail import find_torn_tail

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
        Refusal: its end is damaged, or torn (see ``set_aside_torn_tail``); nothing was written.
        Unreadable: not an archive, or it cannot be written.
    """
    with opened(path) as stream, locked(stream):
        header, head = _resume(stream, path)
        if expected is not None and head != expected:
            raise HeadMoved(
                "l'urne a changé entre-temps : rien n'a été ajouté", "relancez la même commande"
            )
        return _append(stream, ArchiveHeader(header.timestamp, header.as_text), head, entries, path)


def read_head(path: Path) -> Head:
    """Return the last whole event of an archive, without reading the rest: §10.1."""
    with opened(path, "rb") as stream:
        return _resume(stream, path, torn=True)[1]


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
                f"impossible d'écrire dans « {path} » ({reason(cause)}) : rien n'a été ajouté",
                "vérifiez les droits sur ce fichier et la place sur le disque, puis recommencez",
            ) from cause
        raise
    return writer.head or head


def _write_all(handle: int, data: bytes) -> None:
    os.lseek(handle, 0, os.SEEK_END)
    while data:
        data = data[os.write(handle, data) :]


def _resume(stream: BinaryIO, path: Path, *, torn: bool = False) -> tuple[ArchiveHeader, Head]:
    try:
        reader = read_archive(stream)
    except ProtocolError as cause:
        raise no_archive(path, cause) from cause
    end = stream.seek(0, os.SEEK_END)
    with contextlib.suppress(ProtocolError):
        return reader.header, _head_of(reader.member_at(max(0, end - EVENT_SPAN)))
    found = find_torn_tail(stream, path)
    if found.size and not torn:
        raise Refusal(
            f"l'archive « {path} » s'arrête au milieu d'un ajout interrompu "
            f"({count(found.size, 'octet')} de trop) : rien n'a été ajouté",
            "remettez le bulletin interrompu avec « evote ballot record », qui les met de côté, ou "
            "reprenez votre copie de l'archive",
        )
    return reader.header, found.head


def _head_of(member: ArchiveMember) -> Head:
    if not member.is_event:
        raise ProtocolError("the last member is not an event", section="10.2")
    return Head.of(Event.decode(member.content))
