# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fictitious families as ONDE would export them: layout B, windows-1252, a trailing line."""

import csv
import io
from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from evote.fictitious.families import Family, Parent, Pupil

_PARENT: Final = (
    *("Civilité Responsable", "Nom usage responsable", "Nom responsable", "Prénom responsable"),
    *("Adresse responsable", "CP responsable", "Commune responsable", "Pays", "Courriel"),
    *("Téléphone domicile", "Téléphone travail", "Numéro de poste", "Téléphone portable"),
)
_CHILD: Final = ("Nom d'usage élève", "Nom de famille élève", "Prénom élève", "Classes élèves")


def write_export(families: Sequence[Family], random: Random) -> bytes:
    """Return the bytes of ``CSVExtraction.csv``."""
    width = max(len(family.pupils) for family in families)
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow([*_PARENT, *_CHILD * width])
    rows: list[list[str]] = [row for family in families for row in _rows(family, width, random)]
    rows.sort(key=lambda row: (row[1] or row[2], row[3]))
    writer.writerows(rows)
    writer.writerow([f"Nombre de lignes : {len(rows)}"])
    return file.getvalue().encode("windows-1252")


def _rows(family: Family, width: int, random: Random) -> Iterator[list[str]]:
    for parent in family.parents:
        reachable = parent.email or parent.mobile
        if len(family.pupils) > 1 and reachable and random.random() < 0.08:
            # As in exports made class by class: a line for each child, typed on another day.
            for k, pupil in enumerate(family.pupils):
                yield _row(parent, [pupil], width, shout=k == 0 or random.random() < 0.5)
        else:
            yield _row(parent, family.pupils, width)


def _row(parent: Parent, pupils: Sequence[Pupil], width: int, *, shout: bool = True) -> list[str]:
    def name(surname: str) -> str:
        return surname.upper() if shout else surname

    cells = [parent.civility, name(parent.usage), name(parent.family), parent.given_name]
    cells += [parent.address, "00000", "VILLEFICTIVE", "FRANCE", parent.email]
    cells += [parent.landline, "", "", parent.mobile]
    for pupil in pupils:
        cells += ["", pupil.surname.upper(), pupil.given_name, pupil.school_class]
    return cells + [""] * (len(_CHILD) * (width - len(pupils)))
