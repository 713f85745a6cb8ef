# SPDX-License-Identifier: AGPL-3.0-or-later
"""Seats and names elected, recomputed with exact integers: docs/protocol.md §12."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit.binding import CandidateList
from audit.strict_json import read_list, read_object, read_text
from audit.words import Malformed

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Quota:
    """What whole quotients give each list, and the seats left over (§12.1)."""

    base: tuple[int, ...]
    winners: tuple[int, ...]  # lists that take one of the seats left, for certain
    tied: tuple[int, ...]  # lists equal in remainder and votes, of which only some take one
    places: int  # how many of the tied lists take one


def quota(votes: Sequence[int], seats: int) -> Quota:
    """Base seats and the order of the remainders, as far as votes alone decide (§12.1)."""
    total = sum(votes)
    if total == 0:
        return Quota(tuple(0 for _ in votes), (), (), 0)
    base = tuple(v * seats // total for v in votes)
    rank = [(v * seats % total, v) for v in votes]
    left = seats - sum(base)
    order = sorted(range(len(votes)), key=lambda j: rank[j], reverse=True)
    if left == 0 or rank[order[left - 1]] != rank[order[left]]:
        return Quota(base, tuple(order[:left]), (), 0)
    bar = rank[order[left]]
    winners = tuple(j for j in order if rank[j] > bar)
    tied = tuple(j for j in range(len(votes)) if rank[j] == bar)
    return Quota(base, winners, tied, left - len(winners))


@dataclass(frozen=True, slots=True)
class Draw:
    """What a tie asks of the record: whose dates, who wins for certain, who draws lots (§12.2)."""

    dated: tuple[int, ...]  # lists whose candidates' ages decide; none where ages do not matter
    sure: tuple[int, ...]
    drawing: tuple[int, ...]  # lists that draw lots for the places that remain


def candidates_of_tie(lists: Sequence[CandidateList], share: Quota) -> tuple[int, ...]:
    """The tied lists that have a candidate for the very seat: C of §12.2."""
    return tuple(j for j in share.tied if share.base[j] < len(lists[j].candidates))


def draw_of(lists: Sequence[CandidateList], share: Quota, births: Mapping[str, str]) -> Draw:
    """Who wins a tie by having a candidate, or the eldest, and who draws lots (§12.2)."""
    able = candidates_of_tie(lists, share)
    if len(able) <= share.places:
        others = tuple(j for j in share.tied if j not in able)
        return Draw((), able, others if len(able) < share.places else ())
    order = sorted(able, key=lambda j: births[lists[j].label])
    last = births[lists[order[share.places - 1]].label]
    if births[lists[order[share.places]].label] != last:
        return Draw(able, tuple(order[: share.places]), ())
    sure = tuple(j for j in order if births[lists[j].label] < last)
    return Draw(able, sure, tuple(j for j in able if births[lists[j].label] == last))


def winners_of_lots(
    lists: Sequence[CandidateList], draw: Draw, places: int, lots: Sequence[str] | None
) -> tuple[int, ...]:
    """The lists that win by lot: the first ones drawn, as many as places remain (§12.2).

    Raises:
        Malformed: lots are missing, superfluous, or not of exactly the lists that draw.
    """
    if not draw.drawing:
        if lots is not None:
            raise Malformed("un tirage au sort inutile (§12.2)", "lots without need (§12.2)")
        return ()
    drawn = {lists[j].label: j for j in draw.drawing}
    if lots is None or sorted(lots) != sorted(drawn):
        raise Malformed("le tirage au sort manque (§12.2)", "the lots are missing (§12.2)")
    return tuple(drawn[label] for label in lots[: places - len(draw.sure)])


def names_elected(item: CandidateList, votes: int, seats: int) -> dict[str, Any]:
    """One list of §12.4: titulaires, then at most as many suppléants (§12.3)."""
    filled = min(seats, len(item.candidates))
    return {
        "label": item.label,
        "votes": votes,
        "seats": seats,
        "titulaires": list(item.candidates[:filled]),
        "suppleants": list(item.candidates[filled : 2 * filled]),
        "unfilled": seats - filled,
    }


def expected_seats(
    lists: Sequence[CandidateList],
    votes: Sequence[int],
    seats: int,
    recorded: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """The value that ``seats`` must have, taking only birth dates and lots from the record (§12.4).

    Raises:
        Malformed: dates or lots are not what the tie asks for.
    """
    fields = read_object(recorded, "lists births? lots?", strict=True)
    share = quota(votes, seats)
    winners = list(share.winners)
    expected: dict[str, Any] = {}
    births = _births(fields, lists, share)
    lots = _lots(fields)
    if share.tied:
        draw = draw_of(lists, share, births or {})
        winners += draw.sure
        winners += winners_of_lots(lists, draw, share.places, lots)
    elif lots is not None:
        raise Malformed("un tirage au sort inutile (§12.2)", "lots without need (§12.2)")
    if births is not None:
        expected["births"] = births
    if lots is not None:
        expected["lots"] = lots
    rows = [
        names_elected(item, votes[j], share.base[j] + (j in winners))
        for j, item in enumerate(lists)
    ]
    return {"lists": rows, **expected}


def _births(
    fields: dict[str, Any], lists: Sequence[CandidateList], share: Quota
) -> dict[str, str] | None:
    # §12.2: only where ages decide, and then of exactly the lists that have such a candidate.
    able = candidates_of_tie(lists, share)
    labels = [lists[j].label for j in able] if len(able) > share.places > 0 else []
    births = fields.get("births")
    if births is None and not labels and "births" not in fields:
        return None
    if not isinstance(births, dict) or not labels or list(births) != labels:
        raise Malformed("« births » n'est pas ce que l'égalité demande (§12.2)", "births (§12.2)")
    for date in births.values():
        _check_date(date)
    return births


def _check_date(date: object) -> None:
    text = read_text(date, "births")
    try:
        good = _DATE.fullmatch(text) and dt.date.fromisoformat(text)
    except ValueError:
        good = None
    if not good:
        raise Malformed("une date de naissance mal formée (§12.4)", "a malformed birth date")


def _lots(fields: dict[str, Any]) -> list[str] | None:
    if "lots" not in fields:
        return None
    return [read_text(label, "lots") for label in read_list(fields["lots"], "lots")]
