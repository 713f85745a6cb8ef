# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whole records of version 2 as files, damaged by whoever keeps them: docs/protocol.md §17.1."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from audit.record import Record
from tests.tamper.damage import NOTHING, ids, said
from tests.tamper.forge.logs import board_key, journal_key
from tests.tamper.forge.papers import stamped
from tests.tamper.forge.remake import Forge, Touch
from tests.tamper.forge.texts import canonical
from tests.tamper.forge.world import World, served_school
from tests.tamper.surgery import Archive
from tests.tamper.verifier import Report, verify

SERVED = served_school()
NO_JOURNAL = "C28..C31"  # what C27 leaves out of reach
JOURNAL, BOARD, ENTRIES = "journal.jsonl", "board.checkpoint", "journal.checkpoint"


@dataclass(slots=True)
class Files:
    """A record in hand: the board, the journal's lines, and the two checkpoints."""

    archive: Archive
    lines: list[bytes]
    uuid: str = SERVED.uuid
    instead: dict[str, bytes | None] = field(default_factory=dict)  # of our own; None: left out

    def events(self) -> list[bytes]:
        return [member.content for member in self.archive.members if member.is_event]

    def files(self) -> dict[str, bytes]:
        """Everything beside the archive, checkpoints published anew for what stands there now."""
        own: dict[str, bytes | None] = {
            JOURNAL: b"".join(line + b"\n" for line in self.lines),
            BOARD: stamped(self.events(), board_key(self.uuid)),
            ENTRIES: stamped(self.lines, journal_key(self.uuid)),
        }
        kept = own | self.instead
        return {name: data for name, data in kept.items() if data is not None}

    def verify(self, *, since: Files | None = None, alone: bool = False) -> Report:
        """The verdict on the record, or on its archive alone, perhaps after an earlier record."""
        files = None if alone else self.files()
        if since is None:
            return verify(self.archive.write(), files=files)
        with tempfile.TemporaryDirectory(prefix="since-") as folder:
            path = Path(folder) / "old.bel"
            path.write_bytes(since.archive.write())
            earlier = Record.of(path, since.files())
            return verify(self.archive.write(), files=files, since=earlier)


def served(
    touch: Mapping[str, Touch] = NOTHING, *, world: World = SERVED, until: str = "Result"
) -> Files:
    """The record of an election made by someone who holds its secrets."""
    forge = Forge(world, touch, until=until)
    return Files(forge.make(), forge.lines, world.uuid)


def publishable(world: World, until: str = "Result") -> Iterator[Files]:
    """Every record that the server could have published, from the sealing on."""
    forge = Forge(world, until=until)
    archive = forge.make()
    for members, lines in forge.published:
        yield Files(Archive(archive.head, archive.members[:members]), forge.lines[:lines])


# ------------------------------------------------------------------ damages


@dataclass(frozen=True, slots=True)
class RecordDamage:
    """What is done to a record, and the checks that fail and that are not reached for it."""

    make: Callable[[], Files]
    fails: str
    not_reached: str = ""
    status: int = 1


Table = dict[str, RecordDamage]


def made(
    fails: str,
    not_reached: str = "",
    touch: Mapping[str, Touch] = NOTHING,
    *,
    world: World = SERVED,
    until: str = "Result",
) -> RecordDamage:
    """Made so by a server and a committee that agree to cheat: everything is signed anew."""
    return RecordDamage(lambda: served(touch, world=world, until=until), fails, not_reached)


def kept(
    fails: str,
    not_reached: str,
    change: Callable[[Files], object],
    *,
    world: World = SERVED,
    until: str = "Result",
) -> RecordDamage:
    """Changed afterwards by a server that holds its own two keys alone; it signs them anew."""

    def make() -> Files:
        files = served(world=world, until=until)
        change(files)
        return files

    return RecordDamage(make, fails, not_reached)


def assert_noticed(damage: RecordDamage) -> None:
    """The exit status, and each check's outcome, are those that the table gives."""
    report = damage.make().verify()
    assert said(report) == (damage.status, ids(damage.fails), ids(damage.not_reached)), report.text


def edited(number: int, change: Touch) -> Callable[[Files], None]:
    """One entry changed, written canonically."""

    def apply(files: Files) -> None:
        value = json.loads(files.lines[number])
        changed = change(value)
        value = value if changed is None else changed
        files.lines[number] = value if isinstance(value, bytes) else canonical(value)

    return apply
