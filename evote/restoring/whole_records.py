# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records among what was brought as seen that have all that was published of an election.

Whoever gives one so, and leaves the election out, has overlooked that it would come back: ADR 16.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from evote.errors import Refusal
from evote.restoring.comparing import longest
from evote.restoring.found_files import files_in, is_zip
from evote.restoring.note_files import watch_of
from evote.restoring.one_election import Loaded
from protocol.merkle import LogPosition
from protocol.server_binding import BOARD, JOURNAL
from tally import record_files
from tally.record import Record, opened_record
from tally.record_files import ARCHIVE_SUFFIX


def whole_record(loaded: Loaded, seen: Iterable[Path]) -> Path | None:
    """Return a record of this election that is as long as anything that was published of it.

    Args:
        loaded: the election.
        seen: files and folders that were brought; what is no record is passed over.
    """
    for path in seen:
        for record in _records(path):
            if _is_whole(record, loaded):
                return record
    return None


def _records(path: Path) -> Iterator[Path]:
    place = watch_of(path)
    if not place.is_dir():
        yield place
        return
    for each in files_in(place):
        if is_zip(each):
            yield each
        elif each.suffix == ARCHIVE_SUFFIX and (each.parent / record_files.JOURNAL).is_file():
            yield each.parent


def _is_whole(path: Path, loaded: Loaded) -> bool:
    try:
        with opened_record(path) as record:
            if record.board.election.uuid != loaded.held.uuid or record.journal is None:
                return False
            return all(_reaches(record, loaded, log) for log in (BOARD, JOURNAL))
    except Refusal:  # unreadable ones among them: the vote does not come back from this
        return False


def _reaches(record: Record, loaded: Loaded, log: str) -> bool:
    last = longest(loaded.seen.log(log))
    if last is None or record.journal is None:
        return False
    if log == JOURNAL:
        return record.journal.position(last.position.size) == last.position
    leaves = record.board.leaf_hashes[: last.position.size]
    return LogPosition.of_leaves(leaves) == last.position
