# SPDX-License-Identifier: AGPL-3.0-or-later
"""The journal's file, entry by entry: docs/protocol.md §19.1.

Here bytes become entries, strictly. What an entry says of the board, and whether the whole is a
permitted story, is left to C27 to C30.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from audit.archive import MAX_FAULTS
from audit.as_given import LINE_ENDS, has_line_ends_of_others
from audit.binding import YEAR_10000
from audit.bodies import BODIES, Body, read_position
from audit.record import MAX_JOURNAL
from audit.signatures import Signature, read_signatures
from audit.strict_json import INTEGER_BOUND, decode_datum, read_integer, read_object, read_text
from audit.tree import earlier_roots, leaf_hash
from audit.words import Malformed, Text, shown

MAX_ENTRY = 2**16 - 1  # an entry fits in a tile (§18.8)
MINUTE = 60
AMENDMENTS = ("hours-changed", "booth-replaced")
SIGNED = (*AMENDMENTS, "closing-signed")  # §19.4
_MEMBERS = "evote_journal uuid index at board kind body"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the right form (§19.1)."""

    uuid: str
    index: int
    at: int
    size: int  # of the board at that moment
    root: str
    kind: str
    body: Body
    signatures: tuple[Signature, ...]


@dataclass(frozen=True)
class Journal:
    """All entries, with the hash of each as a leaf, and the faults of those that have not its form.

    Args:
        entries: those that could be read.
        lines: how many there are.
        leaves: 32 bytes a line, for the journal's tree (§18.1).
        faults: of form; with any, ``entries`` tells nothing.
    """

    entries: tuple[Entry, ...]
    lines: int
    leaves: bytes = field(repr=False)
    faults: tuple[Text, ...]

    def of_kind(self, *kinds: str) -> list[Entry]:
        """The entries of one kind, or of several, in order; none of a journal at fault."""
        return [] if self.faults else [entry for entry in self.entries if entry.kind in kinds]

    def root(self, size: int) -> str:
        """The root of the first so many entries, in hexadecimal."""
        return earlier_roots(self.leaves, [size])[size].hex()

    @cached_property
    def last(self) -> dict[str, Entry]:
        """The last entry of each kind."""
        return {entry.kind: entry for entry in self.of_kind(*BODIES)}


def decode_journal(data: bytes) -> Journal:
    """The journal that these bytes are (§19.1), with a fault for each line that is none.

    Changed line ends are told once, with what to do: canonical JSON has no such byte of its own.
    """
    if len(data) > MAX_JOURNAL:
        return Journal((), 0, b"", (_text("plus de 16 Mio", "over 16 MiB"),))
    faults: list[Text] = []
    *lines, rest = data.split(b"\n")
    if rest:
        faults.append(_text("pas de fin de ligne à la fin", "no newline at the end"))
    entries = tuple(_entries(lines, faults))
    leaves = b"".join(leaf_hash(line) for line in lines)
    if has_line_ends_of_others(data):
        faults = [LINE_ENDS]
    return Journal(entries, len(lines), leaves, tuple(faults))


def _entries(lines: list[bytes], faults: list[Text]) -> Iterator[Entry]:
    for number, line in enumerate(lines):
        try:
            yield decode_entry(line)
        except Malformed as refusal:
            if len(faults) < MAX_FAULTS:
                faults.append(refusal.text.at(place(number)))


def decode_entry(data: bytes) -> Entry:
    """One entry: canonical JSON, the members of its kind, no other (§19.1)."""
    if len(data) > MAX_ENTRY:
        raise Malformed("plus de 65 535 octets (§19.1)", "over 65,535 bytes (§19.1)")
    value = decode_datum(data, canonical=True)
    kind = value.get("kind") if isinstance(value, dict) else None
    signed = isinstance(kind, str) and kind in SIGNED
    fields = read_object(value, _MEMBERS + (" signatures" if signed else ""), strict=True)
    read_integer(fields["evote_journal"], "evote_journal", 1, 1)
    read_body = BODIES.get(read_text(kind, "kind"))
    if read_body is None:
        name = shown(str(kind))
        raise Malformed(f"genre « {name} » inconnu (§19.2)", f"unknown kind “{name}” (§19.2)")
    size, root = read_position(fields["board"], "board")
    return Entry(
        uuid=read_text(fields["uuid"], "uuid"),
        index=read_integer(fields["index"], "index", 0, INTEGER_BOUND - 1),
        at=_minute(fields["at"]),
        size=size,
        root=root,
        kind=str(kind),
        body=read_body(fields["body"]),
        signatures=read_signatures(fields["signatures"]) if signed else (),
    )


def _minute(value: Any) -> int:  # noqa: ANN401
    at = read_integer(value, "at", 0, YEAR_10000 - 1)
    if at % MINUTE:
        raise Malformed(
            "l'heure n'est pas arrondie à la minute (§19.1)", "time not of a minute (§19.1)"
        )
    return at


def place(number: int) -> Text:
    """How a sentence names one entry."""
    return Text(f"entrée {number} du journal", f"journal entry {number}")


def _text(fr: str, en: str) -> Text:
    return Text(f"{fr} (§19.1)", f"{en} (§19.1)")
