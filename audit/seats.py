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


def by_age(
    lists: Sequence[CandidateList],
    share: Quota,
    births: Mapping[str, str],
    lots: Sequence[str] | None,
) -> tuple[int, ...]:
    """The tied lists that take a seat: the eldest candidate first, then by lot (§12.2).

    Raises:
        Malformed: birth dates or lots are missing, superfluous, or of other lists.
    """
    with_candidate = [j for j in share.tied if share.base[j] < len(lists[j].candidates)]
    if list(births) != [lists[j].label for j in with_candidate]:
        raise Malformed("« births » ne nomme pas les listes à égalité (§12.2)", "births (§12.2)")
    rank = {j: births.get(lists[j].label, "~") for j in share.tied}  # "~" comes after any date
    order = sorted(share.tied, key=lambda j: rank[j])
    winners = order[: share.places]
    if rank[order[share.places - 1]] != rank[order[share.places]]:
        if lots is not None:
            raise Malformed("un tirage au sort inutile (§12.2)", "lots without need (§12.2)")
        return tuple(winners)
    bar = rank[order[share.places]]
    drawn = {lists[j].label: j for j in order if rank[j] == bar}
    if lots is None or sorted(lots) != sorted(drawn):
        raise Malformed("le tirage au sort manque (§12.2)", "the lots are missing (§12.2)")
    sure = [j for j in winners if rank[j] != bar]
    return tuple(sure + [drawn[label] for label in lots][: share.places - len(sure)])


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
    if share.tied:
        births = _births(fields)
        lots = _lots(fields)
        winners += by_age(lists, share, births, lots)
        expected["births"] = births
        if lots is not None:
            expected["lots"] = lots
    rows = [
        names_elected(item, votes[j], share.base[j] + (j in winners))
        for j, item in enumerate(lists)
    ]
    return {"lists": rows, **expected}


def _births(fields: dict[str, Any]) -> dict[str, str]:
    births = fields.get("births")
    if not isinstance(births, dict):
        raise Malformed("« births » manque (§12.4)", "'births' is missing (§12.4)")
    for date in births.values():
        text = read_text(date, "births")
        try:
            good = _DATE.fullmatch(text) and dt.date.fromisoformat(text)
        except ValueError:
            good = None
        if not good:
            raise Malformed("une date de naissance mal formée (§12.4)", "a malformed birth date")
    return births


def _lots(fields: dict[str, Any]) -> list[str] | None:
    if "lots" not in fields:
        return None
    return [read_text(label, "lots") for label in read_list(fields["lots"], "lots")]
