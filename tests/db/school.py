# SPDX-License-Identifier: AGPL-3.0-or-later
"""An election of the simulator, hosted in a database, with every parent's code and PIN at hand."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from evote.board.export import archive_chunks
from evote.board.journal import read_entries
from evote.board.reading import count_ballots
from evote.board.record import read_moment, record_archive
from evote.casting import Answer, Casting, CastRequest
from evote.clock import Clock
from evote.database.connection import Database
from evote.database.elections import HeldElection, find_election, lock_election
from evote.election.config import ElectionConfig
from evote.election.roll_file import encode_sealed_roll
from evote.keys import KeyFolder
from evote.lifecycle.boards import hosted_board
from evote.lifecycle.closing import ClosedVote, close_vote
from evote.lifecycle.counting import take_decryptions, tally_votes
from evote.lifecycle.drafting import make_draft
from evote.lifecycle.hosting import SealedFiles, host_election
from evote.lifecycle.story import read_story
from evote.lifecycle.voting import open_vote
from evote.messages import Message
from evote.outbox import deliver
from evote.pins import make_pins
from evote.publishing.publisher import Publisher
from evote.roll.model import Elector
from evote.roll.sealing import SealedRoll, commit_to_roll, seal_roll
from evote.roll.sign_in_file import SignInNumbers
from evote.roll.sign_ins import count_signed_in
from protocol.codes import sign_in_number
from protocol.decryption import make_partial_decryption
from protocol.events import EventKind
from protocol.journal import JournalEntry
from protocol.journal_bodies import ClosingSigned
from protocol.journal_signatures import EntryStatement
from protocol.result import Result
from protocol.rng import Rng
from protocol.secret import Secret
from protocol.server_binding import BOARD, JOURNAL
from protocol.trustee_signatures import sign_statement
from tally.count import TieBreak
from tally.messages import DecryptionMessage, SignedClosing
from tests.ceremonies import hold_ceremony
from tests.own_files import booth_files_of_tests
from tests.rng import seeded_rng
from tests.simulator import HOST, OPENS_AT, UUID, SimulatedElection

SALT = Secret(bytes(range(32)))
NOON = OPENS_AT + 40_000
CEREMONY = hold_ceremony(UUID, 3, 2, "")


def roll_of(electors: int) -> SealedRoll:
    """A roll whose every elector has another name and an address."""
    return seal_roll(
        Elector(f"NOM{n:04d}", "Camille", f"p{n}@exemple.fr", "", None, (), ())
        for n in range(electors)
    )


@dataclass
class ManualClock:
    """Stands still until it is moved."""

    time: int = NOON

    def __call__(self) -> int:
        return self.time


@dataclass
class Letterbox:
    """A transport that keeps the PINs, by elector."""

    pins: dict[int, Secret[str]] = field(default_factory=dict)

    def send(self, message: Message) -> None:
        self.pins[message.recipient.elector] = message.text


def make_election(
    electors: int, lists: int = 2, uuid: str = UUID, *, rehearsal: bool = False
) -> SimulatedElection:
    """Elector number i of the roll holds the code at place i - 1."""
    commitment = commit_to_roll(roll_of(electors), SALT)
    return SimulatedElection(
        votes=(),
        electors=electors,
        lists=lists,
        uuid=uuid,
        roll_commitment=commitment,
        held=CEREMONY if uuid == UUID else None,
        server=True,
        rehearsal=rehearsal,
        booth=booth_files_of_tests(uuid),
    )


def sealed_files(election: SimulatedElection) -> SealedFiles:
    """The files of the command line for this election."""
    roll = roll_of(election.electors)
    codes = election.codes[: election.electors]
    by_number = {sign_in_number(election.uuid, code): i for i, code in enumerate(codes, 1)}
    return SealedFiles(
        archive=election.archive(EventKind.SETUP),
        sign_in_numbers=SignInNumbers(election.uuid, roll.digest(), by_number).encode(),
        sealed_roll=encode_sealed_roll(
            election.uuid, election.roll_commitment, SALT, roll.canonical()
        ),
        electors=roll.electors,
    )


def draft(database: Database, folder: KeyFolder, election: SimulatedElection) -> bytes:
    """Begin the election on the server, with the simulator's own keys; return server.json."""
    evote = election.bindings
    config = ElectionConfig(
        election.election.name,
        "",
        evote.school,
        evote.seats,
        evote.lists,
        evote.opens_at,
        evote.closes_at,
        evote.grace_seconds,
        evote.rehearsal,
    )
    booth = election.server_binding.booth
    rng = _log_seeds(election)
    return make_draft(database, folder, election.uuid, config, f"https://{HOST}", booth, rng)


def _log_seeds(election: SimulatedElection) -> Rng:
    seeds = iter([election.log_key(log).seed.reveal() for log in (BOARD, JOURNAL)])
    return lambda _size: next(seeds)


