# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an interrupted addition left at the end of an archive, set aside: docs/protocol.md §10.2.

Only that: after the last whole event the file ends inside the data or the event that were being
added, or has zero bytes alone. Everything else may be a damaged ballot that a voter was told is in
the box, with whole ballots behind it; then nothing is touched and a person must decide.
"""

import itertools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from protocol.archive import ArchiveReader, read_archive
from protocol.archive_members import BLOCK
from protocol.errors import ProtocolError
from protocol.events import EventKind, Head
from tally.archive_lock import locked, no_archive, opened
from tally.errors import Refusal, refuse
from tally.files import write_file

MENDED_KINDS: Final = (EventKind.SETUP, EventKind.BALLOT)


@dataclass(frozen=True, slots=True)
class TornTail:
    """What was set aside: how many bytes, and the file beside the archive that holds them."""

    size: int
    path: Path


def set_aside_torn_tail(path: Path) -> TornTail | None:
    """Move what an interrupted addition left into ``<name>.cut-<n>``; None if nothing is torn.

    The bytes are durable beside the archive, readable by their owner alone, before it is cut.

    Raises:
        Refusal: what follows the last whole event is not torn but damaged, or the vote is closed
            already; nothing was changed.
        Unreadable: not an archive, or it cannot be written.
    """
    with opened(path) as stream, locked(stream):
        return _mend(stream, path)


def _mend(stream: BinaryIO, path: Path) -> TornTail | None:
    found = find_torn_tail(stream, path)
    if not found.size:
        return None
    if found.head.kind not in MENDED_KINDS:
        raise closing_interrupted(path)
    stream.seek(found.end)
    kept = _write_beside(path, stream.read())
    os.ftruncate(stream.fileno(), found.end)
    os.fsync(stream.fileno())
    stream.seek(0)
    return TornTail(found.size, kept)


def closing_interrupted(path: Path) -> Refusal:
    """Return the refusal of an archive whose end is torn after the vote was closed: §10.2."""
    return Refusal(
        f"l'archive « {path} » s'arrête au milieu d'un ajout, alors que le vote est clos",
        "rien n'a été changé ; remettez à sa place la copie faite avant de clore, comme le dit "
        "docs/command-line-election.md, et recommencez",
    )


@dataclass(frozen=True, slots=True)
class FoundTail:
    """The last whole event, where it ends, and how many torn bytes follow."""

    head: Head
    end: int
    size: int


def find_torn_tail(stream: BinaryIO, path: Path) -> FoundTail:
    """Read the whole archive and say where its last whole event ends: §10.2.

    Raises:
        Refusal: what follows is not torn but damaged.
        Unreadable: not an archive, or one without a whole event.
    """
    stream.seek(0)
    try:
        reader = read_archive(stream)
    except ProtocolError as cause:
        raise no_archive(path, cause) from cause
    head, end, fault = _last_whole_event(reader)
    if head is None:
        empty = ProtocolError("the archive has no whole event", section="10.2")
        raise no_archive(path, fault or empty) from fault
    if fault is not None:
        _require_torn(stream, reader, end, path, fault)
    return FoundTail(head, end, stream.seek(0, os.SEEK_END) - end)


def _last_whole_event(reader: ArchiveReader) -> tuple[Head | None, int, ProtocolError | None]:
    # The event, where it ends, and what is wrong after it.
    head, end = None, 0
    try:
        for entry in reader.entries():
            head, end = Head(entry.event.height, entry.hash, entry.event.kind), reader.offset
    except ProtocolError as fault:
        return head, end, fault
    return head, end, None


def _require_torn(
    stream: BinaryIO, reader: ArchiveReader, start: int, path: Path, fault: ProtocolError
) -> None:
    end = stream.seek(0, os.SEEK_END)
    stream.seek(start)
    blocks = iter(lambda: stream.read(BLOCK), b"")
    if not any(any(block) for block in blocks):
        return
    if not _ends_inside(reader, start, end) or _holds_event(reader, start, end):
        raise refuse(
            f"l'archive « {path} » est abîmée ou modifiée après l'octet {start}", fault, _RESTORE
        ) from fault


def _ends_inside(reader: ArchiveReader, start: int, end: int) -> bool:
    """Tell whether whole data are followed by the end of the file inside a member."""
    while end - start >= BLOCK:
        needed = reader.span_at(start)
        if needed is None:
            return False  # no header that we could have written
        if start + needed > end:
            return True
        try:
            member = reader.member_at(start)
        except ProtocolError:
            return False
        if member.is_event:
            return False
        start += needed
    return True  # less than a header, or data whose event was not begun


def _holds_event(reader: ArchiveReader, start: int, end: int) -> bool:
    for offset in range(start, end - BLOCK + 1, BLOCK):
        try:
            if reader.member_at(offset).is_event:
                return True
        except ProtocolError:
            continue
    return False


def _write_beside(path: Path, data: bytes) -> Path:
    for number in itertools.count(1):
        kept = path.with_name(f"{path.name}.cut-{number}")
        if not os.path.lexists(kept):
            write_file(kept, data, secret=True)
            return kept
    raise RuntimeError("numbers do not end")


_RESTORE: Final = (
    "rien n'a été changé ; n'y ajoutez rien et reprenez votre copie de l'archive, ou faites voir "
    "celle-ci par evote-audit verify"
)
