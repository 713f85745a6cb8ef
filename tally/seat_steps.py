# SPDX-License-Identifier: AGPL-3.0-or-later
"""How seats were shared, step by step, in French for the minutes: docs/protocol.md §12.1 to §12.3.

Each step has a code of a closed list, a sentence, and its figures; a fraction is a text, exact.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final, TypeAlias

from tally.french import count
from tally.seats import Allocation, Apportionment, Tie, TieDecision, TieUndecided

Figure: TypeAlias = int | str | tuple[str, ...]

ECOLE: Final = "ecole"
KINDS: Final = (ECOLE, "eple")


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence of the reasoning, and the figures in it."""

    code: str
    text: str
    figures: tuple[tuple[str, Figure], ...] = ()


STEP_CODES: Final = (
    "no_votes",
    "quotient",
    "whole_quotients",
    "seats_left",
    "largest_remainder",
    "equal_remainders",
    "tie",
    "no_candidate",
    "oldest_candidate",
    "drawn",
    "needs_births",
    "needs_lots",
    "result",
    "unfilled",
)


def describe_votes(apportionment: Apportionment, labels: Sequence[str]) -> Iterator[Step]:
    """Tell what the votes alone decide: §12.1."""
    total, seats = sum(apportionment.votes), apportionment.seats
    if total == 0:
        yield Step("no_votes", "Aucune voix exprimée : aucune liste n'obtient de siège.")
        return
    yield _quotient(total, seats)
    for label, votes, base, rest in zip(
        labels, apportionment.votes, apportionment.base, apportionment.remainders, strict=True
    ):
        yield _whole_quotients(label, votes, base, Fraction(rest, seats))
    left = seats - sum(apportionment.base)
    if left:
        text = f"Il reste {count(left, 'siège')} à donner aux plus forts restes."
        yield Step("seats_left", text, (("seats", left),))
    for j in apportionment.ranked:
        yield _largest_remainder(labels[j], Fraction(apportionment.remainders[j], seats))
    yield from _equal_remainders(apportionment, labels)
    if apportionment.tie:
        yield _tie(apportionment.tie, labels)


def describe_allocation(
    allocation: Allocation,
    labels: Sequence[str],
    *,
    names: Sequence[int | None],
    births: Mapping[int, date],
    kind: str = ECOLE,
) -> tuple[Step, ...]:
    """Tell how every seat was given: §12.1 to §12.3.

    Args:
        allocation: what ``allocate`` returned.
        labels: of the lists, in the same order.
        names: the numbers of candidates given to ``allocate``, None where unknown.
        births: the birth dates given to ``allocate``.
        kind: ``"ecole"`` or ``"eple"``, which differ in what happens to an unfilled seat.
    """
    steps = list(describe_votes(allocation.apportionment, labels))
    if allocation.decision and allocation.apportionment.tie:
        steps += _decision(allocation.apportionment.tie, allocation.decision, labels, births)
    steps.append(_result(allocation.seats_by_list, labels))
    for label, seats, known in zip(labels, allocation.seats_by_list, names, strict=True):
        if known is not None and known < seats:
            steps.append(_unfilled(label, seats, known, kind))
    return tuple(steps)


def describe_undecided(
    apportionment: Apportionment, refusal: TieUndecided, labels: Sequence[str]
) -> tuple[Step, ...]:
    """Tell what the votes decide and what is missing to settle the tie: §12.2."""
    concerned = tuple(labels[j] for j in refusal.lists)
    steps = list(describe_votes(apportionment, labels))
    figures = (("lists", concerned), ("place", refusal.tie.place))
    if refusal.by_lot:
        text = (
            f"Les listes {_join(concerned)} ne peuvent pas être départagées par l'âge : le bureau "
            "des élections doit décider, par tirage au sort, et l'écrire au procès-verbal."
        )
        return (*steps, Step("needs_lots", text, figures))
    text = (
        "Il manque la date de naissance du candidat placé en "
        f"{ordinal(refusal.tie.place)} position pour {_join(concerned)}."
    )
    return (*steps, Step("needs_births", text, figures))


def ordinal(place: int) -> str:
    """Return ``1re``, ``2e``…, to be read with *position*."""
    return "1re" if place == 1 else f"{place}e"


def _quotient(total: int, seats: int) -> Step:
    quotient = Fraction(total, seats)
    text = (
        f"{total} voix pour {count(seats, 'siège')} : "
        f"le quotient électoral est {_decimal(quotient)}."
    )
    return Step("quotient", text, (("votes", total), ("seats", seats), ("quotient", str(quotient))))