@dataclass
class School:
    """A hosted election. ``elector`` counts from 0 here, as in the simulator."""

    database: Database
    folder: KeyFolder
    election: SimulatedElection
    clock: Clock
    pins: dict[int, Secret[str]]
    seconds: int = 60

    @cached_property
    def casting(self) -> Casting:
        return Casting(self.database, self.folder, self.clock, self.publisher)

    @cached_property
    def publisher(self) -> Publisher:
        return Publisher(self.database, self.folder, self.seconds, self.clock)

    @property
    def uuid(self) -> str:
        return self.election.uuid

    def number(self, elector: int) -> str:
        return sign_in_number(self.uuid, self.election.codes[elector])

    def pin(self, elector: int) -> Secret[str]:
        return self.pins[elector + 1]

    def ballot(self, elector: int, choice: int | None = 0, purpose: str = "ballot") -> bytes:
        return self.election.cast(elector, choice, purpose).encode()

    def request(self, elector: int, ballot: bytes | None = None) -> CastRequest:
        data = self.ballot(elector) if ballot is None else ballot
        return CastRequest(self.uuid, self.number(elector), self.pin(elector), data)

    def cast(self, elector: int, ballot: bytes | None = None) -> Answer:
        return self.casting.cast(self.request(elector, ballot))

    def held(self) -> HeldElection:
        with self.database.read() as connection:
            return find_election(connection, self.uuid)

    def counts(self) -> tuple[int, int]:
        """Ballots and sign-ins."""
        with self.database.read() as connection:
            held = find_election(connection, self.uuid)
            return count_ballots(connection, held), count_signed_in(connection, held)

    def archive(self) -> bytes:
        return b"".join(archive_chunks(self.database, self.uuid))

    def journal(self) -> tuple[JournalEntry, ...]:
        with self.database.read() as connection:
            return read_entries(connection, find_election(connection, self.uuid))

    def record(self) -> dict[str, bytes]:
        """The files of the record after a step, by name."""
        self.publisher.publish(self.uuid)
        moment = read_moment(self.database, self.uuid)
        archive = b"".join(record_archive(self.database, moment))
        return {f"{self.uuid}.bel": archive, **moment.files}

    def deliver_pins(self) -> None:
        """Take new PINs out of the outbox."""
        letters = Letterbox(self.pins)
        deliver(self.database, self.folder, letters, 0)

    def close(self) -> ClosedVote:
        """Close the vote; its time must have come."""
        with self.publisher.around(self.uuid):
            return close_vote(self.database, self.uuid, self.clock)

    def decryption(self, trustee: int) -> bytes:
        """What this trustee, from 1, sends after closing."""
        with self.database.read() as connection:
            closing = read_story(connection, find_election(connection, self.uuid)).told.closing
        assert closing is not None
        body = ClosingSigned.of(closing.body, closing.journal)
        election, rng = self.election, seeded_rng(f"hosted/{trustee}")
        with hosted_board(self.database, self.uuid) as board:
            context = board.context
        key = election.decryption_key(trustee)
        statement = EntryStatement(self.uuid, election.election.fingerprint, body)
        signed = sign_statement(election.keys(trustee), statement, trustee, rng)
        return DecryptionMessage(
            self.uuid,
            election.election.fingerprint,
            context.tally_event,
            trustee,
            make_partial_decryption(key, context, trustee, rng).encode(),
            SignedClosing(body, signed.signature),
        ).encode()

    def count(self, trustees: Sequence[int] = (1, 2), tie_break: TieBreak | None = None) -> Result:
        """Let these trustees decrypt, and publish the result."""
        files = {f"decryption-{i}.json": self.decryption(i) for i in trustees}
        take_decryptions(self.database, self.uuid, files)
        with self.publisher.around(self.uuid):
            return tally_votes(self.database, self.uuid, self.clock, tie_break)


def host(
    database: Database,
    keys: Path,
    election: SimulatedElection,
    clock: Clock,
    *,
    opened: bool = True,
    seconds: int = 60,
) -> School:
    """Host an election, publish it and give every parent a PIN."""
    keys.mkdir(mode=0o700, exist_ok=True)
    folder = KeyFolder(keys)
    draft(database, folder, election)
    return host_drafted(database, folder, election, clock, opened=opened, seconds=seconds)


def host_drafted(
    database: Database,
    folder: KeyFolder,
    election: SimulatedElection,
    clock: Clock,
    *,
    opened: bool = True,
    seconds: int = 60,
) -> School:
    """The same with an election whose draft is there."""
    letters = Letterbox()
    host_election(database, folder, sealed_files(election), clock)
    with database.write() as connection:
        held = lock_election(connection, election.uuid)
        make_pins(connection, held, folder.load(election.uuid), seeded_rng("pins"))
    deliver(database, folder, letters, 0)
    school = School(database, folder, election, clock, letters.pins, seconds)
    if opened:
        open_vote(database, election.uuid, election.setup_signatures.encode(), clock)
    school.publisher.publish(election.uuid)
    return school


def audit(school: School, folder: Path) -> None:
    """The record must pass the verifier."""
    audit_files(school.record(), folder)


def audit_files(files: dict[str, bytes], folder: Path) -> None:
    """A record of these files must pass the verifier."""
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-m", "audit", "verify", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
