# SPDX-License-Identifier: AGPL-3.0-or-later
"""The end of an election: partial decryptions and result enter the board: docs/protocol.md §11.4.

Then nothing follows: the archive is complete, and the outcome and the minutes are read from it.
"""

from pathlib import Path

from evote.election.reading import mend_archive
from tally.archive_file import append_entries
from tally.boards import opened_board, verify_whole_board
from tally.combine import Rejected, combine, gather_decryptions, new_entries
from tally.count import TieBreak
from tally.senders import Files


def publish_result(
    archive: Path, files: Files, tie_break: TieBreak | None = None, *, verified: bool = False
) -> tuple[Rejected, ...]:
    """Append the valid partial decryptions and the result; return the files set aside: §11.

    Args:
        archive: closed; it is verified whole first.
        files: the ``decryption-*.json`` of at least t members.
        tie_break: where ages or lots decide a seat.
        verified: whether the caller has just verified this very archive.

    Raises:
        Refusal: too few valid ones, naming who is missing, or a tie that nothing settles (then its
            cause is ``TieUndecided``); nothing was written.
    """
    mend_archive(archive)
    with opened_board(archive) as board:
        if not verified:
            verify_whole_board(board)
        gathered = gather_decryptions(board, files)
        entries = new_entries(gathered, combine(board, gathered, tie_break))
        head = board.head
    append_entries(archive, entries, expected=head)
    return gathered.rejected
