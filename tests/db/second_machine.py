# SPDX-License-Identifier: AGPL-3.0-or-later
"""A backup of a school, what outsiders have kept of it, and a second machine to restore it on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evote.backup.reading import opened_backup
from evote.backup.recovery import RecoveryKey, make_recovery_key
from evote.backup.writing import Backup, Places, write_backup
from evote.board.published import read_published
from evote.casting import Outcome
from evote.clock import Clock
from evote.credentials.desk import code_key
from evote.credentials.reissuing import Reissue, reissue
from evote.credentials.sealed import DeskMemory
from evote.credentials.signed_in import signed_in
from evote.database.connection import Database
from evote.database.migrating import newest_schema
from evote.election.desk_messages import SignedInMessage
from evote.keys import KeyFolder
from evote.restoring.brought import Brought
from evote.restoring.leaving_out import LeftOut
from evote.restoring.marking import mark_sign_ins
from evote.restoring.note_files import read_notes
from evote.restoring.one_election import Restored
from evote.restoring.restore import Target, restore
from evote.restoring.standing import Ground, Rests
from evote.roll.sign_in_file import SignInNumbers
from protocol.codes import sign_in_number
from protocol.journal import decode_journal
from protocol.journal_bodies import Reissued
from protocol.merkle import LogPosition
from tally.record import opened_record
from tests.db.rows import all_rows
from tests.db.school import ManualClock, School, roll_of
from tests.simulator import CLOSES_AT, SimulatedElection

SCHEMA = newest_schema()


@dataclass(frozen=True)
class Saved:
    """A backup and what opens it."""

    files: Backup
    key: RecoveryKey


def save(school: School, folder: Path, clock: Clock | None = None) -> Saved:
    folder.mkdir(exist_ok=True)
    key, places = make_recovery_key(), Places(folder, folder)
    now = clock or ManualClock()
    return Saved(write_backup(school.database, school.folder, key.public, places, now), key)


def keep_record(school: School, folder: Path) -> Path:
    """What somebody downloads after a step: the folder of the record."""
    folder.mkdir()
    for name, data in school.record().items():
        (folder / name).write_bytes(data)
    return folder


@dataclass
class Machine:
    """An empty database, and a folder for keys."""

    database: Database
    folder: KeyFolder
    clock: ManualClock
    asked: list[tuple[dict[str, Ground], int]] = field(default_factory=list)
    strangers: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def confirm(self, rests: Rests) -> None:
        """Stand by everything, and remember what it was."""
        grounds = {each.uuid: each.ground for each in rests.standings}
        self.asked.append((grounds, rests.written))
        self.strangers, self.left_out = rests.strangers, rests.left_out

    def restore(
        self,
        saved: Saved,
        *,
        seen: tuple[Path, ...] = (),
        complete: Mapping[str, Path] | None = None,
        sign_ins: Mapping[str, SignedInMessage] | None = None,
        unseen: tuple[str, ...] = (),
        without: tuple[str, ...] = (),
        check: bool = False,
    ) -> tuple[Restored, ...]:
        records = complete or {}
        notes = [note for path in (*seen, *records.values()) for note in read_notes(path).notes]
        said = frozenset(unseen), frozenset(without)
        brought = Brought(tuple(notes), records, sign_ins or {}, *said, seen)
        target = Target(self.database, self.folder, self.clock)
        with opened_backup(saved.files.data, saved.files.keys, saved.key, SCHEMA) as backup:
            return restore(target, backup, brought, self.confirm, check=check)

    def school(self, of: School) -> School:
        """The same school, on this machine."""
        return School(self.database, self.folder, of.election, self.clock, of.pins, of.seconds)


@dataclass
class Desk:
    """The credential desk of a simulated election, as it goes on replacing letters."""

    election: SimulatedElection
    memory: DeskMemory = field(init=False)
    numbers: SignInNumbers = field(init=False)

    def __post_init__(self) -> None:
        election, roll = self.election, roll_of(self.election.electors)
        own = election.codes[: election.electors]
        keys = tuple(code_key(election.uuid, code) for code in own)
        reserves = tuple(election.codes[election.electors :])
        self.memory = DeskMemory(election.uuid, roll.digest(), keys, reserves)
        by_number = {sign_in_number(election.uuid, code): i for i, code in enumerate(own, 1)}
        self.numbers = SignInNumbers(election.uuid, roll.digest(), by_number)

    def replace(self, elector: int) -> Reissue:
        """Replace the letter of an elector, counted from 1."""
        done = reissue(self.memory, self.numbers, elector, ())
        self.memory, self.numbers = done.memory, done.numbers
        return done

    def signed_in(self, record: Path) -> SignedInMessage:
        """What the desk writes for the server after a disaster."""
        entries = decode_journal((record / "journal.jsonl").read_bytes())
        revoked = [entry.body.revoked for entry in entries if isinstance(entry.body, Reissued)]
        with opened_record(record) as opened:
            voted = [each.ballot.credential for each in opened.board.ballots()]
            board = LogPosition.of_leaves(opened.board.leaf_hashes)
        return signed_in(self.memory, self.numbers, board, voted, revoked)


def vote(school: School, electors: range) -> None:
    for elector in electors:
        assert school.cast(elector).outcome is Outcome.RECORDED
    school.publisher.publish(school.uuid)


def is_untouched(machine: Machine) -> bool:
    rows = {name: rows for name, rows in all_rows(machine.database).items() if rows}
    return not rows and not list(machine.folder.path.iterdir())


def sizes(school: School) -> tuple[int, int]:
    with school.database.read() as connection:
        published = read_published(connection, school.held())
    return published.board.size, published.journal.size


def verify_since(later: Path, earlier: Path) -> None:
    command = [sys.executable, "-m", "audit", "verify", str(later), "--since", str(earlier)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def hold_to_the_end(machine: Machine, there: School, folder: Path, *, since: Path) -> None:
    """Close and count at a restored school; its record continues the one from before."""
    machine.clock.time = CLOSES_AT + 301
    there.close()
    there.count()
    verify_since(keep_record(there, folder), since)


def give(school: School, message: SignedInMessage) -> int:
    with school.database.write() as connection:
        keys = school.folder.load(school.uuid)
        return mark_sign_ins(connection, school.held(), keys, message, school.clock())
