# SPDX-License-Identifier: AGPL-3.0-or-later
"""The result as its page shows it, from the board alone: docs/protocol.md §11.6, §12.

Every step of the seats is computed again here, from the votes and the lists of the board.
"""

import io
from dataclasses import dataclass
from datetime import date

from evote.board.export import published_chunks
from evote.database.connection import Database
from evote.election.outcome import result_binding, result_row
from evote.election.reading import preau_binding
from evote.minutes import share
from evote.web.languages import print_french
from protocol.board import Board, read_board
from protocol.events import BoardState
from protocol.result import SeatsOfList
from tally.seat_steps import describe_allocation
from tally.seats import allocate


@dataclass(frozen=True, slots=True)
class CountedView:
    """A published result; shares are in words, ``winners`` are the lists with a seat."""

    electors: int
    ballots: int
    turnout: str
    blank: int
    valid: int
    lists: tuple[SeatsOfList, ...]
    shares: tuple[str, ...]
    steps: tuple[str, ...]

    @property
    def winners(self) -> tuple[SeatsOfList, ...]:
        """The lists that have won a seat."""
        return tuple(each for each in self.lists if each.seats)


def read_result(database: Database, uuid: str) -> CountedView | None:
    """Return the published result of an election, None while there is none."""
    board = read_board(io.BytesIO(b"".join(published_chunks(database, uuid))))
    return view_result(board) if board.state is BoardState.TALLIED else None


def view_result(board: Board) -> CountedView:
    """Return the result of this board, its seats explained step by step: §12.1 to §12.3.

    Raises:
        Refusal: it has none yet.
    """
    evote, (blank, *votes) = preau_binding(board), result_row(board)
    binding = result_binding(board)
    labels = [each.label for each in evote.lists]
    names = [len(each.candidates) for each in evote.lists]
    seats = binding.seats
    births = {labels.index(label): date.fromisoformat(born) for label, born in seats.births or ()}
    lots = [labels.index(label) for label in seats.lots or ()]
    allocation = allocate(evote.seats, votes, names=names, births=births, lots=lots)
    steps = describe_allocation(
        allocation, labels, names=names, births=births, kind=evote.school.kind
    )
    ballots, valid = binding.sign_ins, sum(votes)
    return CountedView(
        electors=evote.electors,
        ballots=ballots,
        turnout=share(ballots, evote.electors),
        blank=blank,
        valid=valid,
        lists=seats.lists,
        shares=tuple(share(each.votes, valid) for each in seats.lists),
        steps=tuple(print_french(step.text) for step in steps),
    )
