# SPDX-License-Identifier: AGPL-3.0-or-later
"""The end of an election: partial decryptions and result enter the board: docs/protocol.md §11.4.

Then nothing follows: the archive is complete, and the outcome and the minutes are read from it.
Nothing is written before the whole board has been verified.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

from evote.election.reading import binding_on_files
from evote.errors import Refusal
from protocol.board import Board
from protocol.events import BoardState
from tally.archive_file import append_entries
from tally.boards import opened_board, verify_whole_board
from tally.combine import Rejected, combine, gather_decryptions, new_entries
from tally.count import TieBreak
from tally.senders import Files

Notice: TypeAlias = Callable[[Rejected], None]
"""What is told of a file that was set aside."""

ON_SERVER: Final = (
    "sur le serveur : evote election decryptions {uuid} decryption-*.json, puis evote election "
    "tally {uuid} --out DOSSIER"
)


def publish_result(
    archive: Path,
    files: Files,
    tie_break: TieBreak | None = None,
    notice: Notice | None = None,
) -> tuple[Rejected, ...]:
    """Append the valid partial decryptions and the result; return the files set aside: §11.

    Args:
        archive: closed; it is verified whole first.
        files: the ``decryption-*.json`` of at least t members.
        tie_break: where ages or lots decide a seat.
        notice: told of each file set aside, before anything is refused for want of it.

    Raises:
        Refusal: not closed, published already, something wrong in the archive, too few valid
            decryptions (naming who is missing), or a tie that nothing settles (then its cause is
            ``TieUndecided``); nothing was written.
    """
    with opened_board(archive) as board:
        binding_on_files(board, ON_SERVER)
        _require_countable(board)
        verify_whole_board(board)
        gathered = gather_decryptions(board, files)
        if notice is not None:
            for rejected in gathered.rejected:
                notice(rejected)
        result = combine(board, gathered, tie_break)
        head = board.head
    append_entries(archive, new_entries(gathered, result), expected=head)
    return gathered.rejected


def _require_countable(board: Board) -> None:
    if board.state is BoardState.TALLIED:
        raise Refusal(
            "le résultat est déjà publié",
            "pour récrire le procès-verbal, relancez sans part du comptage (decryption-*.json)",
        )
    if board.tally is None:
        raise Refusal("le vote n'est pas clos", "fermez-le d'abord : evote election close")
