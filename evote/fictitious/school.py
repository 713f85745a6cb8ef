# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fictitious school as a whole: its ONDE export, its classes, its lists of candidates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from evote.fictitious.export import write_export
from evote.fictitious.families import ELECTORS_PER_BLOCK, Family, FamilyMaker, Parent

MIN_ELECTORS: Final = 2
DEFAULT_ELECTORS: Final = 5 * ELECTORS_PER_BLOCK  # 150 families
MAX_ELECTORS: Final = 20_000
_MAX_CLASSES: Final = 30
_PUPILS_PER_CLASS: Final = 25
_LEVELS: Final = ("CP", "CE1", "CE2", "CM1", "CM2")
_TREES: Final = ("Tilleuls", "Érables", "Marronniers", "Platanes", "Cerisiers", "Mûriers")
_LABELS: Final = (
    "Parents du quartier",
    "Ensemble pour l'école",
    "Liste d'union des parents",
    "Une école pour chacun",
    "Parents solidaires",
    "Grandir et apprendre",
)
_UAI_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class FictitiousCandidate:
    """An elector who stands, by the names that the roll gives, and the birth date declared."""

    surname: str
    given_name: str
    born: date


@dataclass(frozen=True, slots=True)
class FictitiousList:
    """A list of at least 2 and at most twice as many candidates as seats, in their order."""

    label: str
    candidates: tuple[FictitiousCandidate, ...]


@dataclass(frozen=True, slots=True)
class FictitiousSchool:
    """A school and what it knows before the election; ``onde_csv`` is its export, as bytes."""

    name: str
    uai: str
    kind: str
    seats: int
    classes: tuple[str, ...]
    families: int
    electors: int
    onde_csv: bytes
    lists: tuple[FictitiousList, ...]


def generate_school(seed: str | int, electors: int = DEFAULT_ELECTORS) -> FictitiousSchool:
    """Return the school of this seed with exactly so many electors.

    Its export gives no anomaly but shared e-mail addresses, one couple in fifteen.

    Raises:
        ValueError: fewer than ``MIN_ELECTORS`` or more than ``MAX_ELECTORS`` electors.
    """
    if not MIN_ELECTORS <= electors <= MAX_ELECTORS:
        raise ValueError(f"a fictitious school has {MIN_ELECTORS} to {MAX_ELECTORS} electors")
    random = Random(f"fictitious school {seed}")  # noqa: S311 -- a story, not a secret
    families = list(FamilyMaker(random).make(electors))
    classes = _share_classes(families, random)
    return FictitiousSchool(
        name=f"École élémentaire fictive des {random.choice(_TREES)}",
        uai=_uai(random.randrange(10_000)),
        kind="ecole",
        seats=len(classes),
        classes=classes,
        families=len(families),
        electors=electors,
        onde_csv=write_export(families, random),
        lists=_lists([p for family in families for p in family.parents], len(classes), random),
    )


def _share_classes(families: Sequence[Family], random: Random) -> tuple[str, ...]:
    pupils = [pupil for family in families for pupil in family.pupils]
    number = min(_MAX_CLASSES, max(2, round(len(pupils) / _PUPILS_PER_CLASS)))
    classes = tuple(f"{_LEVELS[k % 5]} {'ABCDEF'[k // 5]}" for k in range(number))
    for k, pupil in enumerate(random.sample(pupils, len(pupils))):
        pupil.school_class = classes[k % number]
    return tuple(sorted(classes, key=lambda c: (_LEVELS.index(c.split()[0]), c)))


def _lists(parents: Sequence[Parent], seats: int, random: Random) -> tuple[FictitiousList, ...]:
    number = min(random.randint(3, 6), len(parents) // 2)
    candidates = random.sample(parents, len(parents))
    lists = []
    for k, label in enumerate(random.sample(_LABELS, number)):
        free = len(candidates) - 2 * (number - k - 1)
        size = min(random.randint(2, 2 * seats), free)
        chosen = [_candidate(candidates.pop(), random) for _ in range(size)]
        lists.append(FictitiousList(label, tuple(chosen)))
    return tuple(lists)


def _candidate(parent: Parent, random: Random) -> FictitiousCandidate:
    born = date(1972, 1, 1) + timedelta(days=random.randrange(24 * 365))
    return FictitiousCandidate(parent.surname, parent.given_name, born)


def _uai(number: int) -> str:
    """Return a school's identifier with its check letter, of a département that is none."""
    digits = f"000{number:04d}"
    return digits + _UAI_LETTERS[int(digits) % len(_UAI_LETTERS)]
