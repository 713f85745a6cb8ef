# SPDX-License-Identifier: AGPL-3.0-or-later
"""From verified partial decryptions to votes, seats and names: docs/protocol.md §11, §12."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from protocol.bindings import EvoteBinding
from protocol.counting import EncryptedTally
from protocol.decryption import Factors
from protocol.election import Election
from protocol.encoding import encode_json
from protocol.errors import ProofError
from protocol.merkle import LogPosition
from protocol.result import Result, ResultBinding, Seats, Votes, compute_votes, verify_possible
from protocol.trustees import Trustees
from tally.elected import encode_result_seats
from tally.errors import Refusal
from tally.seats import TieUndecided, allocate


@dataclass(frozen=True, slots=True)
class TieBreak:
    """What the bureau knows of a tie: births by label, labels in the order drawn: §12.2."""

    births: Mapping[str, date] = field(default_factory=dict)
    lots: tuple[str, ...] = ()


def count_result(
    election: Election,
    trustees: Trustees,
    tally: EncryptedTally,
    total_weight: int,
    ballot_count: int,
    factors: Mapping[int, Factors],
    tie_break: TieBreak | None = None,
    journal: LogPosition | None = None,
) -> Result:
    """Return the result that goes on the board, seats included in our elections: §11.6, §11.7.

    Args:
        election: with its lists, in our profile.
        trustees: of the election.
        tally: verified.
        total_weight: of the counted ballots.
        ballot_count: of all ballots, which is that of sign-ins.
        factors: by owner, of partial decryptions that were verified.
        tie_break: where a tie decides a seat.
        journal: in an election of version 2, just before the entry ``tallied``.

    Raises:
        ThresholdNotMet: too few partial decryptions.
        Refusal: a tie decides a seat and nothing settles it.
    """
    if (journal is None) != (election.evote is None or election.evote.server is None):
        raise RuntimeError(
            "an election of version 2, and no other, names its journal in the result"
        )
    votes = compute_votes(tally, trustees, factors, total_weight)
    verify_possible(votes, election.questions, total_weight)
    if election.evote is None:
        return Result(votes)
    seats = share_seats(election.evote, votes, tie_break or TieBreak())
    return Result(votes, ResultBinding(ballot_count, seats, journal))


def share_seats(binding: EvoteBinding, votes: Votes, tie_break: TieBreak) -> Seats:
    """Return seats and names elected from the votes, blank left out: §12.

    Raises:
        Refusal: a tie decides a seat and nothing settles it, or a label is not that of a list.
    """
    labels = [each.label for each in binding.lists]
    births = {_place(labels, label): born for label, born in tie_break.births.items()}
    lots = [_place(labels, label) for label in tie_break.lots]
    try:
        allocation = allocate(
            binding.seats,
            votes[0][1:],
            names=[len(each.candidates) for each in binding.lists],
            births=births,
            lots=lots,
        )
    except TieUndecided as undecided:
        raise _ask_for(undecided, labels) from undecided
    return Seats.decode(encode_result_seats(binding.lists, allocation, births))


def verify_seats(binding: EvoteBinding, result: Result) -> None:
    """Check that seats and names follow from votes, births and lots of a result: §12.

    Raises:
        ProofError: they do not.
    """
    if result.evote is None:
        raise ProofError("the result lacks its seats", section="11.7")
    recorded = result.evote.seats
    try:
        births = {label: date.fromisoformat(born) for label, born in recorded.births or ()}
        expected = share_seats(binding, result.votes, TieBreak(births, recorded.lots or ()))
    except (Refusal, ValueError) as cause:
        raise ProofError("the seats do not follow from the result", section="12") from cause
    if encode_json(expected.encode()) != encode_json(recorded.encode()):  # the order counts too
        raise ProofError("the seats do not follow from the result", section="12")


def _place(labels: Sequence[str], label: str) -> int:
    if label not in labels:
        raise Refusal(
            f"« {label} » n'est le nom d'aucune liste", f"les listes : {', '.join(labels)}"
        )
    return labels.index(label)


def _ask_for(undecided: TieUndecided, labels: Sequence[str]) -> Refusal:
    tied = " et ".join(f"« {labels[j]} »" for j in undecided.tie.lists)
    missing = [labels[j] for j in undecided.lists]
    if undecided.by_lot:
        return Refusal(
            f"égalité parfaite entre {tied} : le bureau doit tirer au sort",
            f"puis donnez l'ordre tiré, par exemple : --lot {' --lot '.join(map(repr, missing))}",
        )
    asked = " ".join(f'--born "{label}=AAAA-MM-JJ"' for label in missing)
    return Refusal(
        f"égalité entre {tied} : le siège va au plus âgé des candidats placés au rang "
        f"{undecided.tie.place}",
        f"donnez leurs dates de naissance : {asked}",
    )
