# SPDX-License-Identifier: AGPL-3.0-or-later
"""The outcome of an election as one file: docs/schemas/result.schema.json, docs/protocol.md §12.4.

It says what the minutes say and nothing that changes from one run to another: no key, no moment.
"""

import json

from evote.election.reading import preau_binding
from evote.errors import Refusal
from protocol.board import Board
from protocol.encoding import JsonValue
from protocol.result import ResultBinding


def encode_outcome(board: Board) -> bytes:
    """Return the outcome, readable by people and programs, in UTF-8 with a final newline.

    Raises:
        Refusal: the result is not published yet.
    """
    evote = preau_binding(board)
    blank = result_row(board)[0]
    ballots = result_binding(board).sign_ins
    outcome: dict[str, JsonValue] = {
        "version": 1,
        "rehearsal": evote.rehearsal,
        "school": evote.school.encode(),
        "electors": evote.electors,
        "ballots": ballots,
        "blank": blank,
        "valid_votes": ballots - blank,
        "seats": evote.seats,
    }
    seats = result_binding(board).seats.encode()
    if isinstance(seats, dict):
        outcome |= seats  # lists and, where they decided, births and lots: §12.4
    return json.dumps(outcome, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"


def result_row(board: Board) -> tuple[int, ...]:
    """Return the votes of the only question, the blank ones first: §11.6."""
    if board.result is None:
        raise _unpublished()
    return tuple(board.result.votes[0])


def result_binding(board: Board) -> ResultBinding:
    """Return sign-ins and seats: §11.7."""
    if board.result is None or board.result.evote is None:
        raise _unpublished()
    return board.result.evote


def _unpublished() -> Refusal:
    return Refusal(
        "le résultat n'est pas encore publié",
        "réunissez les parts des membres du bureau : evote election publish",
    )
