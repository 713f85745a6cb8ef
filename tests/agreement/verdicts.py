# SPDX-License-Identifier: AGPL-3.0-or-later
"""One archive, two readings: that of whoever makes elections, and that of the verifier.

Both were written from docs/protocol.md, neither from the other.
"""

from __future__ import annotations

import io

from protocol.board import read_board
from protocol.board_checks import verify_board
from protocol.errors import ProtocolError, UnsupportedError
from tally.count import verify_seats
from tally.errors import Refusal
from tests.tamper.verifier import verify

ACCEPTED, REFUSED, UNSUPPORTED = "accepted", "refused", "unsupported"


def makers_verdict(data: bytes) -> str:
    """What protocol/ and, for the seats (§12), tally/ say of an archive."""
    try:
        board = read_board(io.BytesIO(data))
        verify_board(board)
        if board.election.evote is not None and board.result is not None:
            verify_seats(board.election.evote, board.result)
    except UnsupportedError:
        return UNSUPPORTED
    except (ProtocolError, Refusal):
        return REFUSED
    return ACCEPTED


def verifiers_verdict(data: bytes) -> str:
    """What audit/ says; an archive that it cannot read is refused by both."""
    report = verify(data)
    if report.unsupported:
        return UNSUPPORTED
    return ACCEPTED if report.status == 0 else REFUSED
