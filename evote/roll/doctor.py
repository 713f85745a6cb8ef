# SPDX-License-Identifier: AGPL-3.0-or-later
"""The roll doctor: one elector per person, and everything a person has to settle: docs/roll.md."""

from collections.abc import Iterable, Iterator, Sequence

from evote.roll.anomalies import Code
from evote.roll.files import decode_text
from evote.roll.merging import Person, find_possible_duplicates, gather
from evote.roll.model import Anomaly, Child, Elector, Roll
from evote.roll.names import fold
from evote.roll.onde import ChildLine, ParentLine, read_export
from evote.roll.wording import list_rows, quote


def check_roll(data: bytes) -> Roll:
    """Return the electors of an ONDE *responsables* export and what is to be settled.

    Raises:
        Unreadable: not such an export, or one whose content was lost.
    """
    lines, odd = read_export(decode_text(data))
    persons = gather(lines)
    electors = tuple(_elector(person) for person in persons)
    anomalies = [
        *odd,
        *_several_contacts(persons),
        *_possible_duplicates(persons),
        *_shared(electors, Code.SHARED_EMAIL),
        *_shared(electors, Code.SHARED_PHONE),
        *_several_classes(lines),
        *_many_parents(persons),
    ]
    order = list(Code)
    anomalies.sort(key=lambda a: (a.row, order.index(a.code)))
    return Roll(electors, tuple(anomalies))


def _elector(person: Person) -> Elector:
    first = person.first
    return Elector(
        surname=first.surname,
        given_name=first.given_name,
        email=next((line.email for line in person.lines if line.email), ""),
        mobile=next((line.mobile for line in person.lines if line.mobile), ""),
        consent=_consent(line.consent for line in person.lines),
        children=_distinct(child for line in person.lines for child in line.children),
        rows=tuple(line.row for line in person.lines),
    )


def _consent(values: Iterable[bool | None]) -> bool | None:
    """Return the agreement of all lines: a single refusal is a refusal."""
    said = [value for value in values if value is not None]
    return all(said) if said else None


def _distinct(children: Iterable[ChildLine]) -> tuple[Child, ...]:
    kept: list[ChildLine] = []
    for child in children:
        same = (k for k in kept if k.keys & child.keys or k.child == child.child)
        if next(same, None) is None:
            kept.append(child)
    return tuple(line.child for line in kept)


def _several_contacts(persons: Iterable[Person]) -> Iterator[Anomaly]:
    for person in persons:
        emails = _first_rows((line.email, line.row) for line in person.lines)
        if len(emails) > 1:
            message = (
                f"plusieurs adresses électroniques, la première est gardée ({list_rows(emails)})"
            )
            yield Anomaly(Code.SEVERAL_EMAILS, emails[1], f"{_who(person.first)} a {message}")
        mobiles = _first_rows((line.mobile, line.row) for line in person.lines)
        if len(mobiles) > 1:
            message = f"plusieurs numéros de portable, le premier est gardé ({list_rows(mobiles)})"
            yield Anomaly(Code.SEVERAL_PHONES, mobiles[1], f"{_who(person.first)} a {message}")


def _first_rows(contacts: Iterable[tuple[str, int]]) -> list[int]:
    """Return the line where each different contact is first met."""
    rows: dict[str, int] = {}
    for contact, row in contacts:
        if contact:
            rows.setdefault(contact, row)
    return list(rows.values())


def _possible_duplicates(persons: Sequence[Person]) -> Iterator[Anomaly]:
    for one, other in find_possible_duplicates(persons):
        joined = "même enfant ou même contact" if one.marks & other.marks else "homonymes ?"
        message = (
            f"{_who(other.first)} est peut-être la même personne que {_who(one.first)}, "
            f"{list_rows([line.row for line in one.lines])} ({joined}) : deux électeurs "
            "tant que ce n'est pas tranché"
        )
        yield Anomaly(Code.POSSIBLE_DUPLICATE, other.first.row, message)


def _shared(electors: Sequence[Elector], code: Code) -> Iterator[Anomaly]:
    """Yield one anomaly for each address or number of several electors, at the second of them."""
    by_email = code is Code.SHARED_EMAIL
    holders: dict[str, list[Elector]] = {}
    for elector in electors:
        if contact := elector.email if by_email else elector.mobile:
            holders.setdefault(contact, []).append(elector)
    noun = "adresse électronique" if by_email else "numéro de portable"
    for contact, several in holders.items():
        if len(several) > 1:
            names = ", ".join(f"« {quote(f'{e.surname} {e.given_name}')} »" for e in several[:4])
            message = (
                f"même {noun} ({quote(contact)}) pour {len(several)} électeurs, "
                f"{list_rows([e.rows[0] for e in several])} : {names}"
            )
            yield Anomaly(code, several[1].rows[0], message)


def _several_classes(lines: Sequence[ParentLine]) -> Iterator[Anomaly]:
    seen: dict[tuple[str, str], tuple[Child, int]] = {}
    told: set[tuple[str, str]] = set()
    for line in lines:
        for child in line.children:
            for names in sorted(child.keys):
                before, row = seen.setdefault(names, (child.child, line.row))
                other = fold(before.school_class) != fold(child.child.school_class)
                if other and not told.intersection(child.keys):
                    told.update(child.keys)
                    yield _class_anomaly(before, row, child.child, line.row)


def _class_anomaly(before: Child, row: int, child: Child, at: int) -> Anomaly:
    message = (
        f"l'enfant « {quote(f'{child.surname} {child.given_name}')} » est en "
        f"« {quote(child.school_class) or 'aucune classe'} » ici et en "
        f"« {quote(before.school_class) or 'aucune classe'} » {list_rows([row])} : "
        "une erreur, ou deux enfants de même nom ?"
    )
    return Anomaly(Code.SEVERAL_CLASSES, at, message)


def _many_parents(persons: Sequence[Person]) -> Iterator[Anomaly]:
    holders: dict[tuple[str, str, str], list[Person]] = {}
    for person in persons:
        # In the order of the keys, so that the report is the same every time.
        found = {
            (*min(child.keys), fold(child.child.school_class))
            for line in person.lines
            for child in line.children
            if child.keys
        }
        for names in sorted(found):
            holders.setdefault(names, []).append(person)
    for names, several in holders.items():
        if len(several) > 2:
            rows = list_rows([person.first.row for person in several])
            child = _child_named(several[0], names[:2])
            message = f"{len(several)} responsables pour l'enfant {child} ({rows}) : qui vote ?"
            yield Anomaly(Code.MANY_PARENTS, several[2].first.row, message)


def _who(line: ParentLine) -> str:
    return f"« {quote(f'{line.surname} {line.given_name}')} »"


def _child_named(person: Person, names: tuple[str, str]) -> str:
    children = (child for line in person.lines for child in line.children)
    child = next(c.child for c in children if names in c.keys)
    return f"« {quote(f'{child.surname} {child.given_name}')} »"
