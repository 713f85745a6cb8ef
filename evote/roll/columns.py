# SPDX-License-Identifier: AGPL-3.0-or-later
"""The columns of an ONDE *responsables* export, known by name and never by place: docs/roll.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evote.roll.files import refuse
from evote.roll.names import clean, key

_PARENT: Final = {
    "civiliteresponsable": "civility",
    "civilite": "civility",
    "nomusageresponsable": "usage",
    "nomdusageresponsable": "usage",
    "nomresponsable": "surname",
    "nomdefamilleresponsable": "surname",
    "prenomresponsable": "given_name",
    "prenomsresponsable": "given_name",
    "courriel": "email",
    "courrielresponsable": "email",
    "adressecourriel": "email",
    "email": "email",
    "mail": "email",
    "telephonedomicile": "home",
    "telephonetravail": "work",
    "telephoneportable": "mobile",
    "telportable": "mobile",
    "communicationadresses": "consent",
    "communicationadresse": "consent",
}
_CHILD: Final = {
    f"{stem}{who}": part
    for who in ("enfant", "eleve", "enfants", "eleves")
    for stem, part in (
        ("nomdusage", "usage"),
        ("nomusage", "usage"),
        ("nomdefamille", "surname"),
        ("nom", "surname"),
        ("prenom", "given_name"),
        ("classes", "school_class"),
        ("classe", "school_class"),
    )
}
# Known, and dropped at once: docs/roll.md, "Ce qui est gardé".
_DROPPED: Final = frozenset(
    {
        *(
            "adresseresponsable",
            "cpresponsable",
            "communeresponsable",
            "pays",
            "numerodeposte",
            "pcs",
        ),
        *("datedenaissanceeleve", "datedenaissanceenfant", "datenaissanceeleve"),
    }
)
_PUPILS_EXPORT: Final = frozenset({"sexe", "niveau", "cycle", "attestationfournie"})
_BROKEN_ACCENTS: Final = ("Ã", "\ufffd", "Ž", "‚", "?")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each part stands, as positions from 0.

    ``names`` are the normalised headers, by which a repeated header line is known; ``parent``
    maps a part to its position; ``children`` has one such mapping for each child of the header.
    """

    names: tuple[str, ...]
    parent: dict[str, int]
    children: tuple[dict[str, int], ...]

    def are_repeated_by(self, fields: Sequence[str]) -> bool:
        """Tell whether these fields are the header line once more."""
        same = (normalise(field) == name for field, name in zip(fields, self.names, strict=False))
        return len(fields) == len(self.names) and all(same)

    def children_within(self, width: int) -> tuple[dict[str, int], ...]:
        """Return the children of a line, which may repeat child columns beyond the header's.

        Only where the header ends with the child columns: any other surplus is a fault.
        """
        last = self.children[-1]
        ending = self.names[min(last.values()) :]
        if any(name not in _CHILD and name not in _DROPPED for name in ending):
            return self.children
        starts = range(len(self.names), width - len(ending) + 1, len(ending))
        offsets = {part: at - min(last.values()) for part, at in last.items()}
        beyond = ({part: start + off for part, off in offsets.items()} for start in starts)
        return self.children + tuple(beyond)


def normalise(header: str) -> str:
    """Return a column's name without accents, case, spaces, apostrophes or final digits."""
    return key(header).rstrip("0123456789")


def count_known(fields: Sequence[str]) -> int:
    """Return how many of these fields are names of columns of either ONDE export."""
    known = {*_PARENT, *_CHILD, *_DROPPED, *_PUPILS_EXPORT}
    return sum(normalise(field) in known for field in fields)


def read_header(fields: Sequence[str]) -> Columns:
    """Return where the columns stand.

    Raises:
        Unreadable: another export, damaged accents, or columns missing.
    """
    names = tuple(normalise(field) for field in fields)
    parent: dict[str, int] = {}
    children: list[dict[str, int]] = []
    for at, name in enumerate(names):
        if part := _PARENT.get(name):
            if part in parent:
                raise refuse(f"la colonne « {clean(fields[at])} » y est deux fois")
            parent[part] = at
        elif part := _CHILD.get(name):
            if not children or part in children[-1]:
                children.append({})
            children[-1][part] = at
    _refuse_incomplete(fields, names, parent, children)
    return Columns(names, parent, tuple(children))


def _refuse_incomplete(
    fields: Sequence[str],
    names: tuple[str, ...],
    parent: dict[str, int],
    children: list[dict[str, int]],
) -> None:
    missing = []
    if not {"usage", "surname"} & parent.keys():
        missing.append("« Nom responsable »")
    if not children or not {"usage", "surname"} & children[0].keys():
        missing.append("« Nom de famille élève »")
    if not children or "given_name" not in children[0]:
        missing.append("« Prénom élève »")
    if not missing:
        return
    if not {"usage", "surname"} & parent.keys() and len(_PUPILS_EXPORT.intersection(names)) >= 2:
        raise refuse(
            "c'est l'extraction « Élèves » d'ONDE, il faut l'extraction « Responsables »",
            "dans ONDE : Listes et documents > Extractions, catégorie Responsables, format CSV",
        )
    if any(mark in field for field in fields for mark in _BROKEN_ACCENTS):
        raise refuse("les accents de ce fichier ont été abîmés par un enregistrement")
    plural = "les colonnes" if len(missing) > 1 else "la colonne"
    raise refuse(f"il manque à ce fichier {plural} {', '.join(missing)}")
