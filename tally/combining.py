# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counting straight on an archive file, for the organiser: docs/protocol.md §11.4, §10.2."""

from pathlib import Path

from protocol.result import Result
from tally.archive_file import append_entries
from tally.boards import opened_board, verify_whole_board
from tally.combine import combine, gather_decryptions, new_entries
from tally.count import TieBreak
from tally.senders import Files


def combine_on_archive(
    archive: Path, files: Files, tie_break: TieBreak | None = None, *, append: bool = True
) -> Result:
    """Verify a closed archive, count with the members' files, add all of it to the archive.

    Args:
        archive: with its encrypted tally.
        files: the content of every ``decryption-i.json``, by name; bad ones are left out.
        tie_break: births and lots, where the votes leave a tie.
        append: whether partial decryptions and result are added, all or none.

    Raises:
        Refusal: the archive is wrong or has changed meanwhile, parts are missing, or a tie is not
            settled (its cause is then ``TieUndecided``); the archive is as it was.
    """
    with opened_board(archive) as board:
        verify_whole_board(board)
        gathered = gather_decryptions(board, files)
        result = combine(board, gathered, tie_break)
    if append:
        append_entries(archive, new_entries(gathered, result), expected=board.head)
    return result
