# SPDX-License-Identifier: AGPL-3.0-or-later
"""The result of several questions, the seats, the names elected, and what decided a tie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from audit.layout import enumerated, quoted
from audit.seats import quota
from audit.summary import numbered
from audit.verify import Verdict
from audit.words import Text, count, shown


def verified_result(verdict: Verdict) -> tuple[tuple[int, ...], ...] | None:
    """The numbers of a valid record; of another, no program takes a result."""
    return verdict.case.result if verdict.valid else None


def verified_seats(verdict: Verdict) -> dict[str, Any] | None:
    """Seats and names elected of a valid record: they are worth what the whole of it is."""
    return verdict.case.seats if verdict.valid else None


def questions(verdict: Verdict) -> Iterator[Text]:
    """The numbers, one line a choice, where the summary has no room for them."""
    result, election = verified_result(verdict), verdict.case.election
    if result is None or election is None or len(result) < 2:
        return
    for number, (question, row) in enumerate(zip(election.questions, result, strict=True), 1):
        text = quoted(shown(question.text))
        yield text.at(Text(f"Question {number}", f"Question {number}"))
        for label, votes in numbered(question, row):
            yield Text(f"  {votes:>6}  {label.fr}", f"  {votes:>6}  {label.en}")


def seats(verdict: Verdict) -> Iterator[Text]:
    """Seats and names of a valid record; of another, nobody is named."""
    found = verified_seats(verdict)
    if found is None:
        return
    yield Text("Sièges", "Seats")
    for row in found["lists"]:
        label = quoted(shown(row["label"]))
        votes = count(row["votes"], "voix", "vote")
        fr = f"  {row['seats']:>4}  {label.fr}, {row['votes']} voix"
        yield Text(fr, f"  {row['seats']:>4}  {label.en}, {votes.en}")
        yield from _names(row)
    tie = _tie(verdict, found)
    if tie:
        yield Text(f"  {tie.fr}", f"  {tie.en}")


def _names(row: dict[str, Any]) -> Iterator[Text]:
    titles = {
        "titulaires": Text("titulaires", "elected"),
        "suppleants": Text("suppléants", "deputies"),
    }
    for key, title in titles.items():
        if row[key]:
            names = ", ".join(shown(name) for name in row[key])
            at = Text(names, names).at(title)
            yield Text(f"        {at.fr}", f"        {at.en}")
    if row["unfilled"]:
        unfilled = count(row["unfilled"], "siège non pourvu", "seat")
        en = f"        {unfilled.en} unfilled"
        plural = "sièges non pourvus" if row["unfilled"] > 1 else "siège non pourvu"
        yield Text(f"        {row['unfilled']} {plural}", en)


def _tie(verdict: Verdict, found: dict[str, Any]) -> Text | None:
    """Which lists were equal for the last seats, and what decided between them (§12.2)."""
    binding, result = verdict.case.binding, verdict.case.result
    if binding is None or result is None:
        return None
    tied = quota(result[0][1:], binding.seats).tied
    if not tied:
        return None
    lists = enumerated([quoted(shown(binding.lists[j].label)) for j in tied])
    how = []
    if "births" in found:
        # Nobody but the committee knows whether they are right, so they are shown.
        born = [f"{shown(label)} {date}" for label, date in found["births"].items()]
        dates = " ; ".join(born)
        how.append(
            Text(
                f"par l'âge, d'après les dates de naissance déclarées par le bureau ({dates})",
                f"by age, after the birth dates declared by the committee ({dates})",
            )
        )
    if "lots" in found:
        drawn = enumerated([quoted(shown(label)) for label in sorted(found["lots"])])
        some = len(found["lots"]) < len(tied)
        how.append(
            Text(
                f"par tirage au sort{f' entre {drawn.fr}' if some else ''}, déclaré par le bureau",
                f"by lot{f' between {drawn.en}' if some else ''}, declared by the committee",
            )
        )
    if not how:
        return Text(
            f"égalité entre {lists.fr}, départagée par le nombre de candidats",
            f"tie between {lists.en}, settled by the number of candidates",
        )
    means = Text(", puis ".join(way.fr for way in how), ", then ".join(way.en for way in how))
    return Text(
        f"égalité entre {lists.fr}, départagée {means.fr}",
        f"tie between {lists.en}, settled {means.en}",
    )
