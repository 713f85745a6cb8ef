# SPDX-License-Identifier: AGPL-3.0-or-later
"""The names elected, and the ``seats`` member of a result: docs/protocol.md §12.3 and §12.4."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from protocol.bindings import CandidateList
from protocol.encoding import JsonValue
from tally.seats import Allocation, SeatsError


@dataclass(frozen=True, slots=True)
class Elected:
    """Who a list sends: *titulaires*, then *suppléants*; ``unfilled`` seats stay empty: §12.3."""

    titulaires: tuple[str, ...]
    suppleants: tuple[str, ...]
    unfilled: int


def elect_names(candidates: Sequence[str], seats: int) -> Elected:
    """Take the names of one list in its order: docs/protocol.md §12.3.

    Substitutes are at most as many as the titular members; a seat beyond the names is unfilled and
    never passes to another list.
    """
    taken = min(seats, len(candidates))
    return Elected(
        titulaires=tuple(candidates[:taken]),
        suppleants=tuple(candidates[taken : 2 * taken]),
        unfilled=seats - taken,
    )


def encode_result_seats(
    lists: Sequence[CandidateList], allocation: Allocation, births: Mapping[int, date] | None = None
) -> dict[str, JsonValue]:
    """Return the ``seats`` member of a result: docs/protocol.md §12.4.

    Args:
        lists: in the official order, the one of the votes of ``allocation``.
        allocation: made with the numbers of candidates of these very lists.
        births: by list, as given to ``allocate``; only those that were compared are published.

    Raises:
        SeatsError: the lists are not those of the allocation, or a compared date is missing.
    """
    if len(lists) != len(allocation.seats_by_list):
        raise SeatsError("the lists are not those of the allocation")
    votes = allocation.apportionment.votes
    shares = zip(lists, votes, allocation.seats_by_list, strict=True)
    member: dict[str, JsonValue] = {"lists": [_encode_list(a, v, s) for a, v, s in shares]}
    decision = allocation.decision
    if decision and decision.births:
        known = births or {}
        if any(j not in known for j in decision.births):
            raise SeatsError("a birth date that was compared is missing")
        member["births"] = {lists[j].label: known[j].isoformat() for j in decision.births}
    if decision and decision.lots:
        member["lots"] = [lists[j].label for j in decision.lots]
    return member


def _encode_list(entry: CandidateList, votes: int, seats: int) -> JsonValue:
    elected = elect_names(entry.candidates, seats)
    return {
        "label": entry.label,
        "votes": votes,
        "seats": seats,
        "titulaires": list(elected.titulaires),
        "suppleants": list(elected.suppleants),
        "unfilled": elected.unfilled,
    }
