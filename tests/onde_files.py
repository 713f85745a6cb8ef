# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented ONDE *responsables* exports, as bytes, for the tests of the roll."""

from collections.abc import Sequence

PARENT = (
    "Civilité Responsable;Nom usage responsable;Nom responsable;Prénom responsable;"
    "Adresse responsable;CP responsable;Commune responsable;Pays;Courriel;Téléphone domicile;"
    "Téléphone travail;Téléphone portable"
)
CHILD_A = "Nom d'usage enfant;Nom de famille enfant;Prénom enfant;Classes enfants"
CHILD_B = "Nom d'usage élève;Nom de famille élève;Prénom élève;Classes élèves"
HEADER_A = f"{PARENT};{CHILD_A};{CHILD_A}"
HEADER_B = f"{PARENT};{CHILD_B};{CHILD_B}"

Pupil = tuple[str, str, str]  # surname, given name, class
LEA = ("MARTIN", "Léa", "CP A")
TOM = ("MARTIN", "Tom", "CE1")
ZOE = ("PETIT", "Zoé", "CM2")


def parent(
    surname: str = "MARTIN",
    given_name: str = "Paul",
    *children: Pupil,
    civility: str = "M.",
    usage: str = "",
    email: str = "",
    home: str = "",
    mobile: str = "",
) -> str:
    """Return one line of an export, without its end, padded to two children."""
    cells = [civility, usage, surname, given_name, "1 rue Fictive", "00000", "VILLE", "FRANCE"]
    cells += [email, home, "", mobile]
    for name, given, school_class in children:
        cells += ["", name, given, school_class]
    return ";".join(cells + [""] * 4 * (2 - len(children)))


def export(
    lines: Sequence[str],
    *,
    header: str = HEADER_B,
    encoding: str = "windows-1252",
    end: str = "\r\n",
) -> bytes:
    """Return the bytes of an export."""
    return "".join(f"{line}{end}" for line in (header, *lines)).encode(encoding)
