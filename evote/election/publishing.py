# SPDX-License-Identifier: AGPL-3.0-or-later
"""The end of an election: partial decryptions and result enter the board: docs/protocol.md §11.4.

Then nothing follows: the archive is complete, and the outcome and the minutes are read from it.
Nothing is written before the whole board has been verified.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from evote.errors import Refusal
from protocol.board import Board
from protocol.events import BoardState
from protocol.result import Result
from tally.archive_file import append_entries
from tally.boards import opened_board, verify_whole_board
from tally.combine import Gathered, Rejected, combine, gather_decryptions, new_entries
from tally.count import TieBreak
from tally.seats import TieUndecided
from tally.senders import Files

Settle: TypeAlias = Callable[[TieBreak, TieUndecided], TieBreak]
"""What settles a tie, from what was known and what is asked."""

Notice: TypeAlias = Callable[[Rejected], None]
"""What is told of a file that was set aside."""


def publish_result(
    archive: Path,
    files: Files,
    tie_break: TieBreak | None = None,
    settle: Settle | None = None,
    notice: Notice | None = None,
) -> tuple[Rejected, ...]:
    """Append the valid partial decryptions and the result; return the files set aside: §11.

    Args:
        archive: closed; it is verified whole first.
        files: the ``decryption-*.json`` of at least t members.
        tie_break: where ages or lots decide a seat.
        settle: asked what decides a tie that ``tie_break`` does not; without it, such a tie is
            refused.
        notice: told of each file set aside, before anything is refused for want of it.

    Raises:
        Refusal: not closed, published already, something wrong in the archive, too few valid
            decryptions (naming who is missing), or a tie that nothing settles (then its cause is
            ``TieUndecided``); nothing was written.
    """
    with opened_board(archive) as board:
        _require_countable(board)
        verify_whole_board(board)
        gathered = gather_decryptions(board, files)
        if notice is not None:
            for rejected in gathered.rejected:
                notice(rejected)
        result = _combine(board, gathered, tie_break or TieBreak(), settle)
        head = board.head
    append_entries(archive, new_entries(gathered, result), expected=head)
    return gathered.rejected


def _combine(board: Board, gathered: Gathered, known: TieBreak, settle: Settle | None) -> Result:
    while True:
        try:
            return combine(board, gathered, known)
        except Refusal as refusal:
            if settle is None or not isinstance(refusal.__cause__, TieUndecided):
                raise
            settled = settle(known, refusal.__cause__)
            if settled == known:
                raise
            known = settled


def _require_countable(board: Board) -> None:
    if board.state is BoardState.TALLIED:
        raise Refusal(
            "le résultat est déjà publié",
            "pour récrire le procès-verbal, relancez sans part du comptage (decryption-*.json)",
        )
    if board.tally is None:
        raise Refusal("le vote n'est pas clos", "fermez-le d'abord : evote election close")
