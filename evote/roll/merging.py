# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which lines are one person: docs/roll.md, *Qui est la même personne*.

Two lines are one elector if surname and given name agree, something else joins them (a child, an
e-mail address or a mobile), and nothing speaks against it (civility, another birth name). What is
only probable stays two electors: a person settles it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from evote.roll.names import differ_by_one_letter, fold, key
from evote.roll.onde import ParentLine

_COMPARED_AT_MOST = 20


@dataclass(slots=True)
class Person:
    """Lines found to be one person, while they are being gathered.

    ``marks`` are what can join two lines: children, addresses, mobiles.
    """

    lines: list[ParentLine]
    civilities: set[str] = field(default_factory=set)
    usages: set[str] = field(default_factory=set)
    families: set[str] = field(default_factory=set)
    marks: set[tuple[str, ...]] = field(default_factory=set)

    @property
    def first(self) -> ParentLine:
        """The line of the file that comes first, by which the person is shown."""
        return self.lines[0]

    @property
    def given(self) -> str:
        """The key of the given name, empty where none is known."""
        return key(self.first.given_name)

    @property
    def shown(self) -> set[str]:
        """The keys of the surnames under which the person is shown."""
        return {line.shown for line in self.lines}

    @property
    def surnames(self) -> set[str]:
        """The keys of all surnames of the person."""
        return self.usages | self.families

    def children(self) -> set[tuple[str, ...]]:
        """The marks that are children."""
        return {mark for mark in self.marks if mark[0] == "child"}


def gather(lines: Iterable[ParentLine]) -> list[Person]:
    """Return the persons in the order of their first lines."""
    persons: dict[int, Person] = {}
    holders: dict[tuple[str, ...], list[int]] = {}
    for number, line in enumerate(lines):
        person = _begin(line)
        for address in _addresses(person):
            for other in list(holders.get(address, ())):
                if other in persons and _are_one(persons[other], person):
                    person = _join(persons.pop(other), person)
        persons[number] = person
        for address in _addresses(person):
            kept = [n for n in holders.get(address, ()) if n in persons]
            holders[address] = [*kept, number]
    return sorted(persons.values(), key=lambda p: p.first.row)


def find_possible_duplicates(persons: Sequence[Person]) -> Iterator[tuple[Person, Person]]:
    """Yield pairs, earlier then later, that may be one person; each later one at most once."""
    by_name: dict[tuple[str, str], list[int]] = {}
    by_mark: dict[tuple[str, ...], list[int]] = {}
    for number, person in enumerate(persons):
        names = [(surname, person.given) for surname in person.surnames]
        near = [n for name in names for n in by_name.get(name, ())[:_COMPARED_AT_MOST]]
        near += [n for mark in person.marks for n in by_mark.get(mark, ())[:_COMPARED_AT_MOST]]
        for other in sorted(set(near)):
            if _may_be_one(persons[other], person):
                yield persons[other], person
                break
        for name in names:
            by_name.setdefault(name, []).append(number)
        for mark in person.marks:
            by_mark.setdefault(mark, []).append(number)


def _begin(line: ParentLine) -> Person:
    marks: set[tuple[str, ...]] = set()
    marks |= {("child", *names) for child in line.children for names in child.keys}
    marks |= {("email", line.email)} if line.email else set()
    marks |= {("mobile", line.mobile)} if line.mobile else set()
    return Person(
        lines=[line],
        civilities={line.civility} - {""},
        usages={line.usage} - {""},
        families={line.family} - {""},
        marks=marks,
    )


def _addresses(person: Person) -> Iterator[tuple[str, ...]]:
    """Yield where to look for lines that may be the same person: a given name and a mark."""
    if person.given:
        for mark in sorted(person.marks):
            yield (person.given, *mark)


def _are_one(one: Person, other: Person) -> bool:
    return _same_surname(one, other) and not _contradict(one, other)


def _same_surname(one: Person, other: Person) -> bool:
    same = one.shown & other.shown or one.families & other.families
    return bool(same - {""})


def _contradict(one: Person, other: Person) -> bool:
    return (
        len(one.civilities | other.civilities) > 1
        or len(one.usages | other.usages) > 1
        or len(one.families | other.families) > 1
    )


def _join(one: Person, other: Person) -> Person:
    return Person(
        lines=sorted([*one.lines, *other.lines], key=lambda line: line.row),
        civilities=one.civilities | other.civilities,
        usages=one.usages | other.usages,
        families=one.families | other.families,
        marks=one.marks | other.marks,
    )


def _may_be_one(one: Person, other: Person) -> bool:
    joined = bool(one.marks & other.marks)
    if one.given == other.given and one.surnames & other.surnames:
        if joined:
            return bool(one.given) or not _contradict(one, other)
        return bool(one.given) and _are_one(one, other)
    if not joined or len(one.civilities | other.civilities) > 1:
        return False
    return _nearly_same_name(one, other)


def _nearly_same_name(one: Person, other: Person) -> bool:
    """Tell whether a slip of the pen may separate two names; a child or contact is shared."""
    if one.given == other.given and one.given:
        return any(differ_by_one_letter(a, b) for a in one.surnames for b in other.surnames)
    if not one.children() & other.children():
        return False
    if one.given in other.surnames and other.given in one.surnames:
        return True
    if not one.surnames & other.surnames or not one.marks & other.marks - one.children():
        return False
    first, second = (fold(p.first.given_name).split() for p in (one, other))
    shorter = min(len(first), len(second))
    return shorter > 0 and first[:shorter] == second[:shorter]
