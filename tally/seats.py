# SPDX-License-Identifier: AGPL-3.0-or-later
"""Seats by largest remainder, in whole numbers: docs/protocol.md §12.1 and §12.2.

Nothing is ever rounded. With v votes of S and N seats, v*N // S is what the quotient S/N gives and
v*N mod S orders the remainders. Lists are known here by their place in the official order, from 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from protocol import bindings

MAX_SEATS: Final = bindings.MAX_SEATS
MAX_VOTES: Final = 2**53 - 1


class SeatsError(Exception):
    """The question itself makes no sense: a bad number of seats, votes, names or lists."""


class TieUndecided(SeatsError):
    """A tie decides a seat, and what would settle it was not given.

    Attributes:
        tie: the tie.
        lists: those whose birth date, or place in the draw, is missing.
        by_lot: False while birth dates are missing; True where only lots can settle it.
    """

    def __init__(self, tie: "Tie", lists: tuple[int, ...], *, by_lot: bool) -> None:
        super().__init__("a tie decides a seat, and what settles it was not given")
        self.tie = tie
        self.lists = lists
        self.by_lot = by_lot


@dataclass(frozen=True, slots=True)
class Tie:
    """Lists of equal remainder and votes that are more than the seats left for them: §12.2.

    ``place`` is the place, from 1, of the candidate who would take that very seat.
    """

    lists: tuple[int, ...]
    place: int
    seats: int


@dataclass(frozen=True, slots=True)
class Apportionment:
    """What votes alone decide: §12.1.

    ``ranked`` are the lists that gain a seat by their remainder, best first; ``tie`` is what the
    votes leave open, or None.
    """

    seats: int
    votes: tuple[int, ...]
    base: tuple[int, ...]
    remainders: tuple[int, ...]
    ranked: tuple[int, ...]
    tie: Tie | None


@dataclass(frozen=True, slots=True)
class TieDecision:
    """Who takes the seats of a tie, and what had to be published to say so: §12.2, §12.4.

    ``births`` are the lists whose ages were compared, ``lots`` those that were drawn, in the order
    drawn; each is empty where it was not needed.
    """

    winners: tuple[int, ...]
    births: tuple[int, ...]
    lots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Allocation:
    """The seats of every list, and how the tie, if any, was settled."""

    apportionment: Apportionment
    decision: TieDecision | None
    seats_by_list: tuple[int, ...]


def allocate(
    seats: int,
    votes: Sequence[int],
    *,
    names: Sequence[int | None] | None = None,
    births: Mapping[int, date] | None = None,
    lots: Sequence[int] = (),
) -> Allocation:
    """Give every list its seats: docs/protocol.md §12.1, §12.2.

    Args:
        seats: from 1 to ``MAX_SEATS``.
        votes: of each list, blank votes left out.
        names: how many candidates each list has; None where it has enough of them.
        births: by list, the birth date of the candidate at the place of the tie.
        lots: lists in the order drawn, where equal ages or missing candidates call for it.

    Raises:
        SeatsError: a number out of range.
        TieUndecided: a tie decides a seat and ``births`` or ``lots`` do not settle it.
    """
    known = tuple(names) if names is not None else (None,) * len(votes)
    if len(known) != len(votes) or any(n is not None and n < 0 for n in known):
        raise SeatsError("the numbers of names do not fit the lists")
    apportionment = share_out(seats, votes)
    tie = apportionment.tie
    decision = None if tie is None else decide_tie(tie, known, births or {}, lots)
    gains = apportionment.ranked + (decision.winners if decision else ())
    total = tuple(b + (j in gains) for j, b in enumerate(apportionment.base))
    return Allocation(apportionment, decision, total)


def share_out(seats: int, votes: Sequence[int]) -> Apportionment:
    """Share the seats as far as votes alone decide: docs/protocol.md §12.1.

    Raises:
        SeatsError: no list, or a number out of range.
    """
    _check(seats, votes)
    total = sum(votes)
    if total == 0:
        nothing = (0,) * len(votes)
        return Apportionment(seats, tuple(votes), nothing, nothing, (), None)
    base = tuple(v * seats // total for v in votes)
    remainders = tuple(v * seats % total for v in votes)
    left = seats - sum(base)
    ranked, tie = _rank(votes, remainders, left)
    place = base[tie[0]] + 1 if tie else 0
    open_tie = Tie(tie, place, left - len(ranked)) if tie else None
    return Apportionment(seats, tuple(votes), base, remainders, ranked, open_tie)


def decide_tie(
    tie: Tie, names: Sequence[int | None], births: Mapping[int, date], lots: Sequence[int]
) -> TieDecision:
    """Settle a tie by the ages of the candidates concerned, then by lot: docs/protocol.md §12.2.

    Raises:
        TieUndecided: a birth date or a draw is missing.
    """
    able = tuple(j for j in tie.lists if _has_candidate(names[j], tie.place))
    if len(able) <= tie.seats:
        unable = tuple(j for j in tie.lists if j not in able)
        drawn = _draw(tie, unable, tie.seats - len(able), lots)
        return TieDecision(_ordered(able + drawn.winners), (), drawn.lots)
    missing = tuple(j for j in able if j not in births)
    if missing:
        raise TieUndecided(tie, missing, by_lot=False)
    limit = sorted(births[j] for j in able)[tie.seats - 1]
    older = tuple(j for j in able if births[j] < limit)
    equal = tuple(j for j in able if births[j] == limit)
    drawn = _draw(tie, equal, tie.seats - len(older), lots)
    return TieDecision(_ordered(older + drawn.winners), able, drawn.lots)


def _draw(tie: Tie, lists: tuple[int, ...], seats: int, lots: Sequence[int]) -> TieDecision:
    """Take ``seats`` of ``lists``: all, none, or the first ones drawn."""
    if seats in (0, len(lists)):
        return TieDecision(lists[:seats], (), ())
    if sorted(lots) != sorted(lists):
        raise TieUndecided(tie, lists, by_lot=True)
    return TieDecision(tuple(lots[:seats]), (), tuple(lots))


def _rank(
    votes: Sequence[int], remainders: Sequence[int], left: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the lists that surely gain one of the ``left`` seats, then those of an open tie."""
    if left == 0:
        return (), ()
    order = sorted(range(len(votes)), key=lambda j: (-remainders[j], -votes[j]))
    last = order[left - 1]
    key = (remainders[last], votes[last])
    equal = tuple(j for j in order if (remainders[j], votes[j]) == key)
    above = tuple(order[: order.index(equal[0])])
    if len(above) + len(equal) == left:
        return above + equal, ()
    return above, equal


def _has_candidate(names: int | None, place: int) -> bool:
    return names is None or names >= place


def _ordered(lists: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(lists))


def _check(seats: int, votes: Sequence[int]) -> None:
    if not 1 <= seats <= MAX_SEATS:
        raise SeatsError(f"the number of seats is not from 1 to {MAX_SEATS}")
    if not votes:
        raise SeatsError("there is no list")
    if any(not 0 <= v <= MAX_VOTES for v in votes):
        raise SeatsError(f"a number of votes is not from 0 to {MAX_VOTES}")
