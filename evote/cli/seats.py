# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote seats``: seats by largest remainder, every step told: docs/protocol.md §12."""

import json
import sys
import unicodedata
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from evote.cli.parser import FrenchParser
from evote.cli.words import printable
from evote.errors import Unreadable
from tally.seat_steps import KINDS, Step, describe_allocation, describe_undecided
from tally.seats import MAX_SEATS, MAX_VOTES, TieUndecided, allocate, share_out

NEEDS_AGES: Final = 3
MAX_LABEL: Final = 200

_EPILOG = """\
exemples :
  evote seats --seats 5 FCPE=60 PEEP=30 "Parents d'élèves=10"
  evote seats --seats 3 A=40 B=40 --born A=1985-03-02 --born B=1979-12-31
  evote seats --seats 3 A=40 B=40 --born A=1980-01-01 --born B=1980-01-01 --lot B --lot A

Un argument se coupe au dernier signe « = ». Les bulletins blancs et nuls ne se comptent pas.

codes de sortie : 0 sièges répartis, 2 mal appelé, 3 égalité : il faut les dates de naissance
(ou, si elles sont les mêmes, un tirage au sort par le bureau)."""


@dataclass(frozen=True, slots=True)
class _Question:
    seats: int
    labels: tuple[str, ...]
    votes: tuple[int, ...]
    names: tuple[int | None, ...]
    births: dict[int, date]
    lots: tuple[int, ...]
    kind: str


def main(arguments: list[str]) -> int:
    """Share the seats; 0, or 3 where a tie needs ages or a decision."""
    options = _parser().parse_intermixed_args(arguments)
    question = _read(options)
    try:
        allocation = allocate(
            question.seats,
            question.votes,
            names=question.names,
            births=question.births,
            lots=question.lots,
        )
    except TieUndecided as refusal:
        steps = describe_undecided(
            share_out(question.seats, question.votes), refusal, question.labels
        )
        _show(question, None, steps, as_json=options.json)
        print(f"evote : {printable(steps[-1].text)}", file=sys.stderr)
        missing = "--lot LISTE" if refusal.by_lot else "--born LISTE=AAAA-MM-JJ"
        order = ", dans l'ordre du tirage" if refusal.by_lot else ""
        print(f"conseil : ajouter {missing} pour chacune{order}", file=sys.stderr)
        return NEEDS_AGES
    steps = describe_allocation(
        allocation,
        question.labels,
        names=question.names,
        births=question.births,
        kind=question.kind,
    )
    _show(question, allocation.seats_by_list, steps, as_json=options.json)
    return 0


def _parser() -> FrenchParser:
    parser = FrenchParser(
        "evote seats",
        "Répartir les sièges au quotient puis au plus fort reste, en fractions exactes.",
        _EPILOG,
    )
    add = parser.add_argument
    add("--seats", required=True, metavar="N", help="nombre de sièges à pourvoir")
    add("lists", nargs="+", metavar="LISTE=VOIX", help="une liste et ses voix, dans l'ordre")
    add("--names", action="append", default=[], metavar="LISTE=N", help="noms sur la liste")
    add(
        "--born",
        action="append",
        default=[],
        metavar="LISTE=AAAA-MM-JJ",
        help="naissance du candidat qui prendrait le siège disputé",
    )
    add(
        "--lot",
        action="append",
        default=[],
        metavar="LISTE",
        help="liste tirée au sort, dans l'ordre du tirage (une fois par liste)",
    )
    add("--kind", choices=KINDS, default=KINDS[0], help="école (par défaut) ou collège et lycée")
    add("--json", action="store_true", help="écrire le résultat en JSON sur la sortie standard")
    return parser


def _read(options: Namespace) -> _Question:
    votes = _pairs(options.lists, "liste")
    labels = tuple(votes)
    names = _pairs(options.names, "--names")
    born = _pairs(options.born, "--born")
    for given in (*names, *born, *options.lot):
        if given not in votes:
            raise Unreadable(
                f"« {printable(given)} » n'est pas une des listes",
                "écrire son nom exactement comme dans LISTE=VOIX",
            )
    return _Question(
        seats=_integer(options.seats, "le nombre de sièges", 1, MAX_SEATS),
        labels=labels,
        votes=tuple(_integer(votes[a], f"les voix de « {a} »", 0, MAX_VOTES) for a in labels),
        names=tuple(
            _integer(names[a], f"les noms de « {a} »", 0, 2 * MAX_SEATS) if a in names else None
            for a in labels
        ),
        births={labels.index(a): _date(a, text) for a, text in born.items()},
        lots=_lots(options.lot, labels),
        kind=options.kind,
    )


def _pairs(arguments: Sequence[str], what: str) -> dict[str, str]:
    """Cut each argument at its last equals sign; no empty label, and none twice."""
    pairs: dict[str, str] = {}
    seen: set[str] = set()
    for argument in arguments:
        label, sign, value = argument.rpartition("=")
        if not sign or not label.strip() or len(label) > MAX_LABEL:
            raise Unreadable(
                f"{what} : « {printable(argument)} » n'est pas de la forme LISTE=VALEUR",
                "par exemple FCPE=60",
            )
        folded = " ".join(unicodedata.normalize("NFC", label).split())
        if folded in seen:
            raise Unreadable(
                f"{what} : « {printable(label)} » est donnée deux fois",
                "ne nommer chaque liste qu'une fois",
            )
        seen.add(folded)
        pairs[label] = value
    return pairs


def _lots(drawn: Sequence[str], labels: Sequence[str]) -> tuple[int, ...]:
    for place, label in enumerate(drawn):
        if label in drawn[:place]:
            raise Unreadable(
                f"--lot : « {printable(label)} » est donnée deux fois",
                "donner les listes une fois chacune, dans l'ordre du tirage",
            )
    return tuple(labels.index(label) for label in drawn)


def _integer(text: str, what: str, low: int, high: int) -> int:
    plain = text.isascii() and text.isdigit() and len(text) <= len(str(high))
    if not plain or not low <= int(text) <= high:
        raise Unreadable(
            f"{printable(what)} : « {printable(text)} » n'est pas un nombre entier "
            f"de {low} à {high}",
            "écrire le nombre en chiffres, sans espace ni signe",
        )
    return int(text)


def _date(label: str, text: str) -> date:
    try:
        born = date.fromisoformat(text)
    except ValueError:
        born = None
    if born is None or born.isoformat() != text:
        raise Unreadable(
            f"--born « {printable(label)} » : « {printable(text)} » n'est pas une date",
            "écrire année-mois-jour, par exemple 1985-03-02",
        )
    return born


def _show(
    question: _Question,
    seats_by_list: tuple[int, ...] | None,
    steps: tuple[Step, ...],
    *,
    as_json: bool,
) -> None:
    if not as_json:
        for number, step in enumerate(steps, 1):
            print(f"{number:>2}. {printable(step.text)}")
        return
    shares = dict(zip(question.labels, seats_by_list, strict=True)) if seats_by_list else None
    output = {
        "version": 1,
        "seats_by_list": shares,
        "steps": [{"step": s.code, "text": s.text, **dict(s.figures)} for s in steps],
    }
    print(json.dumps(output, ensure_ascii=False, indent=2))
