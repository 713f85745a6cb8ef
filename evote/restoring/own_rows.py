# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far an election was published before its backup, by what the backup itself has: ADR 15, 16.

Its rows are derived from signed notes, and may have been damaged. Where neither says it, the answer
is the most that it can have been, never less: an older note would else count as one of after the
backup, and let an election go back in time.
"""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection

from evote.board.leaves import hasher_from
from evote.board.published import PublishedLog, published_logs
from evote.database.elections import HeldElection
from evote.publishing.signed import last_signed
from evote.restoring.evidence import Seen, SeenLog
from protocol.merkle import LogPosition
from protocol.notes import VerifierKey
from protocol.server_binding import BOARD, JOURNAL, ServerBinding

IN_BACKUP = "la sauvegarde"


def own_rows(
    connection: Connection, held: HeldElection, server: ServerBinding, made_at: int
) -> Seen:
    """Return what was published, at the most, when a backup was made; nothing before a first step.

    What a note says under the sealed key, it was. Without one, it was what the row says, or else
    all that the backup has of the log; and at the last time that the rows of both logs say, which
    are stamped at once, or else when the backup was made.

    Args:
        connection: of the transaction in which the rows of the backup were stored.
        held: the election.
        server: the keys that were sealed.
        made_at: when the snapshot of the backup was taken, in seconds since 1970 UTC.
    """
    rows = published_logs(connection, held)
    if not rows:
        return Seen((), ())
    board, journal = _by_note(rows, server.board_key), _by_note(rows, server.journal_key)
    signed = {each.note: each.stamp or 0 for each in (board, journal) if each is not None}
    at = _last_stamp(
        signed.values(), (r.stamp for r in rows.values() if r.note not in signed), made_at
    )
    return Seen(
        (board or SeenLog(_most(connection, held, BOARD, rows), IN_BACKUP, stamp=at),),
        (journal or SeenLog(_most(connection, held, JOURNAL, rows), IN_BACKUP, stamp=at),),
    )


def _by_note(rows: Mapping[str, PublishedLog], key: VerifierKey) -> SeenLog | None:
    found = last_signed(rows.values(), key)
    if found is None:
        return None
    row, signed = found
    return SeenLog(signed.checkpoint.position, IN_BACKUP, row.note, signed.stamped_at)


def _last_stamp(signed: Collection[int], unsigned: Iterable[int], made_at: int) -> int:
    # Beside a signed time, one that is later than the backup itself is not believed.
    said = [each for each in unsigned if not signed or each <= made_at]
    last = max([*signed, *said], default=0)
    return last if last > 0 else made_at


def _most(
    connection: Connection, held: HeldElection, log: str, rows: Mapping[str, PublishedLog]
) -> LogPosition:
    row = rows.get(log)
    if row is not None and row.says_how_far:
        return row.position
    return hasher_from(connection, held, log, None).position()
