# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote roll check``: the roll doctor at the command line: docs/roll.md."""

import json
import sys
from argparse import Namespace
from pathlib import Path

from evote.cli.parser import Group, run_group
from evote.cli.words import printable
from evote.roll.anomalies import BREAKING_CODES
from evote.roll.doctor import check_roll
from evote.roll.files import read_roll_file
from evote.roll.model import Elector, Roll
from tally.french import count

_EPILOG = """\
Le fichier se donne tel qu'ONDE l'a écrit : Listes et documents > Extractions, catégorie
Responsables, format CSV. Ne pas l'ouvrir dans un tableur. Les codes sont expliqués dans
docs/roll.md.

codes de sortie : 0 rien à régler, 1 des points à régler, 2 fichier illisible."""

CLEAN, TO_SETTLE = 0, 1


def main(arguments: list[str]) -> int:
    """Run one of the commands on the roll."""
    return run_group("evote roll", "La liste électorale, d'après ONDE.", [_add_check], arguments)


def _add_check(commands: Group) -> None:
    parser = commands.add_parser(
        "check",
        help="lire un export ONDE et dire ce qui reste à régler",
        description="Lire une extraction ONDE « Responsables » : électeurs et points à régler.",
        epilog=_EPILOG,
    )
    parser.add_argument("file", metavar="FICHIER", type=Path, help="le fichier CSVExtraction.csv")
    parser.add_argument("--json", action="store_true", help="écrire en JSON sur la sortie standard")
    parser.set_defaults(run=_check)


def _check(options: Namespace) -> int:
    roll = check_roll(read_roll_file(options.file))
    if options.json:
        print(json.dumps(encode_roll(roll), ensure_ascii=False, indent=2))
        print(f"{_counts(roll)} {_next_step(roll)}", file=sys.stderr)
    else:
        _show(roll, options.file)
    return TO_SETTLE if roll.anomalies else CLEAN


def encode_roll(roll: Roll) -> dict[str, object]:
    """Return what ``--json`` writes: docs/schemas/roll-check.schema.json."""
    return {
        "version": 1,
        "electors": [_encode_elector(elector) for elector in roll.electors],
        "anomalies": [
            {"code": str(a.code), "row": a.row, "message": a.message} for a in roll.anomalies
        ],
    }


def _encode_elector(elector: Elector) -> dict[str, object]:
    return {
        "surname": elector.surname,
        "given_name": elector.given_name,
        "children": [
            {"surname": c.surname, "given_name": c.given_name, "class": c.school_class}
            for c in elector.children
        ],
        "rows": list(elector.rows),
    }


def _show(roll: Roll, file: Path) -> None:
    print(printable(file))
    print(_counts(roll))
    unreachable = sum(not (elector.email or elector.mobile) for elector in roll.electors)
    if unreachable:
        print(
            f"{count(unreachable, 'électeur')} sans courriel ni portable : remise en main propre."
        )
    if roll.anomalies:
        print(f"\n{count(len(roll.anomalies), 'point')} à régler :")
    for anomaly in roll.anomalies:
        print(f"  ligne {anomaly.row} · {anomaly.code} · {printable(anomaly.message)}")
    print(f"\n{_next_step(roll)}")


def _counts(roll: Roll) -> str:
    rows = sum(len(elector.rows) for elector in roll.electors)
    children = {
        (child.surname, child.given_name) for elector in roll.electors for child in elector.children
    }
    parts = (count(len(roll.electors), "électeur"), count(len(children), "enfant"))
    return f"{', '.join(parts)}, d'après {count(rows, 'ligne')}."


def _next_step(roll: Roll) -> str:
    if not roll.anomalies:
        return (
            "Étape suivante : rien à régler, la liste électorale peut être affichée puis scellée."
        )
    broken = sorted({str(each.code) for each in roll.anomalies if each.code in BREAKING_CODES})
    if broken:
        return (
            "Étape suivante : corriger d'abord ce que l'option --settled ne couvre pas "
            f"({', '.join(broken)}), de préférence dans ONDE, puis refaire l'extraction et "
            "relancer cette commande."
        )
    return (
        "Étape suivante : régler chaque point, de préférence dans ONDE, puis refaire "
        "l'extraction et relancer cette commande. Les points examinés, quand la liste est bonne, "
        "s'acceptent avec l'option --settled d'evote credentials make et d'evote election seal."
    )
