# SPDX-License-Identifier: AGPL-3.0-or-later
"""An ONDE *responsables* export as parent lines, each with what is odd in it: docs/roll.md.

Whatever the election does not need (addresses, occupations, birth dates, land lines) is left
behind here and goes no further.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from evote.roll.anomalies import Code
from evote.roll.columns import Columns, count_known, read_header
from evote.roll.contacts import (
    decode_email,
    decode_mobile,
    has_kept_zero,
    has_lost_zero,
    is_overflow,
)
from evote.roll.files import refuse
from evote.roll.lines import SEPARATORS, Record, read_records, split_lines
from evote.roll.model import Anomaly, Child
from evote.roll.names import clean, fold, is_placeholder, key
from evote.roll.wording import odd_name, quote

_COUNTS = ("total", "nombre", "nb ")
_CIVILITIES = {
    **dict.fromkeys(("m", "mr", "monsieur"), "M"),
    **dict.fromkeys(("mme", "mlle", "madame", "mademoiselle"), "F"),
}
_YES = frozenset({"o", "oui", "1", "x", "vrai", "true"})
_NO = frozenset({"n", "non", "0", "faux", "false"})
_HEADER_WITHIN = 6
_PHONES = ("mobile", "home", "work")


@dataclass(frozen=True, slots=True)
class ChildLine:
    """A child as one line has it; two lines speak of one child if their keys meet."""

    child: Child
    keys: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ParentLine:
    """A parent as one line has it.

    ``usage`` and ``family`` are the keys of the two surnames, ``usage`` empty where it says nothing
    more; ``civility`` is ``"M"``, ``"F"`` or ``""``.
    """

    row: int
    civility: str
    surname: str
    given_name: str
    usage: str
    family: str
    email: str
    mobile: str
    consent: bool | None
    children: tuple[ChildLine, ...]

    @property
    def shown(self) -> str:
        """The key of the surname that is shown: the one in use, else the family's."""
        return self.usage or self.family


def read_export(text: str) -> tuple[tuple[ParentLine, ...], tuple[Anomaly, ...]]:
    """Return the parent lines, in order, and the anomalies that a line shows by itself.

    Raises:
        Unreadable: not an ONDE *responsables* export, or one that a spreadsheet has damaged.
    """
    columns, header_row, records = _find_header(text)
    records = [r for r in records if not columns.are_repeated_by(r.fields)]
    if records and _is_footer(records[-1], columns):
        records.pop()
    if not records:
        raise refuse("ce fichier n'a que des en-têtes : aucune ligne de responsable")
    _refuse_resaved(records, columns)
    anomalies: list[Anomaly] = []
    if "given_name" not in columns.parent:
        message = "la colonne « Prénom responsable » manque : les prénoms sont à compléter"
        anomalies.append(Anomaly(Code.MISSING_GIVEN_NAME_COLUMN, header_row, message))
    lines = [_LineReader(record, columns, anomalies).read() for record in records]
    return tuple(line for line in lines if line is not None), tuple(anomalies)


def _find_header(text: str) -> tuple[Columns, int, list[Record]]:
    """Return the columns, the header's line and the records after it, for the best separator."""
    lines = split_lines(text)
    best, header, separator = 0, Record(1, ()), SEPARATORS[0]
    for candidate in SEPARATORS:
        for record in read_records(lines[:_HEADER_WITHIN], candidate):
            known = count_known(record.fields)
            if known > best:
                best, header, separator = known, record, candidate
    if best < 3:
        raise refuse("ce fichier n'a pas les colonnes d'une extraction ONDE « Responsables »")
    columns = read_header(header.fields)
    records = [r for r in read_records(lines, separator) if r.row > header.row]
    return columns, header.row, records


def _is_footer(record: Record, columns: Columns) -> bool:
    """Tell whether the last record is the non-data line that ONDE sometimes adds."""
    filled = [at for at, field in enumerate(record.fields) if field.strip()]
    if len(filled) <= 2 and fold(record.fields[filled[0]]).startswith(_COUNTS):
        return True
    if len(filled) > 2 or fold(record.fields[filled[0]]) in _CIVILITIES:
        return False
    places = [columns.parent[p] for p in ("usage", "surname", "given_name") if p in columns.parent]
    places += [at for child in columns.children for at in child.values()]
    return len(record.fields) <= 2 or not set(filled).intersection(places)


def _refuse_resaved(records: Sequence[Record], columns: Columns) -> None:
    """Refuse a file from which a spreadsheet has taken digits, before anything is made of it."""
    lost = kept = 0
    places = [columns.parent[phone] for phone in _PHONES if phone in columns.parent]
    for record in records:
        phones = [record.fields[at] for at in places if at < len(record.fields)]
        hashes = [field for field in record.fields if set(field.strip()) == {"#"}]
        if any(is_overflow(text) for text in (*phones, *hashes)):
            raise refuse(
                f"un tableur a réenregistré ce fichier et perdu des chiffres (ligne {record.row})"
            )
        lost += sum(has_lost_zero(text) for text in phones)
        kept += sum(has_kept_zero(text) for text in phones)
    if lost >= 2 and lost > kept:
        raise refuse(
            "un tableur a réenregistré ce fichier : les numéros de téléphone ont perdu leur "
            "premier zéro"
        )


