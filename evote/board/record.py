# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record of a hosted election: board, journal and a checkpoint of each: §17.1, §18.4.

It is that of the last published step. What both logs held then never changes, so the archive itself
is read afterwards, a part a time, and a slow reader holds up nobody.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from evote.board.export import archive_chunks
from evote.board.journal import journal_bytes
from evote.board.published import read_published
from evote.database.connection import Database
from evote.database.elections import find_election

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

JOURNAL_NAME: Final = "journal.jsonl"
BOARD_CHECKPOINT_NAME: Final = "board.checkpoint"
JOURNAL_CHECKPOINT_NAME: Final = "journal.checkpoint"
# Every entry of the zip says so, that the same record is always the same bytes.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
_ORDINARY_FILE: Final = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class RecordMoment:
    """How many events were published, and the small files of the record then."""

    uuid: str
    events: int
    files: Mapping[str, bytes]


def read_moment(database: Database, uuid: str) -> RecordMoment:
    """Return the moment of the last published step; the same moment gives the same bytes: §18.7.

    Raises:
        UnknownElection: there is none, or nothing of it is published yet.
    """
    with database.read() as connection:
        election = find_election(connection, uuid)
        published = read_published(connection, election)
        entries = journal_bytes(connection, election, published.journal.size)
    files = {
        JOURNAL_NAME: entries,
        BOARD_CHECKPOINT_NAME: published.board.note,
        JOURNAL_CHECKPOINT_NAME: published.journal.note,
    }
    return RecordMoment(uuid, published.board.size, files)


def record_archive(database: Database, moment: RecordMoment) -> Iterator[bytes]:
    """Give ``<uuid>.bel`` as it was at this moment, a part a time."""
    return archive_chunks(database, moment.uuid, until=moment.events - 1)


def record_zip(database: Database, moment: RecordMoment) -> Iterator[bytes]:
    """Give the whole record as a zip without compression, a part a time: §17.1."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as bundle:
        with bundle.open(_entry(f"{moment.uuid}.bel"), "w", force_zip64=True) as file:
            for chunk in record_archive(database, moment):
                file.write(chunk)
                yield sink.take()
        for name, data in moment.files.items():
            bundle.writestr(_entry(name), data)
            yield sink.take()
    yield sink.take()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _NO_TIME)
    entry.external_attr = _ORDINARY_FILE
    entry.create_system = 3
    return entry


class _Sink(io.RawIOBase):
    """What a zip is written to, piece by piece, without going back."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        piece = bytes(memoryview(data))
        self._pieces.append(piece)
        return len(piece)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
