# SPDX-License-Identifier: AGPL-3.0-or-later
"""A CSV text as records, each knowing the physical line where it begins: docs/roll.md.

A quoted field may hold line ends. A quotation mark that is never closed must not swallow the
families that follow: such a line is cut as it stands, marked, and reading goes on at the next.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

SEPARATORS: Final = ";,\t"
_MAX_LINES_PER_RECORD: Final = 12


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of one record; ``row`` is its first physical line, counted from 1."""

    row: int
    fields: tuple[str, ...]
    misquoted: bool = False

    @property
    def is_blank(self) -> bool:
        """True where no field holds anything."""
        return not any(field.strip() for field in self.fields)


def split_lines(text: str) -> list[str]:
    """Cut at CR LF, LF or CR, and nowhere else; the ends stay on the lines."""
    return list(io.StringIO(text, newline=""))


def read_records(lines: list[str], separator: str) -> Iterator[Record]:
    """Yield every record that is not blank."""
    at = 0
    while at < len(lines):
        record, used = _read_record(lines, at, separator)
        if not record.is_blank:
            yield record
        at += used


def _read_record(lines: list[str], at: int, separator: str) -> tuple[Record, int]:
    for used in range(1, min(_MAX_LINES_PER_RECORD, len(lines) - at) + 1):
        fields = _parse("".join(lines[at : at + used]), separator)
        if fields is None:
            continue
        if used == 1 or not _swallowed_a_record(fields, separator):
            return Record(at + 1, fields), used
        break
    bare = lines[at].rstrip("\r\n").split(separator)
    return Record(at + 1, tuple(field.strip('"') for field in bare), misquoted=True), 1


def _parse(text: str, separator: str) -> tuple[str, ...] | None:
    """Return the fields, or None where quotation marks are not in order."""
    try:
        rows = list(csv.reader([text], delimiter=separator, strict=True))
    except csv.Error:
        return None
    return tuple(rows[0]) if rows else ()


def _swallowed_a_record(fields: tuple[str, ...], separator: str) -> bool:
    return any(field.count(separator) >= 3 for field in fields if "\n" in field or "\r" in field)