class _LineReader:
    """Reads one record, adding to ``anomalies`` what is odd in it."""

    def __init__(self, record: Record, columns: Columns, anomalies: list[Anomaly]) -> None:
        self._record = record
        self._columns = columns
        self._anomalies = anomalies
        # What a line that was cut lacks is said once, not part by part.
        self._is_cut = len(record.fields) <= columns.children[0]["given_name"]

    def read(self) -> ParentLine | None:
        """Return the line, or None where it names nobody."""
        self._check_width()
        usage, family = self._name("usage"), self._name("surname")
        given_name = self._name("given_name")
        surname = usage or family
        if not self._check_names(surname, given_name):
            return None
        return ParentLine(
            row=self._record.row,
            civility=_CIVILITIES.get(fold(self._text("civility")), ""),
            surname=surname,
            given_name=given_name,
            usage="" if key(usage) == key(family) else key(usage),
            family=key(family),
            email=self._email(),
            mobile=self._mobile(),
            consent=_consent(self._text("consent")),
            children=self._children(),
        )

    def _report(self, code: Code, message: str) -> None:
        self._anomalies.append(Anomaly(code, self._record.row, message))

    def _at(self, place: int | None) -> str:
        fields = self._record.fields
        return fields[place] if place is not None and place < len(fields) else ""

    def _text(self, part: str) -> str:
        return clean(self._at(self._columns.parent.get(part)))

    def _name(self, part: str) -> str:
        text = self._text(part)
        return "" if is_placeholder(text) else text

    def _check_width(self) -> None:
        width = len(self._record.fields)
        groups = self._columns.children_within(width)
        end = max(len(self._columns.names), max(groups[-1].values()) + 1)
        if self._record.misquoted:
            self._report(Code.MISQUOTED_LINE, "un guillemet de cette ligne n'est pas fermé")
        elif self._is_cut:
            self._report(Code.SHORT_LINE, "cette ligne est coupée avant le nom de l'enfant")
        elif any(field.strip() for field in self._record.fields[end:]):
            message = "cette ligne a plus de colonnes que l'en-tête : elles sont peut-être décalées"
            self._report(Code.LONG_LINE, message)

    def _check_names(self, surname: str, given_name: str) -> bool:
        who = f"« {quote(f'{surname} {given_name}')} »"
        if not surname and not given_name:
            message = (
                "ni nom ni prénom : cette ligne ne compte pas tant qu'elle n'est pas complétée"
            )
            self._report(Code.MISSING_SURNAME, message)
            return False
        if not surname:
            self._report(Code.MISSING_SURNAME, f"le nom de famille de {who} manque")
        odd = dict(odd_name(surname, given_name))
        for code, message in odd.items():
            self._report(code, message)
        expected = "given_name" in self._columns.parent and Code.ORGANISATION not in odd
        if not given_name and expected and not self._is_cut:
            self._report(Code.MISSING_GIVEN_NAME, f"le prénom de {who} manque")
        return True

    def _email(self) -> str:
        written = self._text("email")
        address = decode_email(written)
        if address is None:
            message = f"« {quote(written)} » n'est pas une adresse électronique : elle est ignorée"
            self._report(Code.INVALID_EMAIL, message)
        return address or ""

    def _mobile(self) -> str:
        written = self._text("mobile")
        mobile = decode_mobile(written)
        if mobile is None:
            message = f"« {quote(written)} » n'est pas un numéro de téléphone : il est ignoré"
            self._report(Code.INVALID_PHONE, message)
        # Some families give their mobile as the number of the home.
        return mobile or decode_mobile(self._text("home")) or ""

    def _children(self) -> tuple[ChildLine, ...]:
        groups = self._columns.children_within(len(self._record.fields))
        found = [child for group in groups if (child := self._child(group)) is not None]
        if not found and not self._is_cut:
            self._report(Code.MISSING_CHILD, "aucun enfant sur cette ligne")
        return tuple(found)

    def _child(self, group: dict[str, int]) -> ChildLine | None:
        parts = {part: clean(self._at(at)) for part, at in group.items()}
        if not any(parts.values()):
            return None
        usage, family, given_name = (
            "" if is_placeholder(text) else text
            for text in (parts.get(p, "") for p in ("usage", "surname", "given_name"))
        )
        surname = usage or family
        if not surname and not given_name:
            return None
        if not surname or not given_name:
            message = (
                f"l'enfant « {quote(surname or given_name)} » n'a pas de nom et prénom complets"
            )
            self._report(Code.INCOMPLETE_CHILD, message)
        for code, message in odd_name(surname, given_name, of_child=True):
            self._report(code, message)
        surnames = (name for name in (usage, family) if name and given_name)
        keys = frozenset((key(name), key(given_name)) for name in surnames)
        return ChildLine(Child(surname, given_name, parts.get("school_class", "")), keys)


def _consent(text: str) -> bool | None:
    folded = fold(text)
    return True if folded in _YES else False if folded in _NO else None
