# SPDX-License-Identifier: AGPL-3.0-or-later
"""What takes long to check of a board: ballots, tally, decryptions, result (docs/protocol.md §11).

A trustee runs these before decrypting and the organiser before publishing; each stops at the first
fault. The verifier in audit/ checks the same by itself.
"""

from collections.abc import Callable, Iterator

from protocol.ballot import Ballot, verify_ballot
from protocol.board import Board
from protocol.combination import verify_partial_decryptions
from protocol.counting import Count, count_ballots
from protocol.errors import ProofError, ProtocolError
from protocol.result import compute_votes, verify_possible
from protocol.trustee_signatures import verify_enough_signatures

Progress = Callable[[int], None]
"""Called with the number of ballots verified so far."""


def verify_ballots(board: Board, *, progress: Progress | None = None) -> Count:
    """Check every ballot by itself and among the others, and return their count: §9, §11.1.

    Raises:
        ProtocolError: the first fault, with the ballot's height.
    """
    evote = board.election.evote
    if evote is not None and board.ballot_count > evote.electors:
        raise ProofError("there are more ballots than electors", section="13.5")
    return count_ballots(
        board.election.questions,
        board.credentials,
        _verified(board, progress),
        final=board.is_preau,
    )


def _verified(board: Board, progress: Progress | None) -> Iterator[Ballot]:
    context = board.election.context
    evote = board.election.evote
    # In version 2 the journal says which reserves may vote (journal_rules.py, §19.5).
    unusable = frozenset(() if evote is None or evote.server is not None else evote.reserves)
    for number, recorded in enumerate(board.ballots(), 1):
        where = f"ballot at height {recorded.height}"
        if recorded.ballot.credential in unusable:
            raise ProofError(f"{where}: its credential is a reserve", section="13.5")
        try:
            verify_ballot(recorded.ballot, context)
        except ProtocolError as cause:
            raise ProofError(f"{where}: {cause.message}", section=cause.section) from cause
        yield recorded.ballot
        if progress is not None:
            progress(number)


def verify_tally(board: Board, *, progress: Progress | None = None) -> Count:
    """Check every ballot, and that the recorded tally is their product: §11.1, §11.2.

    In the Préau profile also that enough trustees signed the set-up (§7.13).
    """
    count = verify_ballots(board, progress=progress)
    recorded = board.require_tally()
    if recorded.encrypted_tally != count.encrypted_tally:
        raise ProofError("the encrypted tally is not the product of the ballots", section="11.2")
    sized = recorded.sized
    if (sized.num_tallied, sized.total_weight) != (count.num_tallied, count.total_weight):
        raise ProofError("the number or weight of the counted ballots is wrong", section="11.2")
    if sized.setup_signatures is not None:
        parameters = board.trustees.threshold_parameters()
        verify_enough_signatures(parameters, board.setup_statement, sized.setup_signatures)
    return count


def verify_decryptions(board: Board) -> None:
    """Check every partial decryption of the board, surplus ones too: §11.3."""
    verify_partial_decryptions(
        board.trustees,
        board.context,
        [(each.owner, each.partial) for each in board.partial_decryptions],
        bound=board.is_preau,
    )


def verify_result(board: Board) -> None:
    """Check that the recorded result is what verified partial decryptions give: §11.4 to §11.7.

    Seats are left to tally/ (§12).
    """
    if board.result is None:
        raise ProtocolError("the board has no result yet", section="10.2")
    tally = board.require_tally()
    factors = {each.owner: each.partial.factors for each in board.partial_decryptions}
    weight = tally.sized.total_weight
    votes = compute_votes(tally.encrypted_tally, board.trustees, factors, weight)
    if votes != board.result.votes:
        raise ProofError("the result is not what the decryptions give", section="11.6")
    verify_possible(votes, board.election.questions, weight)
    evote = board.result.evote
    if evote is not None and evote.sign_ins != board.ballot_count:
        raise ProofError("the number of sign-ins is not that of ballots", section="11.7")


def verify_board(board: Board, *, progress: Progress | None = None) -> None:
    """Check all of a board that its state lets one check: §11, §16."""
    if board.tally is None:
        verify_ballots(board, progress=progress)
        return
    verify_tally(board, progress=progress)
    verify_decryptions(board)
    if board.result is not None:
        verify_result(board)
