# SPDX-License-Identifier: AGPL-3.0-or-later
"""Families drawn at random: couples, parents at two addresses, one parent, a third party."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final

from evote.fictitious.names import MEN, SURNAMES, WOMEN

# Of thirty families: 20 couples, 5 separated, 4 of one parent, 1 in which a third party acts.
_BLOCK: Final = ("couple",) * 20 + ("separated",) * 5 + ("single",) * 4 + ("third party",)
ELECTORS_PER_BLOCK: Final = 55
FAMILIES_PER_BLOCK: Final = len(_BLOCK)
_FICTION_NUMBERS: Final = 10_000  # 06 39 98 00 00 to 06 39 98 99 99 are kept for fiction
_STREETS: Final = (
    "rue des Tilleuls",
    "allée du Préau",
    "place de l'Église",
    "chemin des Écoliers",
    "avenue Rosa-Parks",
    "impasse du Lavoir",
    "résidence Les Érables ; bât. C",
)
_DOMAINS: Final = ("famille.example", "courriel.example", "boite-postale.example")


@dataclass(slots=True)
class Parent:
    """Someone responsible for children; ``usage`` is empty where the family's name is used."""

    civility: str
    usage: str
    family: str
    given_name: str
    address: str
    landline: str
    email: str = ""
    mobile: str = ""

    @property
    def surname(self) -> str:
        """The surname under which the person is known, as ONDE shows it."""
        return (self.usage or self.family).upper()


@dataclass(slots=True)
class Pupil:
    """A child; the class is given once all families are known."""

    surname: str
    given_name: str
    school_class: str = ""


@dataclass(slots=True)
class Family:
    """Parents of the same children."""

    parents: list[Parent]
    pupils: list[Pupil] = field(default_factory=list)


class FamilyMaker:
    """Draws families in which nobody has the same name as anybody else."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._taken: set[tuple[str, str]] = set()
        self._emails: set[str] = set()
        self._mobiles = random.sample(range(_FICTION_NUMBERS), _FICTION_NUMBERS)
        self._kinds: list[str] = []
        self._couples = 0

    def make(self, electors: int) -> Iterator[Family]:
        """Yield families of exactly so many electors together."""
        left = electors
        while left:
            family = self._family(at_most=left)
            left -= len(family.parents)
            yield family

    def _family(self, at_most: int) -> Family:
        if not self._kinds:
            self._kinds = self._random.sample(_BLOCK, len(_BLOCK))
        kind = self._kinds.pop()
        two = kind in ("couple", "separated") and at_most >= 2
        first = self._parent(self._random.choice((True, False)), self._address())
        parents = [first]
        if two:
            parents.append(self._second(first, apart=kind == "separated"))
        family = Family(parents)
        self._add_contacts(family, share=two and kind == "couple")
        names = [self._surname()] if kind == "third party" else [p.family for p in parents]
        for _ in range(self._random.choices((1, 2, 3), weights=(50, 38, 12))[0]):
            family.pupils.append(self._pupil(names))
        return family

    def _second(self, first: Parent, *, apart: bool) -> Parent:
        woman = first.civility == "M."
        address = self._address() if apart else first.address
        usage = first.family if woman and not apart and self._random.random() < 0.4 else ""
        second = self._parent(woman, address, usage)
        if not apart:
            second.landline = first.landline
        return second

    def _parent(self, woman: bool, address: str, usage: str = "") -> Parent:  # noqa: FBT001
        family, given_name = self._unused_name(WOMEN if woman else MEN, usage)
        civility = "MME" if woman else "M."
        return Parent(civility, usage, family, given_name, address, self._landline())

    def _unused_name(self, given_names: tuple[str, ...], usage: str) -> tuple[str, str]:
        """Draw a surname and a given name, composed ones too, until nobody has them."""
        for attempt in range(1000):
            surname = self._surname(composed=self._random.random() < 0.06 + attempt / 20)
            given_name = self._random.choice(given_names)
            names = {(_key(n), _key(given_name)) for n in (surname, usage) if n}
            if not names & self._taken:
                self._taken |= names
                return surname, given_name
        raise RuntimeError("the lists of names are too short for so many electors")

    def _surname(self, *, composed: bool = False) -> str:
        return "-".join(self._random.sample(SURNAMES, 2 if composed else 1))

    def _pupil(self, surnames: list[str]) -> Pupil:
        joined = len(surnames) == 2 and self._random.random() < 0.25
        simple = all("-" not in name for name in surnames)
        for attempt in range(1000):
            both = "-".join(surnames) if joined and simple else self._random.choice(surnames)
            given_name = self._random.choice(WOMEN + MEN)
            if attempt > 100:
                given_name += f"-{self._random.choice(WOMEN + MEN)}"
            if (name := ("pupil", _key(both + given_name))) not in self._taken:
                self._taken.add(name)
                return Pupil(both, given_name)
        raise RuntimeError("the lists of names are too short for so many pupils")

    def _add_contacts(self, family: Family, *, share: bool) -> None:
        for parent in family.parents:
            if self._random.random() < 0.92:
                parent.email = self._email(parent)
            if self._mobiles and self._random.random() < 0.93:
                parent.mobile = self._written(f"063998{self._mobiles.pop():04d}")
        if share:
            # One couple in fifteen has one address for two.
            self._couples += 1
            if self._couples % 15 == 1:
                shared = family.parents[0].email or self._email(family.parents[0])
                for parent in family.parents:
                    parent.email = shared

    def _email(self, parent: Parent) -> str:
        stem = f"{_key(parent.given_name)}.{_key(parent.surname)}"
        address = f"{stem}@{self._random.choice(_DOMAINS)}"
        number = 1
        while address in self._emails:
            number += 1
            address = f"{stem}{number}@{self._random.choice(_DOMAINS)}"
        self._emails.add(address)
        return address

    def _written(self, number: str) -> str:
        """Write a telephone number in one of the ways that families have."""
        pairs = [number[k : k + 2] for k in range(0, 10, 2)]
        return self._random.choice(("", " ", " ", ".")).join(pairs)

    def _landline(self) -> str:
        return self._written(f"019900{self._random.randrange(10_000):04d}")

    def _address(self) -> str:
        return f"{self._random.randint(1, 99)} {self._random.choice(_STREETS)}"


def _key(name: str) -> str:
    spread = unicodedata.normalize("NFKD", name.replace("ø", "o")).casefold()
    return "".join(c for c in spread if c.isascii() and c.isalnum())
