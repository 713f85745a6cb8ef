# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is public after a restore: not less than outsiders have seen, at any moment: §18.7."""

import contextlib
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, insert

from evote.board.journal import read_entries
from evote.board.leaves import hasher_from
from evote.database.common_tables import PublishedRow
from evote.database.elections import HeldElection
from evote.heads import HeadLine, Heads, HeadsUnavailable
from evote.publishing.signed import witnesses_of
from evote.restoring.comparing import longest
from evote.restoring.cosigned import with_lines_that_hold
from evote.restoring.evidence import Seen, SeenLog
from protocol.server_binding import BOARD, JOURNAL, ServerBinding

HEADS_HERE = "heads.sqlite"


def drop_rows(connection: Connection, held: HeldElection) -> None:
    """Have nothing public, so that nothing goes on from what a backup says of its trees."""
    connection.execute(delete(PublishedRow).where(PublishedRow.election_id == held.id))


def of_heads(server: ServerBinding, lines: Mapping[str, HeadLine]) -> Seen:
    """Return what the head file of this machine says of an election, if it says anything."""
    board, journal = (
        (SeenLog(line.position, HEADS_HERE, stamp=line.stamp),) if line else ()
        for line in (lines.get(key.name) for key in (server.board_key, server.journal_key))
    )
    return Seen(board, journal)


def move_heads(server: ServerBinding, heads: Heads, seen: Seen) -> None:
    """Have the head file say what was seen of both logs, and the last stamp.

    What it did not say before is marked: if the restore fails, no later one takes it for what the
    lost server wrote.

    Raises:
        HeadsUnavailable: it does not; it is as it was.
    """
    with heads.moving() as moving:
        for log, key in ((BOARD, server.board_key), (JOURNAL, server.journal_key)):
            before = moving.head(key.name), moving.stamp(key.name)
            last, head = longest(seen.log(log)), before[0]
            if last is not None and (head is None or head.size < last.position.size):
                moving.move(key.name, last.position)
            stamps = [each.stamp for each in seen.log(log) if each.stamp is not None]
            if stamps:
                moving.move_stamp(key.name, max(stamps))
            if before != (moving.head(key.name), moving.stamp(key.name)):
                moving.tell(key.name)


def own_heads(servers: Iterable[ServerBinding], heads: Heads, backup: str, now: int) -> None:
    """Have the heads of these elections be those of this server: they are restored.

    If this server is lost in turn before its first backup, its head file goes with this one still.
    Where the file cannot be written they stay what others told, until the next step of each.
    """
    with contextlib.suppress(HeadsUnavailable), heads.moving() as moving:
        for server in servers:
            moving.own(server.board_key.name)
            moving.own(server.journal_key.name)
        moving.mark(backup, now)


def adopt_notes(connection: Connection, held: HeldElection, seen: Seen) -> None:
    """Let the last notes that were seen be what is public, until the next step goes on from them.

    Of what stands below them only the lines of the log itself are taken, and those of the witnesses
    that the election names, where they hold. Nothing is public when this is called. Where no notes
    are at hand, as the head file has none, nothing is public before that step.
    """
    board, journal = (_last_note(seen.log(log)) for log in (BOARD, JOURNAL))
    if board is None or journal is None or not _go_together(connection, held, board, journal):
        return
    witnesses = witnesses_of(connection, held)
    rows = [
        {
            **_row(connection, held, log, last),
            "note": with_lines_that_hold(
                last.note or b"", [each.note for each in seen.log(log) if each.note], witnesses
            ),
        }
        for log, last in ((BOARD, board), (JOURNAL, journal))
    ]
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
    }


def _go_together(
    connection: Connection, held: HeldElection, board: SeenLog, journal: SeenLog
) -> bool:
    """Tell whether no published entry of the journal would name more of the board: §18.7."""
    entries = read_entries(connection, held)[: journal.position.size]
    return all(entry.board.size <= board.position.size for entry in entries)
