# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an election is and what its result says, in plain French: docs/protocol.md §8.3, §12."""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from protocol.bindings import EvoteBinding
from protocol.board import Board
from protocol.election import Election
from protocol.result import Result, Seats
from protocol.witness_binding import Witnesses
from tally.french import count

_KINDS = {"ecole": "école", "eple": "collège ou lycée"}
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def describe_election(board: Board) -> Iterator[str]:
    """Yield what a trustee has to read before signing: §7.13."""
    election, parameters = board.election, board.trustees
    yield f"Élection    : {election.name}"
    yield f"Identifiant : {election.uuid}"
    yield f"Empreinte   : {election.fingerprint}"
    if election.evote is not None:
        yield from _describe_bindings(election.evote)
    else:
        yield "Genre       : élection de Belenios, sans les garanties de Préau"
        for question in election.questions:
            yield f"Question    : {question.question} ({', '.join(question.answers)})"
        yield f"Électeurs   : {len(board.credentials)}"
    yield f"Comptage    : {parameters.minimum} des {parameters.size} clés suffisent"


def _describe_bindings(evote: EvoteBinding) -> Iterator[str]:
    if evote.rehearsal:
        yield "ATTENTION   : ceci est une RÉPÉTITION, pas la vraie élection"
    school = evote.school
    yield f"École       : {school.name} ({_KINDS[school.kind]}, {school.uai})"
    yield f"Sièges      : {evote.seats}"
    for each in evote.lists:
        yield f"Liste       : {each.label} – {', '.join(each.candidates)}"
    yield f"Ouverture   : {french_time(evote.opens_at)}"
    yield f"Clôture     : {french_time(evote.closes_at)}"
    reserves = count(len(evote.reserves), "code de réserve", "codes de réserve")
    yield f"Électeurs   : {evote.electors}, et {reserves}"
    for index, member in enumerate(evote.ceremony.members, 1):
        yield f"Membre n° {index} : {member.name}, {member.role}"
    if evote.witnesses is not None:
        yield f"Témoins     : {describe_witnesses(evote.witnesses)}"


def describe_witnesses(witnesses: Witnesses) -> str:
    """Return who may witness the box from outside, and how many must in the end: §8.3."""
    names = ", ".join(key.name for key in witnesses.keys)
    return f"au moins {witnesses.quorum} sur {len(witnesses.keys)} ({names})"


def describe_result(election: Election, result: Result) -> Iterator[str]:
    """Yield votes, seats and names: §11.6, §12.4."""
    for question, row in zip(election.questions, result.votes, strict=True):
        yield question.question
        labels = (*(("Blanc",) if question.blank else ()), *question.answers)
        for label, votes in zip(labels, row, strict=True):
            yield f"  {label} : {votes}"
    if result.evote is not None:
        yield from _describe_seats(result.evote.seats)


def _describe_seats(seats: Seats) -> Iterator[str]:
    yield "Sièges"
    for each in seats.lists:
        yield f"  {each.label} : {each.seats}"
        if each.titulaires:
            yield f"    titulaires : {', '.join(each.titulaires)}"
        if each.suppleants:
            yield f"    suppléants : {', '.join(each.suppleants)}"
        if each.unfilled:
            yield f"    sans candidat : {each.unfilled}"


def french_time(seconds: int) -> str:
    """Return a moment as a person in France reads it, at Paris time where that is known."""
    zone, name = _paris()
    try:
        moment = datetime.fromtimestamp(seconds, zone)
    except (OverflowError, ValueError, OSError):  # the last hours that a calendar knows, or later
        return f"{seconds} secondes après le 1er janvier 1970 (temps universel)"
    month = _MONTHS[moment.month - 1]
    return f"{moment.day} {month} {moment.year} à {moment.hour} h {moment.minute:02d}{name}"


def _paris() -> tuple[tzinfo, str]:
    try:
        return ZoneInfo("Europe/Paris"), " (heure de Paris)"
    except ZoneInfoNotFoundError:
        return UTC, " (temps universel)"