def _whole_quotients(label: str, votes: int, base: int, remainder: Fraction) -> Step:
    text = (
        f"« {label} » : {votes} voix, {count(base, 'siège')} au quotient, "
        f"reste {_decimal(remainder)}."
    )
    figures = (("list", label), ("votes", votes), ("seats", base), ("remainder", str(remainder)))
    return Step("whole_quotients", text, figures)


def _largest_remainder(label: str, remainder: Fraction) -> Step:
    text = f"« {label} » obtient un siège par son reste, {_decimal(remainder)}."
    return Step("largest_remainder", text, (("list", label), ("remainder", str(remainder))))


def _equal_remainders(apportionment: Apportionment, labels: Sequence[str]) -> Iterator[Step]:
    """Say so where votes told equal remainders apart, and a seat hung on it."""
    rest, votes, tie = apportionment.remainders, apportionment.votes, apportionment.tie
    last = tie.lists[:1] if tie else apportionment.ranked[-1:]
    equal = [j for j in range(len(rest)) for k in last if rest[j] == rest[k]]
    if {votes[j] for j in equal} == {votes[j] for j in last} or set(equal) <= set(
        apportionment.ranked
    ):
        return
    names = tuple(labels[j] for j in sorted(equal, key=lambda j: -votes[j]))
    text = f"{_join(names)} ont le même reste : le plus grand nombre de voix passe d'abord."
    yield Step("equal_remainders", text, (("lists", names),))


def _tie(tie: Tie, labels: Sequence[str]) -> Step:
    names = tuple(labels[j] for j in tie.lists)
    text = (
        f"{_join(names)} ont le même reste et le même nombre de voix pour "
        f"{count(tie.seats, 'siège')} : le plus âgé des candidats placés en "
        f"{ordinal(tie.place)} position l'emporte."
    )
    return Step("tie", text, (("lists", names), ("place", tie.place), ("seats", tie.seats)))


def _decision(
    tie: Tie, decision: TieDecision, labels: Sequence[str], births: Mapping[int, date]
) -> list[Step]:
    by_age = [j for j in decision.winners if j not in decision.lots]
    if decision.births:
        steps = [_oldest(labels[j], births[j]) for j in by_age]
    else:
        steps = [_no_candidate(tie, [labels[j] for j in tie.lists if j not in by_age])]
    if decision.lots:
        drawn = [labels[j] for j in decision.lots]
        winners = [labels[j] for j in decision.lots if j in decision.winners]
        steps.append(_drawn(drawn, winners))
    return steps


def _oldest(label: str, born: date) -> Step:
    text = f"« {label} » prend le siège : son candidat est né le {born:%d/%m/%Y}."
    return Step("oldest_candidate", text, (("list", label), ("born", born.isoformat())))


def _no_candidate(tie: Tie, labels: Sequence[str]) -> Step:
    text = f"Pas de candidat en {ordinal(tie.place)} position : {_join(labels)}."
    return Step("no_candidate", text, (("lists", tuple(labels)),))


def _drawn(labels: Sequence[str], winners: Sequence[str]) -> Step:
    gain = "prend un siège" if len(winners) == 1 else "prennent chacune un siège"
    text = f"Le bureau a tiré au sort, dans cet ordre : {_join(labels)}. {_join(winners)} {gain}."
    return Step("drawn", text, (("lists", tuple(labels)),))


def _result(seats_by_list: Sequence[int], labels: Sequence[str]) -> Step:
    shares = [f"« {a} » {count(s, 'siège')}" for a, s in zip(labels, seats_by_list, strict=True)]
    figures = (("seats", sum(seats_by_list)),)
    return Step("result", f"Résultat : {', '.join(shares)}.", figures)


def _unfilled(label: str, seats: int, names: int, kind: str) -> Step:
    gap = seats - names
    empty = "qui reste vide" if gap == 1 else "qui restent vides"
    fate = "à pourvoir par tirage au sort" if kind == ECOLE else empty
    text = (
        f"« {label} » a {count(names, 'nom')} pour {count(seats, 'siège')} : "
        f"{count(gap, 'siège')} {fate}, sans passer à une autre liste."
    )
    figures = (("list", label), ("names", names), ("seats", seats), ("unfilled", gap))
    return Step("unfilled", text, figures)


def _join(names: Sequence[str]) -> str:
    quoted = [f"« {name} »" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} et {quoted[-1]}"


def _decimal(value: Fraction) -> str:
    """Return the exact value, with two rounded decimals beside it where it is not whole."""
    if value.denominator == 1:
        return str(value.numerator)
    hundredths = (200 * value.numerator + value.denominator) // (2 * value.denominator)
    whole, rest = divmod(hundredths, 100)
    return f"{value} (environ {whole},{rest:02d})"
