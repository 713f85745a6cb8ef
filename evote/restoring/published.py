# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is public after a restore: not less than outsiders have seen, at any moment: §18.7."""

from sqlalchemy import Connection, delete, insert

from evote.board.journal import read_entries
from evote.board.leaves import hasher_from
from evote.board.published import find_published
from evote.database.common_tables import PublishedRow
from evote.database.elections import HeldElection
from evote.heads import Heads
from evote.restoring.comparing import longest
from evote.restoring.evidence import Seen, SeenLog
from protocol.server_binding import BOARD, JOURNAL, ServerBinding

IN_BACKUP = "la sauvegarde"
HEADS_HERE = "heads.sqlite"


def with_own_rows(connection: Connection, held: HeldElection, seen: Seen) -> Seen:
    """Return what was seen, with what the backup itself says was published."""
    published = find_published(connection, held)
    if published is None:
        return seen
    own = {
        log: SeenLog(row.position, IN_BACKUP, row.note, row.stamp)
        for log, row in ((BOARD, published.board), (JOURNAL, published.journal))
    }
    return Seen((*seen.board, own[BOARD]), (*seen.journal, own[JOURNAL]))


def with_heads(server: ServerBinding, heads: Heads, seen: Seen) -> Seen:
    """Return what was seen, with what the head file of this machine says, if it is there.

    Raises:
        HeadsUnavailable: it is there, and cannot be read.
    """
    board, journal = (
        () if position is None else (SeenLog(position, HEADS_HERE),)
        for position in heads.read(server.board_key.name, server.journal_key.name)
    )
    return Seen((*seen.board, *board), (*seen.journal, *journal))


def move_heads(server: ServerBinding, heads: Heads, seen: Seen) -> None:
    """Have the head file say what was seen of both logs, and the last stamp.

    Raises:
        HeadsUnavailable: it does not; it is as it was.
    """
    with heads.moving() as moving:
        for log, key in ((BOARD, server.board_key), (JOURNAL, server.journal_key)):
            last, head = longest(seen.log(log)), moving.head(key.name)
            if last is not None and (head is None or head.size < last.position.size):
                moving.move(key.name, last.position)
            stamps = [each.stamp for each in seen.log(log) if each.stamp is not None]
            if stamps:
                moving.move_stamp(key.name, max(stamps))


def adopt_notes(connection: Connection, held: HeldElection, seen: Seen) -> None:
    """Let the last notes that were seen be what is public, until the next step goes on from them.

    Where they are not at hand, as the head file has none, nothing is public before that step.
    """
    connection.execute(delete(PublishedRow).where(PublishedRow.election_id == held.id))
    board, journal = (_last_note(seen.log(log)) for log in (BOARD, JOURNAL))
    if board is None or journal is None or not _go_together(connection, held, board, journal):
        return
    rows = [_row(connection, held, *pair) for pair in ((BOARD, board), (JOURNAL, journal))]
    connection.execute(insert(PublishedRow), rows)


def _last_note(seen: tuple[SeenLog, ...]) -> SeenLog | None:
    """Return the last note, None if it is of less than was seen."""
    last, note = longest(seen), longest(filter(_is_stamped, seen))
    if last is None or note is None or note.position.size < last.position.size:
        return None
    return note


def _is_stamped(seen: SeenLog) -> bool:
    return seen.note is not None and seen.stamp is not None


def _row(connection: Connection, held: HeldElection, log: str, seen: SeenLog) -> dict[str, object]:
    tree = hasher_from(connection, held, log, None, seen.position.size)
    return {
        **held.place,
        "log": log,
        "size": seen.position.size,
        "root": seen.position.root,
        "hashes": b"".join(tree.hashes),
        "stamp": seen.stamp,
        "stepped_at": seen.stamp,
        "note": seen.note,
    }


def _go_together(
    connection: Connection, held: HeldElection, board: SeenLog, journal: SeenLog
) -> bool:
    """Tell whether no published entry of the journal would name more of the board: §18.7."""
    entries = read_entries(connection, held)[: journal.position.size]
    return all(entry.board.size <= board.position.size for entry in entries)
