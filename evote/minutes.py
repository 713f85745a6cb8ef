# SPDX-License-Identifier: AGPL-3.0-or-later
"""The minutes of an election in plain French, from its board: docs/protocol.md §11.7, §12.

Beside the board, they print what the journal tells, and the reasons for what was done outside the
announced hours.

A text to read and to sign. The official forms of the school authority are another matter.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evote.election.hours import read_exceptions
from evote.election.outcome import encode_outcome, result_binding, result_row
from evote.election.reading import preau_binding
from protocol.bindings import EvoteBinding
from protocol.board import Board
from protocol.journal_state import JournalState
from protocol.result import SeatsOfList
from tally.describe import french_time
from tally.describe_journal import describe_story
from tally.record import Journal, opened_record, verify_whole_record

WIDTH: Final = 80


@dataclass(frozen=True, slots=True)
class OutcomeFiles:
    """The bytes of ``result.json`` and of ``minutes.txt``."""

    result: bytes
    minutes: bytes


def read_outcome(path: Path) -> OutcomeFiles:
    """Verify a whole record, or an archive alone, and return what it says as files: §12, §16.

    There is no other way from an election to its minutes.

    Raises:
        Refusal: not published yet, or anything in it is wrong.
    """
    with opened_record(path) as record:
        told = _Told(verify_whole_record(record), record.journal)
        minutes = _write_minutes(record.board, told, read_exceptions(path))
        return OutcomeFiles(encode_outcome(record.board), minutes)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the journal tells, where the record has one."""

    state: JournalState | None
    journal: Journal | None

    def hours(self, evote: EvoteBinding) -> tuple[int, int]:
        """The hours in force at the end: those of the last change, else the sealed ones: §19.3."""
        if self.state is None:
            return evote.opens_at, evote.closes_at
        return self.state.hours.opens_at, self.state.hours.closes_at

    def lines(self) -> list[str]:
        """What happened around the box, for the minutes."""
        if self.state is None or self.journal is None:
            return []
        return list(describe_story(self.state, self.journal.entries))


def _write_minutes(board: Board, told: _Told, exceptions: Sequence[str]) -> bytes:
    """Return the minutes of a board that was verified, as a text in UTF-8.

    Raises:
        Refusal: the result is not published yet.
    """
    evote = preau_binding(board)
    parts = [
        _heading(board, evote, told.hours(evote)),
        _figures(board, evote),
        _lists(result_binding(board).seats.lists),
        _elected(result_binding(board).seats.lists),
        _ties(board),
        _exceptions(exceptions),
        told.lines(),
        _signatures(evote),
    ]
    return "\n".join(line for part in parts for line in (*part, "") if part).encode("utf-8")


def _heading(board: Board, evote: EvoteBinding, hours: tuple[int, int]) -> list[str]:
    opens_at, closes_at = hours
    lines = [
        "PROCÈS-VERBAL DE L'ÉLECTION DES REPRÉSENTANTS DES PARENTS D'ÉLÈVES",
        "",
        f"{evote.school.name} ({evote.school.uai})",
        board.election.name,
        "",
        f"Ouverture prévue du vote : {french_time(opens_at)}",
        f"Clôture prévue .......... : {french_time(closes_at)}",
        f"Élection n° {board.election.uuid}",
        f"Empreinte {board.election.fingerprint}",
    ]
    if evote.rehearsal:
        lines += ["", "RÉPÉTITION : ce résultat n'élit personne."]
    return lines


def _figures(board: Board, evote: EvoteBinding) -> list[str]:
    blank = result_row(board)[0]
    ballots = result_binding(board).sign_ins
    return [
        f"Électeurs inscrits ........ {evote.electors:>6}",
        f"Votants ................... {ballots:>6}   ({share(ballots, evote.electors)})",
        f"Bulletins blancs .......... {blank:>6}",
        f"Suffrages exprimés ........ {ballots - blank:>6}",
        f"Sièges à pourvoir ......... {evote.seats:>6}",
    ]


def _lists(lists: Sequence[SeatsOfList]) -> list[str]:
    width = max(len(each.label) for each in lists)
    rows = [
        f"{each.label:<{width}}  {each.votes:>6} voix  {each.seats:>3} "
        + ("sièges" if each.seats > 1 else "siège")
        for each in lists
    ]
    return ["Répartition au quotient, puis au plus fort reste :", "", *rows]


def _elected(lists: Sequence[SeatsOfList]) -> list[str]:
    lines: list[str] = []
    for each in lists:
        if each.seats:
            lines += [f"{each.label}", *_names("  titulaires : ", each.titulaires)]
            if each.suppleants:
                lines += _names("  suppléants : ", each.suppleants)
            if each.unfilled:
                lines.append(f"  sièges sans candidat : {each.unfilled}")
    return (
        ["Sont élus :", "", *lines] if lines else ["Aucun suffrage exprimé : personne n'est élu."]
    )


def _names(label: str, names: Sequence[str]) -> list[str]:
    text = ", ".join(name.replace(" ", "\u00a0") for name in names) or "aucun"
    indent = " " * len(label)
    return textwrap.wrap(
        text, WIDTH, initial_indent=label, subsequent_indent=indent, break_on_hyphens=False
    )


def _ties(board: Board) -> list[str]:
    seats = result_binding(board).seats
    lines = [f"  {label} : né(e) le {born}" for label, born in seats.births or ()]
    if lines:
        lines.insert(0, "Égalité des restes et des voix, départagée au bénéfice de l'âge :")
    if seats.lots:
        lines.append(f"Égalité départagée par tirage au sort : {', '.join(seats.lots)}.")
    return lines


def _exceptions(lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    rows = [
        row
        for line in lines
        for row in textwrap.wrap(line, WIDTH, initial_indent="  ", subsequent_indent="    ")
    ]
    return ["Hors des heures annoncées :", *rows]


def _signatures(evote: EvoteBinding) -> list[str]:
    rows = [
        f"  {member.name}, {member.role} : ......................"
        for member in evote.ceremony.members
    ]
    return [
        "Chacun peut vérifier ce résultat avec le dossier public de l'élection et",
        "la commande « evote-audit verify ».",
        "",
        "Les membres du bureau :",
        *rows,
    ]


def share(part: int, whole: int) -> str:
    """Return a share in French, rounded to a tenth of a percent: ``55,3 %``."""
    tenths = (2000 * part + whole) // (2 * whole) if whole else 0
    return f"{tenths // 10},{tenths % 10}\u00a0%"
